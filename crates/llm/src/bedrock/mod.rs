//! Amazon Bedrock's Converse, streamed.
//!
//! Reference: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>. One API for all
//! models of Bedrock; a wish for a JSON document is put in words, because few of them take a schema.

mod failure;
mod request;

use crate::connect::ConnectError;
use crate::secret::Secret;
use crate::speech::until_said;
use crate::words::Label;
use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{Builder, Credentials, Token};
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ConverseStreamOutput, StopReason as Reason, TokenUsage,
};
use futures::StreamExt;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth, StopReason};
use viva_core::ports::{ChatModel, ChatStream};
use viva_core::turn::Usage;

/// How long the token counts are waited for once the reason of the stop is known.
const USAGE_WAIT: Duration = Duration::from_secs(2);

/// How long the body's end is waited for once all is said, so that the connection can be used again.
const END_WAIT: Duration = Duration::from_millis(100);

type Receiver = EventReceiver<ConverseStreamOutput, ConverseStreamOutputError>;

/// A model of Bedrock, and the way to it.
#[derive(Debug, Clone)]
pub struct BedrockOptions {
    /// A model id, an inference profile's id, or an ARN.
    pub model: String,
    /// Such as `eu-central-1`; `None` leaves it to the AWS settings of the environment and the profile.
    pub region: Option<String>,
    /// A profile of the AWS settings files.
    pub profile: Option<String>,
    /// Another endpoint than the region's own, such as a VPC endpoint.
    pub endpoint: Option<String>,
    /// A Bedrock API key. `None` leaves credentials to the AWS SDK's chain, which also reads
    /// `AWS_BEARER_TOKEN_BEDROCK`.
    pub api_key: Option<Secret>,
    /// Access keys in place of the chain's.
    pub access_keys: Option<AccessKeys>,
    /// A guardrail over prompt and answer.
    pub guardrail: Option<Guardrail>,
}

impl BedrockOptions {
    /// `model`, with everything else from the AWS settings of the environment.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            region: None,
            profile: None,
            endpoint: None,
            api_key: None,
            access_keys: None,
            guardrail: None,
        }
    }
}

/// AWS access keys.
#[derive(Debug, Clone)]
pub struct AccessKeys {
    /// The key's id.
    pub id: String,
    /// The secret key.
    pub secret: Secret,
    /// For temporary keys.
    pub session_token: Option<Secret>,
}

/// A guardrail of Bedrock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrail {
    /// Its id or ARN.
    pub id: String,
    /// A number, or `DRAFT`.
    pub version: String,
}

/// A model behind Bedrock's Converse. It keeps a connect limit only; see [`crate::Limited`] for the others.
pub struct BedrockModel {
    client: Client,
    model: String,
    guardrail: Option<Guardrail>,
    label: Label,
}

impl BedrockModel {
    /// Reads the AWS settings and sets a client up; Bedrock is not asked anything yet. `connect` bounds connecting and
    /// TLS.
    pub async fn new(options: BedrockOptions, connect: Duration) -> Result<Self, ConnectError> {
        if let Some(endpoint) = &options.endpoint {
            check_endpoint(endpoint)?;
        }
        let shared = shared_config(&options).await;
        let region = shared.region().ok_or(ConnectError::Region)?.to_string();
        // Retries and time limits of the SDK are off for the model, but not for credentials, which have their own.
        let mut config = Builder::from(&shared)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(connect).build());
        config.set_endpoint_url(options.endpoint.or_else(|| shared.endpoint_url().map(str::to_owned)));
        if let Some(key) = &options.api_key {
            config = config.bearer_token(Token::new(key.expose(), None));
        }
        let BedrockOptions { model, api_key, access_keys, guardrail, .. } = options;
        let keys = access_keys.into_iter().flat_map(|keys| [Some(keys.secret), keys.session_token]).flatten();
        let label = Label {
            name: format!("`{model}` on Amazon Bedrock in {region}"),
            secrets: api_key.into_iter().chain(keys).collect(),
        };
        Ok(Self { client: Client::from_conf(config.build()), model, guardrail, label })
    }
}

