//! The examiner: plan, follow-ups, grading, report, review schedule.
//!
//! | module | what it does |
//! |---|---|
//! | [`examiner`] | the use cases: ties everything below to guide, grader, store and clock |
//! | [`machine`] | the interview as a state machine over events |
//! | [`log`] | events as the store keeps them |
//! | [`plan`] | which questions may be asked, and which is next |
//! | [`sheet`] | a question with everything that asking and grading need |
//! | [`grading`] | from an answer to verdicts, without and with a language model |
//! | [`grade`] | verdicts, grades, the score |
//! | [`feedback`] | what is said about an answer |
//! | [`report`] | what came of an interview |
//! | [`review`] | spaced repetition |
//! | [`progress`] | progress over many interviews |
//!
//! Decisions. An interview is the list of its events; its state is computed from them, so that a restart, a second replica
//! or a later version sees the same. The score is code: a grader, also a language model, only gives verdicts with the
//! candidate's own words. A table of interviews with columns to update was refused, because two requests at once would
//! then have to agree on more than a number.

pub mod examiner;
pub mod feedback;
#[cfg(test)]
mod fixtures;
mod follow_up;
pub mod grade;
pub mod grading;
mod hints;
pub mod log;
pub mod machine;
mod phrase;
pub mod plan;
pub mod progress;
pub mod report;
pub mod review;
pub mod sheet;
mod text;
mod vocabulary;

pub use examiner::{Examiner, ExaminerError};
pub use vocabulary::Vocabulary;
