//! The wire's mirror of a completion and of a piece of one.
//!
//! Everything may be missing and everything unknown is ignored: `id`, `role`, reasoning fields and tool calls are not
//! read at all.

use serde::Deserialize;
use serde_json::Value;
use viva_core::chat::StopReason;
use viva_core::turn::Usage;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    index: Option<u32>,
    /// In a stream.
    delta: Option<Piece>,
    /// In a whole answer.
    message: Option<Piece>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Piece {
    /// A string, or a list of `{"type": "text", "text": …}`.
    content: Option<Value>,
    /// Why the model will not answer in the shape asked for; for the reader, that is its answer.
    refusal: Option<String>,
}

impl Chunk {
    /// The one choice that is asked for.
    pub(super) fn choice(&self) -> Option<&Choice> {
        self.choices.iter().flatten().find(|choice| choice.index.unwrap_or(0) == 0)
    }

    /// The token counts; `None` where there are none.
    pub(super) fn usage(&self) -> Option<Usage> {
        let usage = self.usage.as_ref()?;
        let count = |key: &str| usage.get(key).and_then(Value::as_u64);
        let (input, output) = (count("prompt_tokens"), count("completion_tokens"));
        if input.is_none() && output.is_none() {
            return None;
        }
        Some(Usage { input_tokens: input.unwrap_or(0), output_tokens: output.unwrap_or(0) })
    }
}

impl Choice {
    /// The text; may be empty.
    pub(super) fn text(&self) -> String {
        let piece = self.delta.as_ref().or(self.message.as_ref());
        let content = piece.and_then(|piece| piece.content.as_ref()).map(content_text).unwrap_or_default();
        let refusal = piece.and_then(|piece| piece.refusal.as_deref()).unwrap_or_default();
        content + refusal
    }

    /// The provider's word for why it stopped.
    pub(super) fn finish_reason(&self) -> Option<&str> {
        self.finish_reason.as_deref().filter(|reason| !reason.is_empty())
    }
}

fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let text = |part: &Value| part.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
            parts.iter().filter(|part| part.get("type").is_none_or(|kind| kind == "text")).map(text).collect()
        }
        _ => String::new(),
    }
}

/// The reason behind the provider's word.
pub(super) fn stop_reason(word: &str) -> StopReason {
    match word {
        "stop" | "eos" | "end_turn" | "stop_sequence" => StopReason::EndOfTurn,
        "length" | "max_tokens" | "model_length" => StopReason::Length,
        "content_filter" => StopReason::Filtered,
        other => StopReason::Other(other.to_owned()),
    }
}
