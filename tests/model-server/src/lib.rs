//! A scripted model server on the wire, for tests: OpenAI's chat completions and Amazon Bedrock's Converse, with every
//! fault that a real provider, or the network before it, has been seen to make.
//!
//! A test gives a *script*, a function from a recorded [`Request`] to the [`Answer`] that is to be sent; the server
//! listens on a loopback port of its own and records what came, what is open and who hung up.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::time::Duration;
//! use viva_model_server::{Answer, ModelServer};
//!
//! let server = ModelServer::start(|request| match request.question().contains("GIL") {
//!     true => Answer::text("It is a lock around the interpreter [1]."),
//!     false => Answer::text("I do not know.").gap(Duration::from_millis(5)).reset_after(2),
//! })
//! .await?;
//! // … point an OpenAI client at `server.base_url()`, or the AWS SDK at `server.endpoint()` …
//! assert!(server.wait_until(|seen| seen.hang_ups.len() == 1).await);
//! # Ok(())
//! # }
//! ```
//!
//! Decision: HTTP/1.1 is written by hand over the socket, some hundred lines. A library would not let a test split a
//! character over two packets, reset a connection in the middle of a chunk, or see the moment a client hangs up, which
//! is what this server is for.

mod answer;
mod bedrock;
mod connection;
mod http;
mod openai;
mod plan;
mod request;
mod server;
mod wire;

pub use answer::{Answer, ErrorShape, in_turn};
pub use request::{Api, Request};
pub use server::{HangUp, ModelServer, Seen};
