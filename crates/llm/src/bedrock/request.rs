//! The wire's mirror of a request.

use super::Guardrail;
use crate::shape::ask_in_words;
use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, GuardrailStreamConfiguration, InferenceConfiguration, Message,
    SystemContentBlock,
};
use viva_core::chat::{ChatMessage, ChatRequest, Speaker};

pub(super) struct Parts {
    pub(super) system: Vec<SystemContentBlock>,
    pub(super) messages: Vec<Message>,
    pub(super) inference: InferenceConfiguration,
    pub(super) guardrail: Option<GuardrailStreamConfiguration>,
}

/// Bedrock keeps rules apart from what is said, wants user and assistant in turns, and refuses empty blocks.
pub(super) fn parts(request: &ChatRequest, guardrail: Option<&Guardrail>) -> Result<Parts, BuildError> {
    let ChatRequest { messages, max_tokens, temperature, json } = request;
    let mut all = messages.clone();
    if let Some(shape) = json {
        ask_in_words(&mut all, shape);
    }
    let mut system = Vec::new();
    let mut turns: Vec<(ConversationRole, Vec<ContentBlock>)> = Vec::new();
    for ChatMessage { speaker, text } in all.into_iter().filter(|message| !message.text.trim().is_empty()) {
        let role = match speaker {
            Speaker::System => {
                system.push(SystemContentBlock::Text(text));
                continue;
            }
            Speaker::User => ConversationRole::User,
            Speaker::Assistant => ConversationRole::Assistant,
        };
        match turns.last_mut() {
            Some((last, blocks)) if *last == role => blocks.push(ContentBlock::Text(text)),
            _ => turns.push((role, vec![ContentBlock::Text(text)])),
        }
    }
    let messages = turns
        .into_iter()
        .map(|(role, blocks)| Message::builder().role(role).set_content(Some(blocks)).build())
        .collect::<Result<_, _>>()?;
    let inference = InferenceConfiguration::builder()
        .max_tokens(i32::try_from(*max_tokens).unwrap_or(i32::MAX))
        .set_temperature(*temperature)
        .build();
    let guardrail = guardrail.map(|Guardrail { id, version }| {
        GuardrailStreamConfiguration::builder().guardrail_identifier(id).guardrail_version(version).build()
    });
    Ok(Parts { system, messages, inference, guardrail })
}
