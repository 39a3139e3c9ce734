//! A language model.

use crate::chat::{ChatError, ChatEvent, ChatRequest, ModelHealth};
use async_trait::async_trait;
use futures::stream::BoxStream;

/// What a model says, piece by piece. Dropping it hangs up on the model at once.
pub type ChatStream = BoxStream<'static, Result<ChatEvent, ChatError>>;

/// Writes text. Implementations keep their own time limits: a call and every step of its stream end.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// The model's name, as people know it.
    fn name(&self) -> &str;

    /// Sends `request`. An error here means that nothing was said; it may have been tried more than once. After the first
    /// [`ChatEvent::Delta`] nothing is tried again.
    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError>;

    /// How it has been doing.
    fn health(&self) -> ModelHealth;
}
