//! The page in a real browser: Debian's Chromium, driven as a person would use it, on the real `viva serve` over HTTP.
//!
//! The tests are ignored by default, since they need a browser: `.ci/run` installs one and runs them, and
//! `cargo test -p viva-tests --test browser -- --ignored` runs them here. With `VIVA_SCREENSHOTS=1` in the environment
//! they also write the pictures of `docs/screenshots`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is test code")]

mod accessibility;
mod asking;
mod axe;
mod conversations;
mod driver;
mod guide;
mod injection;
mod inside;
mod interview;
mod keyboard;
mod looks;
mod review;
mod screenshots;
mod scriptless;
mod stage;
mod status;
mod strangers;
mod streaming;
mod troubles;
mod weight;
