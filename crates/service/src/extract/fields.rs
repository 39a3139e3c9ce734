//! Which field breaks which rule.

use crate::error::ApiError;
use serde::Serialize;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use utoipa::ToSchema;

/// The longest name or rule that is sent back: both may quote what the client wrote.
const MAX_CHARS: usize = 200;

/// A field and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field's name, or `body` for the whole.
    #[schema(example = "depth")]
    pub(crate) field: String,
    /// What its value must be.
    #[schema(example = "one of brief, standard, deep")]
    pub(crate) rule: String,
}

/// Collects broken rules, so that a client hears of all of them at once.
#[derive(Default)]
pub(crate) struct Rules(Vec<FieldError>);

impl Rules {
    /// The value, or its field's broken rule noted.
    pub(crate) fn keep<T>(&mut self, field: &str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|rule| self.0.push(FieldError { field: field.to_owned(), rule })).ok()
    }

    /// Everything checked, or the refusal that names every broken rule.
    pub(crate) fn finish<T>(self, checked: Option<T>) -> Result<T, ApiError> {
        match checked {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ApiError::Invalid { errors: self.0 }),
        }
    }
}

/// A whole number within `range`, or `default` where there is none.
pub(crate) fn number<T>(text: Option<&str>, default: T, range: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    let Some(text) = text else { return Ok(default) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

/// What a deserialiser complains about, as a field and a rule.
pub(crate) fn broken_rule<E: Display>(error: &serde_path_to_error::Error<E>) -> FieldError {
    let message = error.inner().to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    let path = error.path().to_string();
    // A missing or doubled field is noticed at the end of the object: only the message names it.
    let named = message.split('`').nth(1).unwrap_or("body");
    let field = if path == "." { named } else { &path };
    let rule = if message.starts_with("missing field") {
        "is required"
    } else if message.starts_with("duplicate field") {
        "may be given once"
    } else if message.starts_with("unknown field") {
        return FieldError { field: cut(field), rule: cut(&format!("is not known; {}", expected(message))) };
    } else {
        message
    };
    FieldError { field: cut(field), rule: cut(rule) }
}

/// The end of "unknown field `x`, expected one of `a`, `b`": what comes before may be long.
fn expected(message: &str) -> &str {
    message.rfind("expected ").map_or("", |at| &message[at..])
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CHARS).collect()
}
