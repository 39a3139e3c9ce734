//! Lines from a line editor with history, or from a pipe.

use crate::failure::{Failure, Outcome};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

/// How many lines the history keeps.
const HISTORY: usize = 1000;

/// What was typed.
pub(super) enum Line {
    Text(String),
    /// Ctrl-C at the prompt.
    Interrupted,
    End,
}

/// Where lines come from.
pub(super) enum Input {
    Editor { editor: Option<Box<DefaultEditor>>, history: PathBuf },
    Pipe,
}

impl Input {
    /// An editor where both ends are a terminal. A history that cannot be read is no reason not to talk.
    pub(super) fn open(data: &Path) -> Self {
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Self::Pipe;
        }
        let config = rustyline::Config::builder()
            .max_history_size(HISTORY)
            .map(|builder| builder.auto_add_history(true).build())
            .unwrap_or_default();
        let Ok(mut editor) = DefaultEditor::with_config(config) else { return Self::Pipe };
        let history = data.join("chat-history.txt");
        let _ = editor.load_history(&history);
        Self::Editor { editor: Some(Box::new(editor)), history }
    }

    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Editor { .. })
    }

    /// The next line. Waiting for it blocks a thread of its own.
    pub(super) async fn next(&mut self) -> Outcome<Line> {
        match self {
            Self::Pipe => tokio::task::spawn_blocking(piped).await.map_err(|error| Failure::of(&error))?,
            Self::Editor { editor, history } => {
                let Some(mut taken) = editor.take() else { return Ok(Line::End) };
                let file = history.clone();
                let (taken, line) = tokio::task::spawn_blocking(move || {
                    let line = taken.readline("› ");
                    if line.is_ok() {
                        let _ = taken.append_history(&file);
                    }
                    (taken, line)
                })
                .await
                .map_err(|error| Failure::of(&error))?;
                *editor = Some(taken);
                match line {
                    Ok(text) => Ok(Line::Text(text)),
                    Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
                    Err(ReadlineError::Eof) => Ok(Line::End),
                    Err(error) => Err(Failure::of(&error)),
                }
            }
        }
    }
}

fn piped() -> Outcome<Line> {
    let mut bytes = Vec::new();
    if std::io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
        return Ok(Line::End);
    }
    String::from_utf8(bytes).map(Line::Text).map_err(|_| Failure::usage("standard input is not UTF-8"))
}
