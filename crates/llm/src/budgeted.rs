//! Tokens per day.
//!
//! What a call will cost is not known before it ends, so each call reserves an estimate while it runs: with many at
//! once, the day's tokens are overspent by at most what one call costs beyond its estimate for each call in flight.

use async_trait::async_trait;
use futures::StreamExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth};
use viva_core::ports::{ChatModel, ChatStream, Clock, TokenLedger};
use viva_core::turn::Usage;

/// Characters per token where a provider does not count: about right for English (OpenAI's rule of thumb,
/// <https://help.openai.com/en/articles/4936856>), and for a budget that is enough.
const CHARS_PER_TOKEN: u64 = 4;

/// A model that is asked only while the day (UTC) has tokens left.
pub struct Budgeted {
    inner: Arc<dyn ChatModel>,
    account: Arc<Account>,
    clock: Arc<dyn Clock>,
}

impl Budgeted {
    /// Allows `tokens_per_day`, read and written together, counted in `ledger`.
    pub fn new(
        inner: Arc<dyn ChatModel>,
        tokens_per_day: u64,
        clock: Arc<dyn Clock>,
        ledger: Arc<dyn TokenLedger>,
    ) -> Self {
        let account =
            Account { ledger, tokens_per_day, turn: tokio::sync::Mutex::new(()), open: Mutex::default() };
        Self { inner, account: Arc::new(account), clock }
    }
}

#[async_trait]
impl ChatModel for Budgeted {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        let input = input_tokens(&request);
        let day = day_of(self.clock.now());
        let estimate = input + u64::from(request.max_tokens);
        Account::reserve(&self.account, self.name(), day, estimate).await?;
        let mut bill = Bill {
            account: Arc::clone(&self.account),
            day,
            estimate,
            input,
            said_chars: 0,
            usage: None,
            is_open: true,
        };
        match self.inner.chat(request).await {
            Ok(stream) => Ok(billed(stream, bill).boxed()),
            Err(error) => {
                // Where the provider may have worked on the prompt, it has read it.
                let has_read = matches!(error.kind, ChatErrorKind::Timeout | ChatErrorKind::Broken);
                bill.settle(if has_read { input } else { 0 }).await;
                Err(error)
            }
        }
    }

    fn health(&self) -> ModelHealth {
        if self.account.is_spent(day_of(self.clock.now())) {
            ModelHealth::OutOfBudget
        } else {
            self.inner.health()
        }
    }
}

/// Days since 1970-01-01, UTC.
fn day_of(now: SystemTime) -> u32 {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / 86_400).unwrap_or(u32::MAX)
}

fn input_tokens(request: &ChatRequest) -> u64 {
    let said: usize = request.messages.iter().map(|message| message.text.chars().count()).sum();
    let shape = request.json.as_ref().map_or(0, |shape| shape.schema.chars().count());
    ((said + shape) as u64).div_ceil(CHARS_PER_TOKEN)
}

struct Account {
    ledger: Arc<dyn TokenLedger>,
    tokens_per_day: u64,
    /// Held over "read, then reserve" and over "book, then release": otherwise a call could read the ledger before
    /// another one's tokens are in it and look at the reservations after they are gone.
    turn: tokio::sync::Mutex<()>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// Estimates of the calls in flight.
    reserved: u64,
    /// Tokens that the ledger would not take, by day; they go with the next ones.
    unsaved: (u32, u64),
    /// The day and its tokens as last known.
    spent: (u32, u64),
}

impl Account {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reserve(self: &Arc<Self>, model: &str, day: u32, estimate: u64) -> Result<(), ChatError> {
        let _turn = self.turn.lock().await;
        let spent = self.ledger.spent(day).await.map_err(|error| {
            // Closed rather than open: a lost ledger must not be a way around the budget.
            let detail =
                format!("`{model}` is not asked, because the tokens spent today cannot be read: {error}");
            ChatError { kind: ChatErrorKind::Budget, detail }
        })?;
        let mut open = self.open();
        let unsaved = if open.unsaved.0 == day { open.unsaved.1 } else { 0 };
        open.spent = (day, spent + unsaved);
        if open.spent.1 + open.reserved >= self.tokens_per_day {
            let detail = format!(
                "`{model}` is not asked: {} of today's {} tokens are spent, {} are in use; the day ends at 00:00 UTC",
                open.spent.1, self.tokens_per_day, open.reserved
            );
            return Err(ChatError { kind: ChatErrorKind::Budget, detail });
        }
        open.reserved += estimate;
        Ok(())
    }

    async fn book(&self, day: u32, estimate: u64, tokens: u64) {
        let _turn = self.turn.lock().await;
        let left_over = {
            let mut open = self.open();
            if open.unsaved.0 == day { std::mem::take(&mut open.unsaved).1 } else { 0 }
        };
        let due = tokens + left_over;
        let booked = if due == 0 { Ok(()) } else { self.ledger.spend(day, due).await };
        let mut open = self.open();
        open.reserved = open.reserved.saturating_sub(estimate);
        if open.spent.0 == day {
            open.spent.1 += tokens;
        }
        if let Err(error) = booked {
            tracing::error!(llm.tokens = due, error = %error, "tokens spent could not be booked; tried again with the next");
            open.unsaved = (day, due);
        }
    }

    fn is_spent(&self, day: u32) -> bool {
        let open = self.open();
        open.spent.0 == day && open.spent.1 >= self.tokens_per_day
    }
}

/// What one call owes. Dropped before its end (the caller went away), it books an estimate.
struct Bill {
    account: Arc<Account>,
    day: u32,
    estimate: u64,
    input: u64,
    said_chars: u64,
    usage: Option<Usage>,
    is_open: bool,
}

impl Bill {
    fn hear(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Delta(text) => self.said_chars += text.chars().count() as u64,
            ChatEvent::Usage(usage) => self.usage = Some(*usage),
            ChatEvent::Stop(_) => {}
        }
    }

    /// What the provider counted, or else an estimate of what was read and said.
    fn tokens(&self) -> u64 {
        self.usage.map_or_else(
            || self.input + self.said_chars.div_ceil(CHARS_PER_TOKEN),
            |usage| usage.input_tokens + usage.output_tokens,
        )
    }

    /// Books `tokens`. The booking is a task of its own, so that a caller who goes away meanwhile leaves it whole.
    async fn settle(&mut self, tokens: u64) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        let (account, day, estimate) = (Arc::clone(&self.account), self.day, self.estimate);
        let booking = tokio::spawn(async move { account.book(day, estimate, tokens).await });
        if booking.await.is_err() {
            tracing::error!(llm.tokens = tokens, "the booking of spent tokens was cut short");
        }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (account, day, estimate, tokens) =
            (Arc::clone(&self.account), self.day, self.estimate, self.tokens());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            tracing::error!(llm.tokens = tokens, "tokens were spent after the runtime had ended; not booked");
            return;
        };
        runtime.spawn(async move { account.book(day, estimate, tokens).await });
    }
}

fn billed(
    mut stream: ChatStream,
    mut bill: Bill,
) -> impl futures::Stream<Item = Result<ChatEvent, ChatError>> + Send {
    async_stream::stream! {
        while let Some(event) = stream.next().await {
            match &event {
                Ok(event) => bill.hear(event),
                Err(_) => bill.settle(bill.tokens()).await,
            }
            // Booked before the reader learns that it is over.
            if matches!(event, Ok(ChatEvent::Stop(_))) {
                bill.settle(bill.tokens()).await;
            }
            yield event;
        }
    }
}
