//! Lines from a line editor, a pipe or a file.

use crate::failure::{Failure, Outcome};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

/// What was typed.
pub(super) enum Line {
    Text(String),
    /// Ctrl-C at the prompt.
    Interrupted,
    End,
}

/// Where lines come from. What is typed here is remembered until the program ends and no longer.
pub(super) enum Input {
    Editor(Option<Box<DefaultEditor>>),
    Pipe,
    /// What is left of a file, the next line last.
    File(Vec<String>),
}

impl Input {
    /// The file where one is named; else an editor where both ends are a terminal.
    pub(super) fn open(file: Option<&Path>) -> Outcome<Self> {
        match file {
            Some(file) if file != Path::new("-") => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    Failure::usage(format!("cannot read the answers in {}: {error}", file.display()))
                })?;
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.reverse();
                Ok(Self::File(lines))
            }
            Some(_) => Ok(Self::Pipe),
            None if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) => Ok(Self::Pipe),
            None => {
                let config = rustyline::Config::builder().auto_add_history(true).build();
                let editor = DefaultEditor::with_config(config).map_err(|error| Failure::of(&error))?;
                Ok(Self::Editor(Some(Box::new(editor))))
            }
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Editor(_))
    }

    /// The next line. Waiting for it blocks a thread of its own.
    pub(super) async fn next(&mut self) -> Outcome<Line> {
        match self {
            Self::File(lines) => Ok(lines.pop().map_or(Line::End, Line::Text)),
            Self::Pipe => tokio::task::spawn_blocking(piped).await.map_err(|error| Failure::of(&error))?,
            Self::Editor(editor) => {
                let Some(mut taken) = editor.take() else { return Ok(Line::End) };
                let read = move || {
                    let line = taken.readline("› ");
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
