//! Output for people: wrapped and coloured on a terminal, plain in a pipe.

pub(crate) mod answer;
pub(crate) mod input;
pub(crate) mod markdown;
pub(crate) mod progress;
pub(crate) mod table;

use std::io::{IsTerminal, Write};

/// The widest prose, in columns.
const WIDEST: usize = 88;

/// The width to wrap prose at; `None` in a pipe, where nothing is wrapped.
pub(crate) fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let columns = terminal_size::terminal_size().map_or(80, |(columns, _)| usize::from(columns.0));
    Some(columns.clamp(20, WIDEST))
}

/// Writes to standard output; a closed pipe ends the program quietly.
pub(crate) fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes a JSON document.
pub(crate) fn print_json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}

pub(crate) const BOLD: &str = "\x1b[1m";
pub(crate) const DIM: &str = "\x1b[2m";
pub(crate) const CYAN: &str = "\x1b[36m";
pub(crate) const GREEN: &str = "\x1b[32m";
pub(crate) const YELLOW: &str = "\x1b[33m";
pub(crate) const RED: &str = "\x1b[31m";
pub(crate) const RESET: &str = "\x1b[0m";
