//! Time limits and a cap on the text, around any model.
//!
//! No client library keeps a limit between two pieces of a stream, and the AWS SDK takes its own protection against
//! stalled streams away from event streams; so a silent provider would hang an answer for ever.
//!
//! What counts is text: a model that thinks in silence, or in a field that is not shown, must say its first word within
//! the first-token limit. Refused: letting keep-alive comments or thoughts renew the limit, since a provider that only
//! sends those is as good as silent to the person who waits.

use crate::speech::until_said;
use async_trait::async_trait;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth, StopReason};
use viva_core::ports::{ChatModel, ChatStream};

/// How long a model may take, and how much it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// To look up the name, connect and greet by TLS; kept by the adapters. 3 s.
    pub connect: Duration,
    /// From the call to the first piece of text. 60 s.
    pub first_token: Duration,
    /// Between two pieces. 30 s.
    pub idle: Duration,
    /// From the call to the end. 300 s.
    pub whole: Duration,
    /// The most text, in bytes of UTF-8; what is longer is cut and ends as [`StopReason::Length`]. 256 KiB.
    pub text_bytes: usize,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            first_token: Duration::from_mins(1),
            idle: Duration::from_secs(30),
            whole: Duration::from_mins(5),
            text_bytes: 256 * 1024,
        }
    }
}

/// A model that keeps [`TimeLimits`]. Each limit ends as [`ChatErrorKind::Timeout`] and is named in the error.
pub struct Limited {
    inner: Arc<dyn ChatModel>,
    limits: TimeLimits,
}

impl Limited {
    /// Puts limits around `inner`.
    pub fn new(inner: Arc<dyn ChatModel>, limits: TimeLimits) -> Self {
        Self { inner, limits }
    }
}

#[async_trait]
impl ChatModel for Limited {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        let began = Instant::now();
        let whole = Deadline { limit: self.limits.whole, at: began + self.limits.whole };
        let first = Deadline { limit: self.limits.first_token, at: began + self.limits.first_token };
        let opening = async { until_said(self.name(), self.inner.chat(request).await?).await };
        let by = first.or_earlier(whole, "first piece of text", "whole answer");
        let opened = timeout_at(by.0.at, opening).await;
        let stream = opened.map_err(|_| by.error(self.name()))??;
        Ok(keep(self.name().to_owned(), stream, self.limits, whole).boxed())
    }

    fn health(&self) -> ModelHealth {
        self.inner.health()
    }
}

#[derive(Clone, Copy)]
struct Deadline {
    limit: Duration,
    at: Instant,
}

/// A deadline and what it is for.
struct Named(Deadline, &'static str);

impl Deadline {
    fn or_earlier(self, other: Self, name: &'static str, other_name: &'static str) -> Named {
        if other.at < self.at { Named(other, other_name) } else { Named(self, name) }
    }
}

impl Named {
    fn error(&self, model: &str) -> ChatError {
        let Named(deadline, what) = self;
        let seconds = deadline.limit.as_secs_f64();
        let detail = format!("`{model}` did not keep the time limit for the {what} ({seconds} s)");
        ChatError { kind: ChatErrorKind::Timeout, detail }
    }
}

fn keep(
    model: String,
    mut stream: ChatStream,
    limits: TimeLimits,
    whole: Deadline,
) -> impl futures::Stream<Item = Result<ChatEvent, ChatError>> + Send {
    async_stream::try_stream! {
        let mut room = limits.text_bytes;
        loop {
            // Counted from when the reader asks for more: a slow reader is not the model's fault.
            let idle = Deadline { limit: limits.idle, at: Instant::now() + limits.idle };
            let by = idle.or_earlier(whole, "next piece of text", "whole answer");
            let next = timeout_at(by.0.at, stream.next()).await.map_err(|_| by.error(&model))?;
            let Some(event) = next else { break };
            match event? {
                ChatEvent::Delta(text) if text.len() > room => {
                    let fits = text.floor_char_boundary(room);
                    if fits > 0 {
                        yield ChatEvent::Delta(text[..fits].to_owned());
                    }
                    yield ChatEvent::Stop(StopReason::Length);
                    break;
                }
                ChatEvent::Delta(text) => {
                    room -= text.len();
                    yield ChatEvent::Delta(text);
                }
                event => yield event,
            }
        }
    }
}
