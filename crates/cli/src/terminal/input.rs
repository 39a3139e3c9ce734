//! Lines from a line editor, a pipe or a file: what `chat` and `interview` read.

use crate::failure::{Failure, Outcome};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

/// How many lines a history keeps.
const HISTORY: usize = 1000;

/// What was typed.
pub(crate) enum Line {
    Text(String),
    /// Ctrl-C at the prompt.
    Interrupted,
    End,
}

/// Where lines come from.
pub(crate) struct Input(Lines);

enum Lines {
    /// An editor, which is away while a line is being typed, and the file that remembers its lines.
    Editor {
        editor: Option<Box<DefaultEditor>>,
        history: Option<PathBuf>,
    },
    Pipe,
    /// What is left of a file, the next line last.
    File(Vec<String>),
}

impl Input {
    /// An editor where both ends are a terminal, else the pipe. What is typed is remembered in `history`; without one,
    /// until the program ends.
    ///
    /// # Errors
    /// Where the terminal cannot be set up. A history that cannot be read is no reason not to talk.
    pub(crate) fn open(history: Option<PathBuf>) -> Outcome<Self> {
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Ok(Self(Lines::Pipe));
        }
        let config = rustyline::Config::builder()
            .max_history_size(HISTORY)
            .map(|builder| builder.auto_add_history(true).build())
            .map_err(|error| Failure::of(&error))?;
        let mut editor = DefaultEditor::with_config(config).map_err(|error| Failure::of(&error))?;
        if let Some(file) = &history {
            let _ = editor.load_history(file);
        }
        Ok(Self(Lines::Editor { editor: Some(Box::new(editor)), history }))
    }

    /// The lines of `file`; standard input for `-`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn of_file(file: &Path) -> Outcome<Self> {
        if file == Path::new("-") {
            return Ok(Self(Lines::Pipe));
        }
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::usage(format!("cannot read the answers in {}: {error}", file.display()))
        })?;
        Ok(Self(Lines::File(text.lines().rev().map(str::to_owned).collect())))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self.0, Lines::Editor { .. })
    }

    /// The next line. Waiting for it blocks a thread of its own.
    pub(crate) async fn next(&mut self) -> Outcome<Line> {
        match &mut self.0 {
            Lines::File(lines) => Ok(lines.pop().map_or(Line::End, Line::Text)),
            Lines::Pipe => tokio::task::spawn_blocking(piped).await.map_err(|error| Failure::of(&error))?,
            Lines::Editor { editor, history } => {
                let Some(mut taken) = editor.take() else { return Ok(Line::End) };
                let file = history.clone();
                let read = move || {
                    let line = taken.readline("› ");
                    if let (Ok(_), Some(file)) = (&line, file) {
                        let _ = taken.append_history(&file);
                    }
                    (taken, line)
                };
                let (taken, line) =
                    tokio::task::spawn_blocking(read).await.map_err(|error| Failure::of(&error))?;
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
