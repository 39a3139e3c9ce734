//! The wish for a JSON document, in words.

use viva_core::chat::{ChatMessage, JsonShape, Speaker};

/// Adds the wish for a document of `shape` to the rules, for models that take no schema.
pub(crate) fn ask_in_words(messages: &mut Vec<ChatMessage>, shape: &JsonShape) {
    let wish = format!(
        "Answer with one JSON document and nothing else: no Markdown, no words before or after it. It must match this \
         JSON Schema:\n{}",
        shape.schema
    );
    let last_rule = messages.iter_mut().rfind(|message| message.speaker == Speaker::System);
    match last_rule {
        Some(rule) => rule.text = format!("{}\n\n{wish}", rule.text),
        None => messages.insert(0, ChatMessage::new(Speaker::System, wish)),
    }
}
