//! The language model that the settings name.

use super::Wiring;
use crate::failure::{Failure, Outcome};
use std::sync::Arc;
use viva_assistant::GenerationOptions;
use viva_core::ports::{ChatModel, TokenLedger};
use viva_llm::{BedrockOptions, Guardrail, ModelOptions, OpenAiOptions, Secret, TimeLimits};
use viva_settings::{Model, Provider, Settings, TokenLimitField};

impl Wiring {
    /// Connects to it; nothing is asked of it yet. `None` where none is named.
    pub(crate) async fn model(&self, ledger: Arc<dyn TokenLedger>) -> Outcome<Option<Arc<dyn ChatModel>>> {
        let Some(model) = &self.settings.model else { return Ok(None) };
        let mut options = ModelOptions::new(provider(model));
        options.limits = TimeLimits {
            connect: model.connect,
            first_token: model.first_token,
            idle: model.idle,
            whole: model.whole,
            ..TimeLimits::default()
        };
        options.retry.retries = model.retries;
        options.tokens_per_day = model.tokens_per_day;
        let connected = viva_llm::connect(options, Arc::clone(&self.clock), ledger).await;
        connected.map(Some).map_err(|error| Failure::of(&error).hint("see [model] in config/default.toml"))
    }
}

/// How answers are generated.
pub(super) fn generation(settings: &Settings) -> GenerationOptions {
    match &settings.model {
        None => GenerationOptions::default(),
        Some(model) => GenerationOptions {
            prompt_tokens: model.prompt_tokens,
            answer_tokens: model.answer_tokens,
            temperature: model.temperature,
            rewrite_limit: model.rewrite,
        },
    }
}

fn provider(model: &Model) -> viva_llm::Provider {
    let api_key = model.api_key.as_ref().map(|key| Secret::new(key.reveal()));
    match &model.provider {
        Provider::OpenAi { base_url, token_limit_field } => viva_llm::Provider::OpenAi(OpenAiOptions {
            api_key,
            token_limit_field: match token_limit_field {
                TokenLimitField::Auto => viva_llm::TokenLimitField::Auto,
                TokenLimitField::MaxTokens => viva_llm::TokenLimitField::MaxTokens,
                TokenLimitField::MaxCompletionTokens => viva_llm::TokenLimitField::MaxCompletionTokens,
            },
            ..OpenAiOptions::new(base_url, &model.name)
        }),
        Provider::Bedrock { region, profile, endpoint, guardrail } => {
            viva_llm::Provider::Bedrock(BedrockOptions {
                region: region.clone(),
                profile: profile.clone(),
                endpoint: endpoint.clone(),
                api_key,
                guardrail: guardrail
                    .as_ref()
                    .map(|(id, version)| Guardrail { id: id.clone(), version: version.clone() }),
                ..BedrockOptions::new(&model.name)
            })
        }
    }
}
