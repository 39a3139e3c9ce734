//! The same documents for callers in this process: the command line prints what the API would have sent.

use crate::routes::search::SearchBody;
use crate::wire;
use serde_json::Value;
use viva_assistant::SearchOutcome;
use viva_core::turn::Answer;

/// An answer as `POST /api/v1/ask` sends it.
pub fn answer_json(answer: Answer) -> Value {
    // These types have text keys and finite numbers only, so there is nothing that could fail.
    serde_json::to_value(wire::Answer::from(answer)).unwrap_or(Value::Null)
}

/// A search result as `GET /api/v1/search` sends it.
pub fn search_json(outcome: SearchOutcome) -> Value {
    serde_json::to_value(SearchBody::from(outcome)).unwrap_or(Value::Null)
}
