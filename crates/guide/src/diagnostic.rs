//! What is wrong with a guide, and where.

use std::fmt;

/// One finding about one place of one file.
///
/// The derived order is the order for people: by file, then by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Which of the roots that were read, from 0.
    pub root: usize,
    /// The file, relative to that root, with `/` between folders; `.` for the root itself.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// The stable name of the rule, in kebab case.
    pub rule: &'static str,
    /// What is wrong and what to do about it. May have several lines; has no other control characters
    /// but tabs, whatever the guide holds.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { root: _, file, line, column, severity, rule, message } = self;
        write!(f, "{file}:{line}:{column}: {severity}: {rule}: {message}")
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The guide breaks a rule; a check fails.
    Error,
    /// Worth a look; a check passes.
    Warning,
}

impl Severity {
    /// The name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// Names a file: which root, and where below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileRef {
    pub(crate) root: usize,
    pub(crate) path: String,
}

impl FileRef {
    pub(crate) fn new(root: usize, path: impl Into<String>) -> Self {
        Self { root, path: path.into() }
    }

    pub(crate) fn error(&self, at: Position, rule: &'static str, message: impl AsRef<str>) -> Diagnostic {
        self.diagnostic(at, Severity::Error, rule, message.as_ref())
    }

    pub(crate) fn warning(&self, at: Position, rule: &'static str, message: impl AsRef<str>) -> Diagnostic {
        self.diagnostic(at, Severity::Warning, rule, message.as_ref())
    }

    fn diagnostic(&self, at: Position, severity: Severity, rule: &'static str, message: &str) -> Diagnostic {
        Diagnostic {
            root: self.root,
            file: printable(&self.path),
            line: at.line,
            column: at.column,
            severity,
            rule,
            message: printable(message),
        }
    }
}

/// A value and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: Position,
}

/// Cuts a text that is quoted in a message.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST_CHARS: usize = 80;
    let mut chars = text.chars();
    let mut cut: String = chars.by_ref().take(MOST_CHARS).collect();
    if chars.next().is_some() {
        cut.push('…');
    }
    cut
}

/// Escapes what would move a terminal's cursor: messages quote files that anybody may have written.
fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_free_of_terminal_escapes() {
        let file = FileRef::new(0, "a\u{1b}[2J.md");
        let diagnostic = file.error(Position { line: 3, column: 7 }, "a-rule", "bad \u{1b}]0;x\u{7} thing");
        assert_eq!(diagnostic.to_string(), "a\\u{1b}[2J.md:3:7: error: a-rule: bad \\u{1b}]0;x\\u{7} thing");
    }
}
