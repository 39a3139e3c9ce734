//! Why the examiner does not do what it is asked.

use crate::log::LogError;
use crate::machine::{Inconsistent, Refusal};
use crate::plan::PlanError;
use viva_core::id::QuestionId;
use viva_core::ports::{EmbedError, NotReady, StoreError};

/// Errors of the use cases, by what the caller will do about them.
#[derive(Debug, thiserror::Error)]
pub enum ExaminerError {
    /// The owner has no such interview.
    #[error("there is no interview `{0}`")]
    NotFound(String),
    /// The guide asks no such question.
    #[error("the guide has no question `{0}` that can be graded")]
    UnknownQuestion(QuestionId),
    /// The state of the interview, or the answer, does not allow it. Nothing has changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Another request was faster; look at the interview and try again.
    #[error("another request changed the interview at the same moment; look at it and try again")]
    Busy,
    /// No guide to ask from.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The encoder failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored event cannot be read.
    #[error("interview `{id}`")]
    Log {
        /// The interview.
        id: String,
        /// Why.
        #[source]
        source: LogError,
    },
    /// Stored events do not fit together.
    #[error("interview `{id}`")]
    Inconsistent {
        /// The interview.
        id: String,
        /// Why.
        #[source]
        source: Inconsistent,
    },
}
