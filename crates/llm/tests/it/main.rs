//! Chat models on the wire: real sockets, a scripted server behind them, and every fault of `reliability.md` that a
//! provider can make.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bedrock;
mod budget;
mod cancel;
mod connect;
mod errors;
mod faults;
mod limits;
mod manners;
mod network;
mod retries;
mod stream;
mod support;
