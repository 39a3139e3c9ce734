//! What a server takes of a request.
//!
//! Decision: start with what most servers take and let the server's own refusals teach us. Refused: a table of servers
//! and models, which would be wrong with the next release of either.

use super::complaint::Complaint;
use std::sync::{Mutex, PoisonError};

/// What the server calls the limit on written tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenLimitField {
    /// `max_tokens`, until the server asks for the other one.
    #[default]
    Auto,
    /// `max_tokens`: most servers.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's own, and needed by its reasoning models.
    MaxCompletionTokens,
}

/// One manner of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is learned by itself")]
pub(super) struct Manner {
    /// With `stream_options.include_usage`.
    pub(super) asks_for_usage: bool,
    /// `max_completion_tokens` rather than `max_tokens`.
    pub(super) names_completion: bool,
    pub(super) sends_temperature: bool,
    /// `response_format` rather than words.
    pub(super) sends_json_schema: bool,
}

/// The manner that one server is known to take.
pub(super) struct Manners {
    may_switch_field: bool,
    current: Mutex<Manner>,
}

impl Manners {
    pub(super) fn new(field: TokenLimitField) -> Self {
        let manner = Manner {
            asks_for_usage: true,
            names_completion: field == TokenLimitField::MaxCompletionTokens,
            sends_temperature: true,
            sends_json_schema: true,
        };
        Self { may_switch_field: field == TokenLimitField::Auto, current: Mutex::new(manner) }
    }

    pub(super) fn current(&self) -> Manner {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to ask next after `complaint` about a request in the manner `used`; `None` where another manner would not
    /// help. Each answer leaves something out that `used` had, or switches to the newer field, so that asking ends.
    pub(super) fn learn(&self, used: Manner, status: u16, complaint: &Complaint) -> Option<Manner> {
        if !matches!(status, 400 | 422) || complaint.is_about_length() {
            return None;
        }
        let mut better = used;
        if used.asks_for_usage && (complaint.names("stream_options") || complaint.names("include_usage")) {
            better.asks_for_usage = false;
        } else if used.sends_json_schema
            && (complaint.names("response_format") || complaint.names("json_schema"))
        {
            better.sends_json_schema = false;
        } else if used.sends_temperature && complaint.rejects("temperature") {
            better.sends_temperature = false;
        } else if self.may_switch_field
            && !used.names_completion
            && (complaint.rejects("max_tokens") || complaint.names("max_completion_tokens"))
        {
            better.names_completion = true;
        } else {
            return None;
        }
        tracing::info!(manner = ?better, "the model server does not take all of a request; it is asked without");
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = better;
        Some(better)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(field: TokenLimitField, message: &str) -> Option<Manner> {
        let manners = Manners::new(field);
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        manners.learn(manners.current(), 400, &Complaint::of_body(body.as_bytes()))
    }

    #[test]
    fn each_refusal_teaches_one_thing() {
        let auto = |message| learn(TokenLimitField::Auto, message);
        let newer = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                     'max_completion_tokens' instead.";
        assert!(auto(newer).unwrap().names_completion);
        assert_eq!(learn(TokenLimitField::MaxTokens, newer), None);
        let fixed = "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) \
                     value is supported.";
        assert!(!auto(fixed).unwrap().sends_temperature);
        assert!(!auto("Unrecognized request argument supplied: stream_options").unwrap().asks_for_usage);
        assert!(!auto("Invalid schema for response_format 'verdict'").unwrap().sends_json_schema);
    }

    #[test]
    fn a_value_that_is_off_teaches_nothing() {
        for message in [
            "max_tokens is too large: 99999",
            "temperature must be at most 2",
            "This model's maximum context length is 4096 tokens; reduce the length of the messages or max_tokens",
            "",
        ] {
            assert_eq!(learn(TokenLimitField::Auto, message), None, "{message}");
        }
    }
}
