//! Conversations and their turns.

use super::answer::Answer;
use super::names::DepthName;
use crate::error::ApiError;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;
use std::time::SystemTime;
use utoipa::ToSchema;
use viva_core::conversation::{Conversation, TurnOutcome, TurnRecord};
use viva_core::turn::Failure;

/// A conversation, without its turns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationSummary {
    id: String,
    /// The first question, shortened, until it is renamed; empty before that.
    title: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something was last said.
    #[schema(format = DateTime)]
    updated_at: String,
    /// How many turns it has.
    turns: u32,
}

/// A conversation with some of its turns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationBody {
    id: String,
    /// The first question, shortened, until it is renamed; empty before that.
    title: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something was last said.
    #[schema(format = DateTime)]
    updated_at: String,
    /// In order.
    turns: Vec<TurnBody>,
    /// The `after` of the next page; null on the last one.
    #[schema(required)]
    next: Option<u32>,
}

/// A turn of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnBody {
    id: String,
    /// Its place in the conversation.
    #[schema(minimum = 1)]
    number: u32,
    /// What was asked, as typed; null where the last answer was deepened.
    #[schema(required)]
    question: Option<String>,
    /// Whether the last answer was deepened.
    go_deeper: bool,
    depth: DepthName,
    state: TurnState,
    #[schema(format = DateTime)]
    created_at: String,
    /// Where it was answered.
    #[schema(required)]
    answer: Option<Answer>,
    /// Where it failed.
    #[schema(required)]
    error: Option<TurnFailure>,
    /// What has been said so far, or had been when it failed; no marker in it is resolved.
    partial: String,
}

/// How far a turn has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TurnState {
    Running,
    Answered,
    Failed,
}

/// Why a turn failed: the lasting part of its problem document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnFailure {
    /// Names the kind of problem: `urn:viva:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    detail: String,
    /// The stable word for programs.
    code: &'static str,
}

impl From<Conversation> for ConversationSummary {
    fn from(conversation: Conversation) -> Self {
        let Conversation { id, title, created, updated, turns } = conversation;
        Self { id, title, created_at: rfc3339(created), updated_at: rfc3339(updated), turns }
    }
}

impl ConversationBody {
    /// With these `turns`; more are behind number `next`.
    pub(crate) fn new(conversation: Conversation, turns: Vec<TurnBody>, next: Option<u32>) -> Self {
        let Conversation { id, title, created, updated, turns: _ } = conversation;
        Self { id, title, created_at: rfc3339(created), updated_at: rfc3339(updated), turns, next }
    }
}

impl TurnBody {
    /// Of a turn that has `said` so much, if it is still being answered.
    pub(crate) fn new(record: TurnRecord, said: String) -> Self {
        let TurnRecord { id, conversation: _, number, asked, depth, began, ended: _, outcome } = record;
        let (state, answer, error, partial) = match outcome {
            TurnOutcome::Running => (TurnState::Running, None, None, said),
            TurnOutcome::Answered(answer) => {
                (TurnState::Answered, Some((*answer).into()), None, String::new())
            }
            TurnOutcome::Failed { failure, partial } => {
                (TurnState::Failed, None, Some(failure.into()), partial)
            }
        };
        let (go_deeper, depth, created_at) = (asked.is_none(), depth.into(), rfc3339(began));
        Self { id, number, question: asked, go_deeper, depth, state, created_at, answer, error, partial }
    }
}

impl From<Failure> for TurnFailure {
    fn from(failure: Failure) -> Self {
        let error = ApiError::from(failure);
        let kind = error.kind();
        Self {
            kind: kind.urn(),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: error.detail(),
            code: kind.code,
        }
    }
}

/// As RFC 3339 writes it, in UTC. The years that it cannot write are beyond what any clock says.
pub(super) fn rfc3339(time: SystemTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    PRINTER.timestamp_to_string(&Timestamp::try_from(time).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_rfc_3339() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_371_942_250);
        assert_eq!(rfc3339(at), "2026-11-22T18:25:42.250Z");
        assert_eq!(rfc3339(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
