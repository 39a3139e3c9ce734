//! The same documents for callers in this process: the command line prints what the API would have sent.

use crate::middleware::KeyRule;
use crate::routes::search::SearchBody;
use crate::wire;
use serde_json::Value;
use viva_assistant::SearchOutcome;
use viva_core::conversation::{Conversation, Owner, TurnRecord};
use viva_core::turn::{Answer, Inspection, Understood};
use viva_settings::Http;

/// An answer as `POST /api/v1/ask` sends it.
pub fn answer_json(answer: Answer) -> Value {
    // These types have text keys and finite numbers only, so there is nothing that could fail.
    serde_json::to_value(wire::Answer::from(answer)).unwrap_or(Value::Null)
}

/// A search result as `GET /api/v1/search` sends it.
pub fn search_json(outcome: SearchOutcome) -> Value {
    serde_json::to_value(SearchBody::from(outcome)).unwrap_or(Value::Null)
}

/// A question as understood, as the `query` event has it.
pub fn query_json(query: Understood) -> Value {
    serde_json::to_value(wire::QueryBody::from(query)).unwrap_or(Value::Null)
}

/// A conversation in a list, as `GET /api/v1/conversations` sends it.
pub fn conversation_summary_json(conversation: Conversation) -> Value {
    serde_json::to_value(wire::ConversationSummary::from(conversation)).unwrap_or(Value::Null)
}

/// A conversation with all its turns, as `GET /api/v1/conversations/{id}` sends it.
pub fn conversation_json(conversation: Conversation, turns: Vec<TurnRecord>) -> Value {
    let turns = turns.into_iter().map(|turn| wire::TurnBody::new(turn, String::new())).collect();
    serde_json::to_value(wire::ConversationBody::new(conversation, turns, None)).unwrap_or(Value::Null)
}

/// How an answer came about, as `GET …/inspection` sends it.
pub fn inspection_json(inspection: Inspection) -> Value {
    serde_json::to_value(wire::InspectionBody::from(inspection)).unwrap_or(Value::Null)
}

/// Whose everything is that is kept for callers with the settings' key.
pub fn owner(http: &Http) -> Owner {
    http.api_key.as_ref().map_or_else(|| Owner("local".to_owned()), |key| KeyRule::new(key).owner())
}
