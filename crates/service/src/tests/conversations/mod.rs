//! Conversations over HTTP, kept in the real SQLite store.

mod crud;
mod ends;
mod faults;
mod idempotency;
mod owners;
mod resume;
mod rules;
mod turns;
