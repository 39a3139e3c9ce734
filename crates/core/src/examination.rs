//! Interviews, grades and the review schedule, as they are kept.

use crate::id::{ModuleId, QuestionId};
use std::time::SystemTime;

/// One event of an interview's history. The store keeps `body` as it is and does not look into it: its shape belongs to
/// the crate that writes it, which versions it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// When it happened.
    pub at: SystemTime,
    /// What kind it is, in snake case.
    pub kind: String,
    /// JSON.
    pub body: String,
}

/// An interview in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterviewSummary {
    /// Its id.
    pub id: String,
    /// When it began.
    pub created: SystemTime,
    /// When something last happened.
    pub updated: SystemTime,
    /// Whether its report is final.
    pub is_finished: bool,
    /// JSON for lists: mode, filters, counts, score. Written and read by the crate that writes the events.
    pub body: String,
}

/// What is written in one step; all of it or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct InterviewStep {
    /// How many events the writer has seen; another number in the store refuses the step.
    pub seen: u32,
    /// What happened.
    pub events: Vec<LoggedEvent>,
    /// The interview as it is now.
    pub summary: InterviewSummary,
    /// Questions that were graded in this step, with their new place in the review schedule.
    pub reviews: Vec<Review>,
    /// The grades.
    pub grades: Vec<GradeRecord>,
}

/// One question in one owner's review schedule: the memory state of FSRS.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The question.
    pub question: QuestionId,
    /// When it should be asked again.
    pub due: SystemTime,
    /// When it was asked last.
    pub last: SystemTime,
    /// Days until recall falls to 90 %.
    pub stability: f64,
    /// 1 (easy) to 10 (hard).
    pub difficulty: f64,
    /// How often it was asked.
    pub repetitions: u32,
    /// How often it was forgotten.
    pub lapses: u32,
    /// 0 new, 1 learning, 2 review, 3 relearning.
    pub phase: u8,
    /// Days between `last` and `due` as scheduled.
    pub scheduled_days: u32,
}

/// One grade, for progress over time.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeRecord {
    /// The question.
    pub question: QuestionId,
    /// Its module.
    pub module: ModuleId,
    /// When it was graded.
    pub at: SystemTime,
    /// 0 to 1.
    pub score: f64,
    /// The interview, where it was one.
    pub interview: Option<String>,
}
