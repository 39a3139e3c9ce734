//! The crate against the real engine, and against a real server where there is one.
//!
//! The tests of a server are ignored unless asked for: start Qdrant, name its gRPC address in
//! `VIVA_TEST_QDRANT_URL`, and run `cargo test -p viva-retrieval -- --include-ignored`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail like tests"
)]

mod corruption;
mod embedded;
mod full_disk;
mod kill;
mod reference;
mod served;
mod suite;
mod support;
mod vectors;
