//! Chromium, as a person uses it: a window, a mouse, keys, and eyes that also see the console.
//!
//! `chromiumoxide` launches the browser and speaks its protocol; what is here adds patience. A step waits until the page is
//! ready for it, as a person would, and says what the page showed when it never became so. Clicks and keys go in as input
//! events, not as calls of the page's functions: what covers a button makes the test fail.

mod chromium;
mod keys;
mod tab;
mod watch;

pub(crate) use chromium::{Chromium, STRANGER};
pub(crate) use keys::{CTRL, SHIFT};
pub(crate) use tab::Tab;

use std::time::Duration;

/// Only a hang takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at the page.
pub(crate) const LOOK: Duration = Duration::from_millis(25);

/// Text as a literal of JavaScript.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
