//! Tries again, before the first piece of text; and rests a provider that keeps failing.

use crate::breaker::{Breaker, BreakerOptions, Permit};
use crate::jitter::Jitter;
use crate::retry_budget::RetryBudget;
use crate::speech::until_said;
use async_trait::async_trait;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth};
use viva_core::ports::{ChatModel, ChatStream, Clock};

/// How often and how soon a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryOptions {
    /// At most so many tries after the first. 2.
    pub retries: u32,
    /// The pause before try `n` is drawn evenly from 0 to `base · 2ⁿ`, at most `longest` ("full jitter",
    /// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>). 0.5 s.
    pub base: Duration,
    /// The longest such pause. 8 s.
    pub longest: Duration,
    /// A provider's own `retry-after` is obeyed up to this; a longer one ends the call at once. 20 s.
    pub longest_asked: Duration,
    /// No try begins later than this after the call: a person is waiting. 30 s.
    pub patience: Duration,
    /// When the provider is left alone.
    pub breaker: BreakerOptions,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            retries: 2,
            base: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            longest_asked: Duration::from_secs(20),
            patience: Duration::from_secs(30),
            breaker: BreakerOptions::default(),
        }
    }
}

/// A model that is tried again where that may help, and left alone where it does not.
pub struct Resilient {
    inner: Arc<dyn ChatModel>,
    options: RetryOptions,
    clock: Arc<dyn Clock>,
    jitter: Arc<dyn Jitter>,
    budget: RetryBudget,
    breaker: Arc<Breaker>,
}

impl Resilient {
    /// Puts retries and a breaker around `inner`. One per provider: calls share the budget and the breaker.
    pub fn new(
        inner: Arc<dyn ChatModel>,
        options: RetryOptions,
        clock: Arc<dyn Clock>,
        jitter: Arc<dyn Jitter>,
    ) -> Self {
        let breaker = Breaker::new(options.breaker, Arc::clone(&clock));
        Self { inner, options, clock, jitter, budget: RetryBudget::full(), breaker }
    }

    fn resting(&self, retry_in: Duration) -> ChatError {
        let seconds = retry_in.as_secs_f64().ceil();
        let detail =
            format!("`{}` kept failing and is left alone; the next try is due in {seconds} s", self.name());
        ChatError { kind: ChatErrorKind::Resting, detail }
    }

    async fn attempt(&self, request: ChatRequest, permit: Permit) -> Result<ChatStream, ChatError> {
        let opened = match self.inner.chat(request).await {
            Ok(stream) => until_said(self.name(), stream).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok(stream) => Ok(watched(stream, permit).boxed()),
            Err(error) => {
                settle(permit, error.kind);
                Err(error)
            }
        }
    }

    /// The pause before the next try; `None` where there shall be none. `spent`: the time since the call began.
    fn pause(&self, error: &ChatError, tries: u32, spent: Duration) -> Option<Duration> {
        if tries >= self.options.retries || !may_be_tried_again(error.kind) {
            return None;
        }
        let pause = match error.kind {
            ChatErrorKind::RateLimited { retry_after: Some(asked) } if !asked.is_zero() => {
                if asked > self.options.longest_asked {
                    return None;
                }
                // Never earlier than asked; a little later, each caller by itself.
                asked.mul_f64(1.0 + 0.05 * self.jitter.fraction())
            }
            _ => {
                let most = self.options.base.saturating_mul(1 << tries.min(16)).min(self.options.longest);
                most.mul_f64(self.jitter.fraction())
            }
        };
        let is_in_time = spent + pause <= self.options.patience;
        (is_in_time && self.budget.take()).then_some(pause)
    }
}

#[async_trait]
impl ChatModel for Resilient {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        let began = self.clock.monotonic();
        self.budget.pay_in();
        let mut tries = 0;
        let mut failure: Option<ChatError> = None;
        loop {
            let permit = match self.breaker.admit() {
                Ok(permit) => permit,
                // What went wrong says more than that it went wrong too often.
                Err(retry_in) => return Err(failure.unwrap_or_else(|| self.resting(retry_in))),
            };
            let error = match self.attempt(request.clone(), permit).await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            };
            let spent = self.clock.monotonic().saturating_sub(began);
            let Some(pause) = self.pause(&error, tries, spent) else { return Err(error) };
            tries += 1;
            tracing::warn!(
                model = self.name(),
                llm.retry = tries,
                pause_ms = pause.as_millis() as u64,
                error = %error,
                "the model failed and is tried again"
            );
            failure = Some(error);
            tokio::time::sleep(pause).await;
        }
    }

    fn health(&self) -> ModelHealth {
        match self.breaker.resting() {
            Some(retry_in) => ModelHealth::Resting { retry_in },
            None => self.inner.health(),
        }
    }
}

/// Broken streams are no longer retryable once they spoke; here they have not.
fn may_be_tried_again(kind: ChatErrorKind) -> bool {
    kind.is_retryable() || kind == ChatErrorKind::Broken
}

/// Tells the breaker how a call ended.
fn settle(permit: Permit, kind: ChatErrorKind) {
    match kind {
        ChatErrorKind::Unreachable
        | ChatErrorKind::Timeout
        | ChatErrorKind::Upstream
        | ChatErrorKind::Broken
        | ChatErrorKind::Malformed => permit.failed(Duration::ZERO),
        ChatErrorKind::RateLimited { retry_after } => permit.failed(retry_after.unwrap_or_default()),
        // The provider did answer, and what it said is about the request or the account.
        ChatErrorKind::Refused
        | ChatErrorKind::Invalid
        | ChatErrorKind::ContextTooLong
        | ChatErrorKind::Filtered => permit.succeeded(),
        // Nobody was asked.
        ChatErrorKind::Resting | ChatErrorKind::Budget => drop(permit),
    }
}

fn watched(
    mut stream: ChatStream,
    mut permit: Permit,
) -> impl futures::Stream<Item = Result<ChatEvent, ChatError>> + Send {
    permit.began();
    async_stream::stream! {
        let mut permit = Some(permit);
        while let Some(event) = stream.next().await {
            match &event {
                Err(error) => {
                    if let Some(permit) = permit.take() {
                        settle(permit, error.kind);
                    }
                }
                Ok(ChatEvent::Stop(_)) => {
                    if let Some(permit) = permit.take() {
                        permit.succeeded();
                    }
                }
                Ok(ChatEvent::Delta(_) | ChatEvent::Usage(_)) => {}
            }
            yield event;
        }
    }
}
