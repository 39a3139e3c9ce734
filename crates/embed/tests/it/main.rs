//! The encoder with the real model and runtime: fetched once into the user's cache folder, as `viva setup` does.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod faults;
mod fetching;
mod hub;
mod vectors;
