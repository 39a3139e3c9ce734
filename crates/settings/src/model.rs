//! `[model]` and `[store]`.

use crate::error::SettingsError;
use crate::reader::Reader;
use crate::secret::Secret;
use std::time::Duration;
use toml::Value;

/// `[model]`, where a provider is named.
#[derive(Debug, Clone)]
pub struct Model {
    /// Where the model is to be had.
    pub provider: Provider,
    /// Its name there.
    pub name: String,
    /// The provider's key.
    pub api_key: Option<Secret>,
    /// The most tokens of a prompt.
    pub prompt_tokens: usize,
    /// The most tokens of an answer: brief, standard, deep.
    pub answer_tokens: [u32; 3],
    /// Sampling temperature; `None` leaves the model's own.
    pub temperature: Option<f32>,
    /// How long to wait for a follow-up that the model completes; zero: it is not asked to.
    pub rewrite: Duration,
    /// To connect.
    pub connect: Duration,
    /// To the first piece of text.
    pub first_token: Duration,
    /// Between two pieces.
    pub idle: Duration,
    /// For the whole answer.
    pub whole: Duration,
    /// Further tries before anything was said.
    pub retries: u32,
    /// Tokens in a day; `None`: no limit.
    pub tokens_per_day: Option<u64>,
}

/// Where a model is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// A server that speaks OpenAI's chat completions.
    OpenAi {
        /// Its address, up to `/v1`.
        base_url: String,
        /// What it calls the limit on written tokens.
        token_limit_field: TokenLimitField,
    },
    /// Amazon Bedrock.
    Bedrock {
        /// The AWS region.
        region: Option<String>,
        /// A profile of the AWS settings files.
        profile: Option<String>,
        /// Another endpoint than the region's own.
        endpoint: Option<String>,
        /// A guardrail's id and version.
        guardrail: Option<(String, String)>,
    },
}

/// What a server calls the limit on written tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimitField {
    /// Found out.
    Auto,
    /// `max_tokens`
    MaxTokens,
    /// `max_completion_tokens`
    MaxCompletionTokens,
}

/// `[store]`
#[derive(Debug, Clone)]
pub struct Storing {
    /// The database's address; `None`: a file below `data.dir`. It may hold a password.
    pub url: Option<Secret>,
}

pub(crate) fn model(read: &Reader<'_>) -> Result<Option<Model>, SettingsError> {
    let Some(provider) = provider(read)? else { return Ok(None) };
    let tokens = |key: &str| read.number::<u32>(key, 50..=20_000);
    let seconds = |key: &str| read.number(key, 1..=3600).map(Duration::from_secs);
    let budget: u64 = read.number("model.tokens_per_day", 0..=i64::MAX)?;
    Ok(Some(Model {
        provider,
        name: read.required("model.name")?.to_owned(),
        api_key: read.secret("model.api_key")?,
        prompt_tokens: read.number("model.prompt_tokens", 1000..=200_000)?,
        answer_tokens: [
            tokens("model.brief_tokens")?,
            tokens("model.standard_tokens")?,
            tokens("model.deep_tokens")?,
        ],
        temperature: read.decimal("model.temperature", -1.0..=2.0)?,
        rewrite: Duration::from_millis(read.number("model.rewrite_ms", 0..=10_000)?),
        connect: seconds("model.connect_seconds")?,
        first_token: seconds("model.first_token_seconds")?,
        idle: seconds("model.idle_seconds")?,
        whole: seconds("model.whole_seconds")?,
        retries: read.number("model.retries", 0..=5)?,
        tokens_per_day: Some(budget).filter(|tokens| *tokens > 0),
    }))
}

fn provider(read: &Reader<'_>) -> Result<Option<Provider>, SettingsError> {
    let owned = |key: &str| Ok::<_, SettingsError>(read.optional(key)?.map(str::to_owned));
    match read.text("model.provider")? {
        "" => Ok(None),
        "openai" => {
            let base_url = read.required("model.base_url")?.to_owned();
            if !(base_url.starts_with("http://") || base_url.starts_with("https://")) {
                return Err(read.refuse("model.base_url", "an http:// or https:// address"));
            }
            let token_limit_field = match read.text("model.token_limit_field")? {
                "auto" => TokenLimitField::Auto,
                "max_tokens" => TokenLimitField::MaxTokens,
                "max_completion_tokens" => TokenLimitField::MaxCompletionTokens,
                _ => {
                    let rule = "\"auto\", \"max_tokens\" or \"max_completion_tokens\"";
                    return Err(read.refuse("model.token_limit_field", rule));
                }
            };
            Ok(Some(Provider::OpenAi { base_url, token_limit_field }))
        }
        "bedrock" => {
            let guardrail = match (owned("model.guardrail_id")?, owned("model.guardrail_version")?) {
                (Some(id), Some(version)) => Some((id, version)),
                (None, None) => None,
                (Some(_), None) => {
                    return Err(read.refuse("model.guardrail_version", "set with the guardrail's id"));
                }
                (None, Some(_)) => {
                    return Err(read.refuse("model.guardrail_id", "set with the guardrail's version"));
                }
            };
            Ok(Some(Provider::Bedrock {
                region: owned("model.region")?,
                profile: owned("model.profile")?,
                endpoint: owned("model.endpoint")?,
                guardrail,
            }))
        }
        _ => Err(read.refuse("model.provider", "\"\", \"openai\" or \"bedrock\"")),
    }
}

pub(crate) fn storing(read: &Reader<'_>) -> Result<Storing, SettingsError> {
    Ok(Storing { url: read.secret("store.url")? })
}

/// Whether a value is an address with a password in it, which is not to be shown.
pub(crate) fn has_password(key: &str, value: &Value) -> bool {
    key == "store.url" && value.as_str().is_some_and(|url| url.contains('@') || url.contains("password"))
}
