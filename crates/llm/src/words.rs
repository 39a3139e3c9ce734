//! What providers say, made fit for people: one line, short, without HTML and without keys; and the phrases that tell
//! kinds of failure apart.

use crate::secret::Secret;
use viva_core::chat::{ChatError, ChatErrorKind};

/// The longest quotation of a provider in an error, in characters.
const QUOTED_CHARS: usize = 300;

/// Phrases for "the prompt is longer than the window", in lower case.
///
/// OpenAI: `context_length_exceeded`, "maximum context length"; vLLM: "maximum context length", "longer than the maximum
/// model length"; llama.cpp: `exceed_context_size_error`, "exceeds the available context size"; Ollama: "prompt too long;
/// exceeded max context length"; `LiteLLM`: `ContextWindowExceededError`; Anthropic: "prompt is too long", "exceed context
/// limit"; Bedrock: "Input is too long for requested model", "Too many input tokens".
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "context length",
    "context size",
    "exceed_context_size",
    "contextwindowexceeded",
    "context window",
    "context limit",
    "maximum model length",
    "max_model_len",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input too long",
    "input length",
    "too many input tokens",
    "too many tokens in the prompt",
    "string_above_max_length",
    "reduce the length of the messages",
];

/// Phrases for "a filter refused the prompt", in lower case.
const FILTERED: &[&str] = &[
    "content_filter",
    "content filter",
    "content management policy",
    "content_policy",
    "responsibleaipolicyviolation",
    "guardrail",
    "flagged by moderation",
];

pub(crate) fn says_too_long(text: &str) -> bool {
    says_one_of(text, TOO_LONG)
}

pub(crate) fn says_filtered(text: &str) -> bool {
    says_one_of(text, FILTERED)
}

pub(crate) fn says_one_of(text: &str, phrases: &[&str]) -> bool {
    let text = text.to_lowercase();
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Who speaks in an error's sentence, with the secrets that must not be in it.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    /// Such as "`llama3` at localhost:11434".
    pub(crate) name: String,
    pub(crate) secrets: Vec<Secret>,
}

impl Label {
    /// The error "`llama3` at localhost:11434 `what`".
    pub(crate) fn error(&self, kind: ChatErrorKind, what: impl AsRef<str>) -> ChatError {
        ChatError { kind, detail: format!("{} {}", self.name, what.as_ref()) }
    }

    /// `message` as it may be shown; `None` where nothing is left to show.
    pub(crate) fn quotable(&self, message: &str) -> Option<String> {
        if looks_like_html(message) {
            return None;
        }
        let hidden = self.secrets.iter().fold(message.to_owned(), |text, secret| secret.hidden_in(&text));
        let words: Vec<&str> = hidden
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        let line = words.join(" ");
        let mut chars = line.chars();
        let mut short: String = chars.by_ref().take(QUOTED_CHARS).collect();
        if chars.next().is_some() {
            short.push('…');
        }
        (!short.is_empty()).then_some(short)
    }
}

/// Whether `text` has tags, closing tags or a document type.
fn looks_like_html(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let opens =
        ["<!doctype", "<html", "<head", "<body", "<script", "<title", "<div", "<img", "<svg", "<a ", "</"];
    opens.iter().any(|tag| text.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label() -> Label {
        Label { name: "`m` at host".to_owned(), secrets: vec![Secret::new("sk-very-secret")] }
    }

    #[test]
    fn a_quotation_is_one_short_line_without_the_key() {
        let quoted = label().quotable("Incorrect key:\n  sk-very-secret\u{7}.").unwrap();
        assert_eq!(quoted, "Incorrect key: [hidden] .");
        assert_eq!(label().quotable(&"ä".repeat(1000)).unwrap().chars().count(), QUOTED_CHARS + 1);
    }

    #[test]
    fn html_is_never_quoted() {
        for text in ["<html><body>502</body></html>", "  <!DOCTYPE html>", "bad </b>", "<script>alert(1)"] {
            assert_eq!(label().quotable(text), None, "{text}");
        }
        assert!(label().quotable("max_tokens must be <= 4096 and > 0").is_some());
    }

    #[test]
    fn a_secret_hides_itself() {
        assert_eq!(format!("{:?}", label().secrets), "[[hidden]]");
    }
}
