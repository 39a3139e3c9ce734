//! Chat models behind the port `ChatModel`: OpenAI-compatible servers and Amazon Bedrock, with time limits, retries, a
//! circuit breaker and a daily budget around them.
//!
//! ```text
//! Budgeted( Resilient( Limited( OpenAiModel | BedrockModel ) ) )
//! ```
//!
//! | part | what it does |
//! |---|---|
//! | [`OpenAiModel`] | chat completions over server-sent events, from any base URL |
//! | [`BedrockModel`] | Converse over AWS event streams |
//! | [`Limited`] | connect, first token, idle and whole-answer limits; a cap on the text |
//! | [`Resilient`] | tries again before the first piece of text, with a retry budget and a circuit breaker |
//! | [`Budgeted`] | tokens per day |
//! | [`connect`] | puts them together |
//!
//! Decision: each adapter reads its stream up to the first piece of text before it hands it out, so that an error before
//! that is an error of the call, and may be tried again. Refused: an error event at the head of the stream, which would
//! make every caller look for it, and a retry inside a stream that has already spoken.
//!
//! Decision: there is one retry loop, [`Resilient`]; those of the HTTP client and of the AWS SDK are off.
//!
//! Dropping a stream, or the call before it, closes the connection to the provider: nothing here is spawned that could
//! outlive its caller, except the booking of tokens already spent.

mod bedrock;
mod breaker;
mod budgeted;
mod connect;
mod jitter;
mod limited;
mod openai;
mod resilient;
mod retry_after;
mod retry_budget;
mod secret;
mod shape;
mod speech;
mod words;

pub use bedrock::{AccessKeys, BedrockModel, BedrockOptions, Guardrail};
pub use breaker::BreakerOptions;
pub use budgeted::Budgeted;
pub use connect::{ConnectError, ModelOptions, Provider, connect};
pub use jitter::{Jitter, SeededJitter};
pub use limited::{Limited, TimeLimits};
pub use openai::{OpenAiModel, OpenAiOptions, TokenLimitField};
pub use resilient::{Resilient, RetryOptions};
pub use secret::Secret;
