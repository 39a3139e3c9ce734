//! The wire's mirror of a request.

use super::manner::Manner;
use crate::shape::ask_in_words;
use serde::Serialize;
use serde_json::{Value, json};
use viva_core::chat::{ChatMessage, ChatRequest, JsonShape, Speaker};

#[derive(Debug, Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

/// The JSON of `request` for `model`; the error says what of it cannot be sent.
pub(super) fn body(model: &str, request: &ChatRequest, manner: Manner) -> Result<Vec<u8>, String> {
    let ChatRequest { messages, max_tokens, temperature, json } = request;
    let mut messages = messages.clone();
    let mut response_format = None;
    if let Some(shape) = json {
        if manner.sends_json_schema {
            response_format = Some(schema_format(shape)?);
        } else {
            ask_in_words(&mut messages, shape);
        }
    }
    let body = Body {
        model,
        messages: messages.iter().map(message).collect(),
        stream: true,
        stream_options: manner.asks_for_usage.then_some(StreamOptions { include_usage: true }),
        max_tokens: (!manner.names_completion).then_some(*max_tokens),
        max_completion_tokens: manner.names_completion.then_some(*max_tokens),
        temperature: temperature.filter(|_| manner.sends_temperature),
        response_format,
    };
    serde_json::to_vec(&body).map_err(|error| error.to_string())
}

fn schema_format(shape: &JsonShape) -> Result<Value, String> {
    let schema: Value = serde_json::from_str(&shape.schema)
        .map_err(|error| format!("the schema of `{}` is not JSON: {error}", shape.name))?;
    let named = json!({"name": shape.name, "schema": schema, "strict": true});
    Ok(json!({"type": "json_schema", "json_schema": named}))
}

fn message(message: &ChatMessage) -> Message<'_> {
    let ChatMessage { speaker, text } = message;
    let role = match speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    };
    Message { role, content: text }
}