#[async_trait]
impl ChatModel for BedrockModel {
    fn name(&self) -> &str {
        &self.model
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        let parts = request::parts(&request, self.guardrail.as_ref())
            .map_err(|error| self.label.error(ChatErrorKind::Invalid, format!("was not asked: {error}")))?;
        let call = self
            .client
            .converse_stream()
            .model_id(&self.model)
            .set_system(Some(parts.system))
            .set_messages(Some(parts.messages))
            .inference_config(parts.inference)
            .set_guardrail_config(parts.guardrail);
        let output = call.send().await.map_err(|error| failure::of_call(&error, &self.label))?;
        let events = read(output.stream, self.label.clone());
        until_said(&self.model, events.boxed()).await
    }

    fn health(&self) -> ModelHealth {
        ModelHealth::Good
    }
}

async fn shared_config(options: &BedrockOptions) -> SdkConfig {
    // Named, because the default changes time limits and retries with it.
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(AccessKeys { id, secret, session_token }) = &options.access_keys {
        let token = session_token.as_ref().map(|token| token.expose().to_owned());
        loader = loader.credentials_provider(Credentials::new(id, secret.expose(), token, None, "settings"));
    }
    if options.api_key.is_some() {
        // With both at hand the SDK would prefer signatures.
        loader = loader.no_credentials();
    }
    loader.load().await
}

fn check_endpoint(endpoint: &str) -> Result<(), ConnectError> {
    let refuse = |why: String| ConnectError::Address { url: endpoint.to_owned(), why };
    let url = reqwest::Url::parse(endpoint).map_err(|error| refuse(error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() {
        Ok(())
    } else {
        Err(refuse("it must begin with http:// or https:// and name a host".to_owned()))
    }
}

fn read(
    mut receiver: Receiver,
    label: Label,
) -> impl futures::Stream<Item = Result<ChatEvent, ChatError>> + Send {
    async_stream::try_stream! {
        let mut has_spoken = false;
        let mut usage = None;
        let mut stop: Option<StopReason> = None;
        loop {
            let next = if stop.is_none() {
                receiver.recv().await
            } else {
                // All that matters is known: a stream that is not closed in time is as good as closed.
                let wait = if usage.is_some() { END_WAIT } else { USAGE_WAIT };
                tokio::time::timeout(wait, receiver.recv()).await.unwrap_or(Ok(None))
            };
            let event = match next {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(_) if stop.is_some() => break,
                Err(error) => Err(failure::of_stream(&error, has_spoken, &label))?,
            };
            match event {
                ConverseStreamOutput::ContentBlockDelta(block) => {
                    // Thoughts and tool calls are never shown.
                    if let Some(ContentBlockDelta::Text(text)) = block.delta
                        && !text.is_empty()
                    {
                        has_spoken = true;
                        yield ChatEvent::Delta(text);
                    }
                }
                ConverseStreamOutput::MessageStop(message) => stop = Some(stop_reason(&message.stop_reason)),
                ConverseStreamOutput::Metadata(metadata) => usage = metadata.usage.as_ref().map(counted),
                _ => {}
            }
        }
        let Some(stop) = stop else {
            Err(label.error(ChatErrorKind::Broken, "ended its stream without saying why"))?
        };
        if let Some(usage) = usage {
            yield ChatEvent::Usage(usage);
        }
        yield ChatEvent::Stop(stop);
    }
}

fn counted(usage: &TokenUsage) -> Usage {
    // What was read from or written to a prompt cache is not in `input_tokens`.
    let cached = usage.cache_read_input_tokens.unwrap_or(0) + usage.cache_write_input_tokens.unwrap_or(0);
    Usage {
        input_tokens: u64::try_from(usage.input_tokens + cached).unwrap_or(0),
        output_tokens: u64::try_from(usage.output_tokens).unwrap_or(0),
    }
}

fn stop_reason(reason: &Reason) -> StopReason {
    match reason {
        Reason::EndTurn | Reason::StopSequence => StopReason::EndOfTurn,
        Reason::MaxTokens | Reason::ModelContextWindowExceeded => StopReason::Length,
        Reason::GuardrailIntervened | Reason::ContentFiltered => StopReason::Filtered,
        other => StopReason::Other(other.as_str().to_owned()),
    }
}
