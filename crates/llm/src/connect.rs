//! Puts a model together.

use crate::bedrock::{BedrockModel, BedrockOptions};
use crate::budgeted::Budgeted;
use crate::jitter::SeededJitter;
use crate::limited::{Limited, TimeLimits};
use crate::openai::{OpenAiModel, OpenAiOptions};
use crate::resilient::{Resilient, RetryOptions};
use std::sync::Arc;
use std::time::SystemTime;
use viva_core::ports::{BoxError, ChatModel, Clock, TokenLedger};

/// Where the model is to be had.
#[derive(Debug, Clone)]
pub enum Provider {
    /// A server that speaks OpenAI's chat completions.
    OpenAi(OpenAiOptions),
    /// Amazon Bedrock.
    Bedrock(BedrockOptions),
}

/// A model, and how it is treated.
#[derive(Debug, Clone)]
pub struct ModelOptions {
    /// Where it is.
    pub provider: Provider,
    /// How long it may take.
    pub limits: TimeLimits,
    /// How often it is tried.
    pub retry: RetryOptions,
    /// How many tokens it may read and write in a day (UTC); `None` for any number.
    pub tokens_per_day: Option<u64>,
}

impl ModelOptions {
    /// The defaults around `provider`.
    pub fn new(provider: Provider) -> Self {
        Self { provider, limits: TimeLimits::default(), retry: RetryOptions::default(), tokens_per_day: None }
    }
}

/// Why a model cannot be set up. Nothing here depends on whether the provider is up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The base URL or the endpoint is none.
    #[error("`{url}` cannot be the model's address: {why}")]
    Address {
        /// As given, without what may be a password.
        url: String,
        /// The rule it breaks.
        why: String,
    },
    /// A header cannot be sent.
    #[error("the header `{name}` for the model cannot be sent: {why}")]
    Header {
        /// Its name.
        name: String,
        /// The rule it breaks.
        why: String,
    },
    /// No AWS region is set.
    #[error("no AWS region for Bedrock: set one here, in `AWS_REGION`, or in the AWS profile")]
    Region,
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] BoxError),
}

/// Makes the model that `options` describe: `Budgeted(Resilient(Limited(adapter)))`, without the budget where none is
/// set. The provider is not asked anything yet; for Bedrock without a region, the region is looked for where the AWS
/// tools look.
pub async fn connect(
    options: ModelOptions,
    clock: Arc<dyn Clock>,
    ledger: Arc<dyn TokenLedger>,
) -> Result<Arc<dyn ChatModel>, ConnectError> {
    let ModelOptions { provider, limits, retry, tokens_per_day } = options;
    let adapter: Arc<dyn ChatModel> = match provider {
        Provider::OpenAi(options) => Arc::new(OpenAiModel::new(options, limits.connect, Arc::clone(&clock))?),
        Provider::Bedrock(options) => Arc::new(BedrockModel::new(options, limits.connect).await?),
    };
    let limited = Arc::new(Limited::new(adapter, limits));
    let jitter = Arc::new(SeededJitter::new(seed(clock.now())));
    let resilient: Arc<dyn ChatModel> = Arc::new(Resilient::new(limited, retry, Arc::clone(&clock), jitter));
    Ok(match tokens_per_day {
        Some(tokens) => Arc::new(Budgeted::new(resilient, tokens, clock, ledger)),
        None => resilient,
    })
}

/// Replicas that start together differ in their nanoseconds.
fn seed(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
