//! How a command fails: what happened, why, what to do.

use std::fmt::Write as _;

/// A failure with its hint. Printed on standard error; with `--json` as a problem document.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) why: Vec<String>,
    pub(crate) hint: Option<String>,
    /// 1: the work failed; 2: wrong usage.
    pub(crate) status: u8,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: Vec::new(), hint: None, status: 1 }
    }

    /// Wrong usage.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self { status: 2, ..Self::new(what) }
    }

    /// From an error with its causes.
    pub(crate) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !failure.what.contains(&text) {
                failure.why.push(text);
            }
            cause = error.source();
        }
        failure
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn print(&self, json: bool) {
        if json {
            let problem = serde_json::json!({
                "type": "about:blank", "title": self.what, "status": self.status,
                "detail": self.why.join(": "), "hint": self.hint,
            });
            anstream::eprintln!("{problem}");
            return;
        }
        let mut text = format!("\x1b[31;1merror\x1b[0m: {}", self.what);
        for why in &self.why {
            let _ = write!(text, "\n  {why}");
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n\x1b[1mhint\x1b[0m: {hint}");
        }
        anstream::eprintln!("{text}");
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::of(&error)
    }
}

impl From<viva_settings::SettingsError> for Failure {
    fn from(error: viva_settings::SettingsError) -> Self {
        Self { status: 2, ..Self::of(&error) }
    }
}
