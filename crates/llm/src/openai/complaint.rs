//! What a server says when it does not answer.
//!
//! Known shapes: `{"error": {"message", "type", "param", "code"}}` (OpenAI, vLLM, llama.cpp, `LiteLLM`), `{"error": "…"}`
//! (Ollama), `{"detail": "…"}` and `{"detail": [{"loc", "msg"}]}` (`FastAPI`), `{"message": "…"}` (gateways, older vLLM),
//! a list of any of these (Gemini), and plain text.

use crate::words::{Label, says_filtered, says_one_of, says_too_long};
use serde_json::Value;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind};

/// Words of an error type or code, in lower case, where no status tells.
const SAYS_RATE: &[&str] = &["rate_limit", "rate limit", "too many requests", "throttl"];
const SAYS_REFUSED: &[&str] = &[
    "authentication",
    "invalid_api_key",
    "unauthorized",
    "permission",
    "model_not_found",
    "insufficient_quota",
];
const SAYS_INVALID: &[&str] = &["invalid_request", "bad_request", "badrequest", "unsupported_"];

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    message: String,
    /// The error's code and type, in the provider's words.
    words: String,
    /// The parameter it is about.
    param: String,
    /// A status inside the body.
    status: Option<u16>,
}

impl Complaint {
    /// Reads the body of an error.
    pub(super) fn of_body(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(value) => Self::of_value(&value),
            Err(_) => Self { message: String::from_utf8_lossy(body).into_owned(), ..Self::default() },
        }
    }

    /// The error in a document of a stream; `None` where it is none.
    pub(super) fn in_stream(value: &Value) -> Option<Self> {
        let has = |key: &str| value.get(key).is_some_and(|field| !field.is_null());
        let is_error = has("error")
            || value.get("object").is_some_and(|object| object == "error")
            || (!has("choices") && (has("message") || has("detail")));
        let first_of_list = value.as_array().and_then(|list| list.first());
        match first_of_list {
            Some(first) => Self::in_stream(first),
            None => is_error.then(|| Self::of_value(value)),
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::String(message) => Self { message: message.clone(), ..Self::default() },
            Value::Array(list) => list.first().map(Self::of_value).unwrap_or_default(),
            Value::Object(_) => Self::of_object(value),
            _ => Self::default(),
        }
    }

    fn of_object(value: &Value) -> Self {
        let inner =
            ["error", "detail", "errors"].iter().filter_map(|key| value.get(key)).find(|v| !v.is_null());
        let mut found = inner.map(Self::of_value).unwrap_or_default();
        let text = |key: &str| match value.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let message =
            [text("message"), text("msg"), text("error_description")].into_iter().find(|m| !m.is_empty());
        if let Some(message) = message {
            // `{"error": "invalid_request", "message": "…"}`: the inner text was a code.
            found.words = format!("{} {}", found.words, std::mem::replace(&mut found.message, message));
        }
        found.words = format!("{} {} {} {}", found.words, text("code"), text("type"), text("status"));
        found.param = format!("{} {} {}", found.param, text("param"), location(value.get("loc")));
        found.status = found.status.or_else(|| status_in(value));
        found
    }

    /// Whether it says that `parameter` is not taken, not merely that its value is off.
    pub(super) fn rejects(&self, parameter: &str) -> bool {
        const NOT_TAKEN: &[&str] = &[
            "unsupported",
            "not supported",
            "does not support",
            "doesn't support",
            "unrecognized",
            "unrecognised",
            "unknown",
            "unexpected",
            "extra ",
            "extra_forbidden",
            "not permitted",
            "not allowed",
            "deprecated",
            "only the default",
            "instead",
            "only allowed when",
            "invalid_parameter",
        ];
        self.names(parameter) && says_one_of(&format!("{} {}", self.message, self.words), NOT_TAKEN)
    }

    /// Whether it is about `parameter`.
    pub(super) fn names(&self, parameter: &str) -> bool {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let text = format!("{} {}", self.param, self.message);
        text.split(|c: char| !is_word(c)).any(|word| word == parameter)
    }

    pub(super) fn is_about_length(&self) -> bool {
        says_too_long(&self.message) || says_too_long(&self.words)
    }

    /// The error for the caller. `status`: the response's, or `None` for an error inside a response with status 200.
    pub(super) fn into_error(
        self,
        status: Option<u16>,
        retry_after: Option<Duration>,
        label: &Label,
    ) -> ChatError {
        let kind = self.kind(status.or(self.status), retry_after);
        let answered = match status {
            Some(status) => format!("answered {status}"),
            None => "sent an error".to_owned(),
        };
        let quoted = label.quotable(&self.message).map(|message| format!(": {message}")).unwrap_or_default();
        label.error(kind, format!("{answered}{quoted}{}", advice(kind, status)))
    }

    fn kind(&self, status: Option<u16>, retry_after: Option<Duration>) -> ChatErrorKind {
        let words = format!("{} {}", self.message, self.words);
        // Some servers answer 500 to a prompt that is too long, and some filters answer 403.
        let may_be_the_prompt = !matches!(status, Some(401 | 404 | 408 | 429));
        if may_be_the_prompt && self.is_about_length() {
            return ChatErrorKind::ContextTooLong;
        }
        if may_be_the_prompt && says_filtered(&words) {
            return ChatErrorKind::Filtered;
        }
        match status {
            // Waiting does not fill an account.
            Some(429) if says_one_of(&words, &["insufficient_quota", "exceeded your current quota"]) => {
                ChatErrorKind::Refused
            }
            Some(408 | 409 | 425 | 429) => ChatErrorKind::RateLimited { retry_after },
            Some(413) => ChatErrorKind::ContextTooLong,
            Some(300..=399 | 401 | 402 | 403 | 404 | 405 | 407) => ChatErrorKind::Refused,
            Some(400..=499) => ChatErrorKind::Invalid,
            None if says_one_of(&self.words, SAYS_RATE) => ChatErrorKind::RateLimited { retry_after },
            None if says_one_of(&self.words, SAYS_REFUSED) => ChatErrorKind::Refused,
            None if says_one_of(&self.words, SAYS_INVALID) => ChatErrorKind::Invalid,
            Some(_) | None => ChatErrorKind::Upstream,
        }
    }
}

/// What an operator can do.
fn advice(kind: ChatErrorKind, status: Option<u16>) -> &'static str {
    match (kind, status) {
        (ChatErrorKind::Refused, Some(401 | 403)) => " (check the API key and what it may do)",
        (ChatErrorKind::Refused, Some(404 | 405)) => " (check the model's name and the base URL)",
        (ChatErrorKind::Refused, Some(300..=399)) => {
            " (redirects are not followed: set the new address as base URL)"
        }
        _ => "",
    }
}

fn location(loc: Option<&Value>) -> String {
    let parts = loc.and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

/// A status inside the body: `"code": 429`, `"status": 429`, `"code": "429"`.
fn status_in(value: &Value) -> Option<u16> {
    ["status", "status_code", "code"].iter().find_map(|key| {
        let field = value.get(key)?;
        let number = field.as_u64().or_else(|| field.as_str()?.parse().ok())?;
        u16::try_from(number).ok().filter(|status| (400..600).contains(status))
    })
}

#[cfg(test)]
mod tests;
