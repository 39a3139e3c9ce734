//! OpenAI's chat completions, as OpenAI and the many servers that imitate it speak them.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/chat>. Everything that servers are known to leave out, add
//! or word in another way is taken as it comes; what a server does not take of us is left out once it has said so, and
//! that is remembered.

mod chunk;
mod complaint;
mod decoder;
mod http;
mod manner;
mod request;
mod sse;
mod thinking;

use crate::connect::ConnectError;
use crate::secret::Secret;
use crate::speech::until_said;
use crate::words::Label;
use async_trait::async_trait;
use complaint::Complaint;
use decoder::Decoder;
use futures::StreamExt;
use http::Wire;
use manner::Manners;
use reqwest::Response;
use std::sync::Arc;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth};
use viva_core::ports::{ChatModel, ChatStream, Clock};

pub use manner::TokenLimitField;

/// How long the token counts are waited for once the reason of the stop is known.
const USAGE_WAIT: Duration = Duration::from_secs(2);

/// How long the body's end is waited for once all is said, so that the connection can be used again.
const END_WAIT: Duration = Duration::from_millis(100);

/// A server that speaks OpenAI's chat completions, and a model there.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// Such as `https://api.openai.com/v1`; with or without a slash at the end.
    pub base_url: String,
    /// Sent as a bearer token.
    pub api_key: Option<Secret>,
    /// The model's name there.
    pub model: String,
    /// More headers, such as `api-key` for Azure. They may be secret.
    pub headers: Vec<(String, Secret)>,
    /// What the server calls the limit on written tokens.
    pub token_limit_field: TokenLimitField,
}

impl OpenAiOptions {
    /// `model` at `base_url`, without a key.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            headers: Vec::new(),
            token_limit_field: TokenLimitField::Auto,
        }
    }
}

/// A model behind OpenAI's chat completions. It keeps a connect limit only; see [`crate::Limited`] for the others.
///
/// The key goes to the base URL's origin and nowhere else: redirects are not followed, and proxies named by the
/// environment are not used.
pub struct OpenAiModel {
    wire: Wire,
    model: String,
    manners: Manners,
}

impl OpenAiModel {
    /// Sets a client up; nothing is sent yet. `connect` bounds looking the name up, connecting and TLS.
    pub fn new(
        options: OpenAiOptions,
        connect: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectError> {
        let OpenAiOptions { base_url, api_key, model, headers, token_limit_field } = options;
        let secrets = api_key.iter().chain(headers.iter().map(|(_, value)| value)).cloned().collect();
        let address = http::endpoint(&base_url)?;
        let place = http::place(&address);
        let label = Label { name: format!("`{model}` at {place}"), secrets };
        let wire = Wire::new(address, api_key.as_ref(), &headers, connect, label, clock)?;
        Ok(Self { wire, model, manners: Manners::new(token_limit_field) })
    }

    /// Sends `request` in the manner the server is known to take; where it names what it does not take, once more
    /// without that.
    async fn ask(&self, request: &ChatRequest) -> Result<Response, ChatError> {
        let mut manner = self.manners.current();
        loop {
            let body = request::body(&self.model, request, manner).map_err(|why| {
                self.wire.label().error(ChatErrorKind::Invalid, format!("was not asked: {why}"))
            })?;
            let response = self.wire.post(&body).await?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let retry_after = self.wire.retry_after(&response);
            let complaint = Complaint::of_body(&http::read_capped(response).await);
            match self.manners.learn(manner, status.as_u16(), &complaint) {
                Some(better) => manner = better,
                None => {
                    return Err(complaint.into_error(Some(status.as_u16()), retry_after, self.wire.label()));
                }
            }
        }
    }
}

#[async_trait]
impl ChatModel for OpenAiModel {
    fn name(&self) -> &str {
        &self.model
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        let response = self.ask(&request).await?;
        let events = read(response, self.wire.label().clone());
        until_said(&self.model, events.boxed()).await
    }

    fn health(&self) -> ModelHealth {
        ModelHealth::Good
    }
}

/// The events of a response with status 2xx.
fn read(
    mut response: Response,
    label: Label,
) -> impl futures::Stream<Item = Result<ChatEvent, ChatError>> + Send {
    async_stream::try_stream! {
        let mut decoder = Decoder::new(http::content_type(&response), label.clone());
        loop {
            let chunk = match decoder.patience(USAGE_WAIT, END_WAIT) {
                None => response.chunk().await,
                // All that matters is known: a stream that is not closed in time is as good as closed.
                Some(wait) => tokio::time::timeout(wait, response.chunk()).await.unwrap_or(Ok(None)),
            };
            let bytes = match chunk {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break,
                Err(_) if decoder.knows_the_end() => break,
                Err(error) => Err(http::lost(&error, decoder.has_spoken(), &label))?,
            };
            let mut said = Vec::new();
            let verdict = decoder.feed(&bytes, &mut said);
            for text in said {
                yield ChatEvent::Delta(text);
            }
            verdict?;
        }
        let mut said = Vec::new();
        let verdict = decoder.finish(&mut said);
        for text in said {
            yield ChatEvent::Delta(text);
        }
        let (usage, stop) = verdict?;
        if let Some(usage) = usage {
            yield ChatEvent::Usage(usage);
        }
        yield ChatEvent::Stop(stop);
    }
}
