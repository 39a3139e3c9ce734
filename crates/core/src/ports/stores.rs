//! What is kept between requests.

use super::BoxError;
use crate::conversation::{Begun, Conversation, ConversationPage, NewTurn, Owner, TurnOutcome, TurnRecord};
use crate::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use crate::id::QuestionId;
use crate::turn::Inspection;
use async_trait::async_trait;
use std::time::SystemTime;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is locked, restarting or lost; try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// No room.
    #[error("no space left for the database")]
    StorageFull,
    /// A stored row cannot be read.
    #[error("`{table}` row `{row}` has no usable `{field}`")]
    Row {
        /// The table.
        table: &'static str,
        /// Its key.
        row: String,
        /// The column.
        field: &'static str,
    },
    /// The database reported an error.
    #[error("the database failed")]
    Failed(#[source] BoxError),
}

/// Keeps conversations. What a method wrote is durable when it returns; a caller that goes away in the middle leaves no
/// half of it.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// A new, empty conversation.
    async fn create(&self, owner: &Owner, id: &str, at: SystemTime) -> Result<Conversation, StoreError>;

    /// The owner's conversations.
    async fn list(&self, owner: &Owner, page: &ConversationPage) -> Result<Vec<Conversation>, StoreError>;

    /// One conversation.
    async fn conversation(&self, owner: &Owner, id: &str) -> Result<Option<Conversation>, StoreError>;

    /// Gives it another title; `false` where there is none.
    async fn rename(&self, owner: &Owner, id: &str, title: &str) -> Result<bool, StoreError>;

    /// Removes it with its turns; `false` where there is none.
    async fn delete(&self, owner: &Owner, id: &str) -> Result<bool, StoreError>;

    /// Begins a turn. The first one gives the conversation its title. A turn that was left running by a process that is
    /// no more does not count as busy: it is ended as interrupted.
    async fn begin(&self, owner: &Owner, turn: &NewTurn) -> Result<Begun, StoreError>;

    /// Says that a running turn is still being answered, with what was said so far; keeps it from counting as abandoned.
    async fn touch(&self, turn: &str, partial: &str, at: SystemTime) -> Result<(), StoreError>;

    /// Ends a running turn. `false` where its conversation was deleted meanwhile, or it had ended before.
    async fn finish(&self, turn: &str, outcome: &TurnOutcome, at: SystemTime) -> Result<bool, StoreError>;

    /// The turns of a conversation with a number above `after`, in order, at most `limit`.
    async fn turns(
        &self,
        owner: &Owner,
        conversation: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError>;

    /// The last `limit` turns of a conversation, in order.
    async fn recent(
        &self,
        owner: &Owner,
        conversation: &str,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError>;

    /// One turn.
    async fn turn(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<TurnRecord>, StoreError>;

    /// How a turn's answer came about.
    async fn inspection(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<Inspection>, StoreError>;

    /// Answers when the database can be used.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// What became of writing a step of an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is kept.
    Written,
    /// Something else was written since the writer looked; look again.
    Conflict,
}

/// Keeps interviews and the review schedule.
#[async_trait]
pub trait InterviewStore: Send + Sync {
    /// Writes one step; the first one (`seen` is 0) makes the interview.
    async fn append(&self, owner: &Owner, step: &InterviewStep) -> Result<Appended, StoreError>;

    /// All events of an interview, in order; `None` where the owner has no such interview.
    async fn events(&self, owner: &Owner, id: &str) -> Result<Option<Vec<LoggedEvent>>, StoreError>;

    /// The owner's interviews, latest first, at most `limit`, behind `after`.
    async fn interviews(
        &self,
        owner: &Owner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InterviewSummary>, StoreError>;

    /// The whole review schedule of the owner, by due date.
    async fn reviews(&self, owner: &Owner) -> Result<Vec<Review>, StoreError>;

    /// One question's place in it.
    async fn review(&self, owner: &Owner, question: &QuestionId) -> Result<Option<Review>, StoreError>;

    /// Writes a place in the schedule outside an interview, with the grade it follows from, if any.
    async fn schedule(
        &self,
        owner: &Owner,
        review: &Review,
        grade: Option<&GradeRecord>,
    ) -> Result<(), StoreError>;

    /// All grades of the owner since `since`, in order.
    async fn grades(&self, owner: &Owner, since: SystemTime) -> Result<Vec<GradeRecord>, StoreError>;
}

/// Counts the tokens that models have used, so that a restart does not forget them and replicas share them.
#[async_trait]
pub trait TokenLedger: Send + Sync {
    /// Tokens used on `day` (days since 1970-01-01, UTC).
    async fn spent(&self, day: u32) -> Result<u64, StoreError>;

    /// Adds to them.
    async fn spend(&self, day: u32, tokens: u64) -> Result<(), StoreError>;
}
