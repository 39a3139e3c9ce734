//! Conversations and their turns, as they are kept.

use crate::turn::{Answer, Depth, Failure};
use std::time::SystemTime;

/// Whose data it is. Invariant of every store: nothing is read or written without naming its owner, and what belongs to
/// another owner looks as if it did not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner(pub String);

/// The longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 120;

/// A conversation, without its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id, given by [`crate::ports::Ids`].
    pub id: String,
    /// What it is about; the first question, shortened, until it is renamed. Empty before the first turn.
    pub title: String,
    /// When it was created.
    pub created: SystemTime,
    /// When something was last said.
    pub updated: SystemTime,
    /// How many turns it has.
    pub turns: u32,
}

/// Which conversations to list: newest `updated` first, ties by id, descending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationPage {
    /// Only titles and questions that contain this text, whatever its case.
    pub matching: Option<String>,
    /// Continue behind this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// A turn that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTurn {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub conversation: String,
    /// What was asked, as typed; `None` for "go deeper".
    pub asked: Option<String>,
    /// The depth asked for.
    pub depth: Depth,
    /// When it begins.
    pub at: SystemTime,
    /// Names this request, so that sending it twice makes one turn.
    pub idempotency: Option<Idempotency>,
}

/// A client's name for one request (the `Idempotency-Key` header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key, at most 255 characters.
    pub key: String,
    /// Digest of the request's body, as lower-case hex.
    pub body: String,
}

/// What became of beginning a turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It is the conversation's turn number so-and-so, from 1.
    Started(u32),
    /// The same request was sent before, and this is its turn.
    Repeated(Box<TurnRecord>),
    /// Another turn of the conversation is being answered.
    Busy,
    /// The key was used with another body.
    KeyReused,
    /// The owner has no such conversation.
    Unknown,
}

/// A turn as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRecord {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub conversation: String,
    /// Its place in it, from 1.
    pub number: u32,
    /// What was asked, as typed; `None` for "go deeper".
    pub asked: Option<String>,
    /// The depth asked for.
    pub depth: Depth,
    /// When it began.
    pub began: SystemTime,
    /// When it ended; `None` while it is being answered.
    pub ended: Option<SystemTime>,
    /// What came of it.
    pub outcome: TurnOutcome,
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnOutcome {
    /// It is being answered.
    Running,
    /// It was answered. The answer's inspection is kept apart ([`crate::ports::ConversationStore::inspection`]).
    Answered(Box<Answer>),
    /// It was not, or only in part.
    Failed {
        /// Why.
        failure: Failure,
        /// What had been said until then; no citation in it is resolved.
        partial: String,
    },
}
