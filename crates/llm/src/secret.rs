//! Keys and tokens.

use std::fmt;

/// A key, a token or the value of a header that may be one. It is never printed: its `Debug` form hides it, it has no
/// `Display`, and only this crate can read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without this secret; providers have been seen to quote keys in their errors.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        // Very short values would only tear words apart.
        if self.0.len() < 6 { text.to_owned() } else { text.replace(&self.0, "[hidden]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
