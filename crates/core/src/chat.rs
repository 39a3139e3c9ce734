//! What a chat model is sent, and what it sends back.

use crate::turn::Usage;
use std::time::Duration;

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The rules; not the user.
    System,
    /// The person, or text quoted as data.
    User,
    /// The model itself, earlier.
    Assistant,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who speaks.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
}

impl ChatMessage {
    /// A message of `speaker`.
    pub fn new(speaker: Speaker, text: impl Into<String>) -> Self {
        Self { speaker, text: text.into() }
    }
}

/// What a model is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// System messages first, then user and assistant in turns; the last one is the user's.
    pub messages: Vec<ChatMessage>,
    /// The most tokens that the model may write.
    pub max_tokens: u32,
    /// Sampling temperature, 0 to 2; `None` leaves the model's own.
    pub temperature: Option<f32>,
    /// A JSON document is wanted, of this shape.
    pub json: Option<JsonShape>,
}

/// The shape of a JSON document that a model is to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonShape {
    /// Names the shape to the model: letters, digits, underscores.
    pub name: &'static str,
    /// A JSON Schema, as JSON.
    pub schema: String,
}

/// One step of a model's answer. Invariant of every stream: it ends after [`ChatEvent::Stop`], or with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatEvent {
    /// A piece of text, never empty.
    Delta(String),
    /// What the provider counted; may come before or after `Stop`'s cause is known, at most once.
    Usage(Usage),
    /// Why the model stopped; nothing follows.
    Stop(StopReason),
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// It had said everything.
    EndOfTurn,
    /// It was cut at `max_tokens`, or at the answer's cap.
    Length,
    /// A content filter or guardrail stepped in.
    Filtered,
    /// Something else, in the provider's word.
    Other(String),
}

/// Why a model gives no answer, or not the whole of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ChatError {
    /// What the caller can do about it.
    pub kind: ChatErrorKind,
    /// The sentence for people: names the provider and what it said, never a key, never raw HTML.
    pub detail: String,
}

/// The kinds of failure of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatErrorKind {
    /// No connection: name not found, refused, certificate, connection lost before the first piece.
    Unreachable,
    /// No connection, no first piece or no next piece in time.
    Timeout,
    /// Too many requests; `retry_after` where the provider said so.
    RateLimited {
        /// How long to wait.
        retry_after: Option<Duration>,
    },
    /// Key, region, model name or permission are wrong: an operator must act.
    Refused,
    /// The request is not one that this model takes.
    Invalid,
    /// The prompt is longer than the model's window.
    ContextTooLong,
    /// A content filter or guardrail refused the prompt.
    Filtered,
    /// The provider failed (its 5xx, its overload).
    Upstream,
    /// The stream broke, or ended without saying why, after it had begun.
    Broken,
    /// What came is not the provider's protocol.
    Malformed,
    /// The circuit breaker is open: not tried.
    Resting,
    /// Today's tokens are spent: not tried.
    Budget,
}

impl ChatErrorKind {
    /// Whether the same request may succeed when sent again soon.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Timeout | Self::RateLimited { .. } | Self::Upstream | Self::Malformed
        )
    }
}

/// How a model has been doing lately, for readiness and status pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelHealth {
    /// Nothing speaks against it.
    Good,
    /// The circuit breaker is open; the next try is due in `retry_in`.
    Resting {
        /// Until the next try.
        retry_in: Duration,
    },
    /// Today's tokens are spent.
    OutOfBudget,
}
