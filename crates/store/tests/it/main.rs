//! The store against the real databases: a SQLite file in a folder of its own, and a PostgreSQL server.
//!
//! What both must do is written once and runs against either. The tests for PostgreSQL are ignored unless asked for:
//! `VIVA_TEST_POSTGRES_URL=postgres://user:password@127.0.0.1/postgres cargo test -p viva-store -- --include-ignored`.
//! The user must be allowed to create databases; every test makes one and removes it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail like tests"
)]

mod abandoned;
mod cancel;
mod contention;
mod conversations;
mod damage;
mod full_disk;
mod idempotency;
mod interviews;
mod kill;
mod ledger;
mod open;
mod owners;
mod postgres;
mod proxy;
mod sample;
mod support;
mod turns;
