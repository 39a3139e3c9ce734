//! The language model, asked for one word: whether key, name, region and address are right only its provider knows.

use super::{Finding, State, finding};
use crate::wiring::Wiring;
use async_trait::async_trait;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use viva_core::chat::{ChatErrorKind, ChatEvent, ChatMessage, ChatRequest, Speaker};
use viva_core::ports::{ChatModel, StoreError, TokenLedger};

/// The whole of `viva doctor` takes less than ten seconds.
const PATIENCE: Duration = Duration::from_secs(6);
/// Enough for models that must write something before they stop.
const MOST_TOKENS: u32 = 16;

/// Nothing, where no model is named. A model that does not answer is a warning: Viva answers without one.
pub(super) async fn look(wiring: &Wiring) -> Option<Finding> {
    let settings = wiring.settings.model.as_ref()?;
    let unusable = |why: String| {
        let cure =
            "see [model] in config/default.toml; without a model the answers are the guide's own words";
        finding("model", State::Warning, format!("{}: {why}", settings.name), Some(cure))
    };
    let model = match wiring.model(Arc::new(NoLedger)).await {
        Ok(Some(model)) => model,
        Ok(None) => return None,
        Err(failure) => return Some(unusable(failure.what)),
    };
    let began = wiring.clock.monotonic();
    let answer = tokio::time::timeout(PATIENCE, one_word(&*model)).await;
    let took = wiring.clock.monotonic().saturating_sub(began);
    Some(match answer {
        Ok(Ok(())) => finding(
            "model",
            State::Good,
            format!("{} answers ({} ms, at most {MOST_TOKENS} tokens)", model.name(), took.as_millis()),
            None,
        ),
        Ok(Err(why)) => unusable(why),
        Err(_) => unusable(format!("no answer within {} s", PATIENCE.as_secs())),
    })
}

/// Whether the model says anything at all, or stops properly.
async fn one_word(model: &dyn ChatModel) -> Result<(), String> {
    let request = ChatRequest {
        messages: vec![ChatMessage::new(Speaker::User, "Answer with one word: ready")],
        max_tokens: MOST_TOKENS,
        temperature: None,
        json: None,
    };
    let mut answer = model.chat(request).await.map_err(|error| error.detail)?;
    match answer.next().await {
        Some(Ok(ChatEvent::Delta(_) | ChatEvent::Usage(_) | ChatEvent::Stop(_))) => Ok(()),
        Some(Err(error)) if error.kind == ChatErrorKind::Filtered => Ok(()),
        Some(Err(error)) => Err(error.detail),
        None => Err("its answer ended before it began".to_owned()),
    }
}

/// Counts nothing: looking must not use up the day's tokens, nor need the database.
struct NoLedger;

#[async_trait]
impl TokenLedger for NoLedger {
    async fn spent(&self, _day: u32) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn spend(&self, _day: u32, _tokens: u64) -> Result<(), StoreError> {
        Ok(())
    }
}
