//! Why an interview does not do what it is asked, as what a client is told of it.

use super::ApiError;
use super::from::chain;
use crate::extract::FieldError;
use std::collections::BTreeMap;
use viva_interview::ExaminerError;
use viva_interview::machine::{MAX_ANSWER_CHARS, MAX_HINTS, Refusal};
use viva_interview::plan::{Available, PlanError};

/// The longest question id that is sent back.
const MAX_ECHO: usize = 120;

/// Refusals that only interviews know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InterviewRefusal {
    /// The owner has no such interview.
    Unknown,
    /// It is over.
    Finished,
    /// It is live and not over: it has no report yet.
    NotFinished,
    /// The last answer is still being graded.
    BeingGraded,
    /// Another request changed it at the same moment.
    Changed,
    /// No answer waits for a grade.
    NothingToGrade,
    /// All hints were given.
    HintLimit,
    /// Only practice gives this.
    OnlyInPractice(&'static str),
    /// Nothing is due for review.
    NothingDue,
}

impl InterviewRefusal {
    /// Status, code and title.
    pub(super) fn kind(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Unknown => (404, "no_such_interview", "There is no such interview"),
            Self::Finished => (409, "interview_finished", "The interview is finished"),
            Self::NotFinished => (409, "interview_not_finished", "The interview is not finished"),
            Self::BeingGraded => (409, "being_graded", "The last answer is being graded"),
            Self::Changed => (409, "interview_changed", "The interview has changed meanwhile"),
            Self::NothingToGrade => (409, "nothing_to_grade", "There is no answer to grade"),
            Self::HintLimit => (409, "hint_limit", "There is no further hint"),
            Self::OnlyInPractice(_) => (409, "only_in_practice", "A live interview does not do this"),
            Self::NothingDue => (409, "nothing_due", "Nothing is due for review"),
        }
    }

    pub(super) fn detail(self) -> String {
        match self {
            Self::Unknown => "/api/v1/interviews lists those there are".into(),
            Self::Finished => "its report says what came of it; begin another one".into(),
            Self::NotFinished => {
                "a live interview keeps its grades for the report: answer, or finish it".into()
            }
            Self::BeingGraded => "look at the interview in a moment, then go on".into(),
            Self::Changed => "another request was faster: look at the interview, then try again".into(),
            Self::NothingToGrade => "answer the question first".into(),
            Self::HintLimit => {
                format!("a question has at most {MAX_HINTS} hints, and none once every point is covered")
            }
            Self::OnlyInPractice(what) => format!("a live interview gives no {what}"),
            Self::NothingDue => {
                "questions come up for review after they were graded; /api/v1/reviews/due lists what is due"
                    .into()
            }
        }
    }

    pub(super) fn retry_after(self) -> Option<u16> {
        matches!(self, Self::BeingGraded | Self::Changed).then_some(1)
    }
}

impl From<InterviewRefusal> for ApiError {
    fn from(refusal: InterviewRefusal) -> Self {
        Self::Interview(refusal)
    }
}

impl From<ExaminerError> for ApiError {
    fn from(error: ExaminerError) -> Self {
        match error {
            ExaminerError::NotFound(_) => InterviewRefusal::Unknown.into(),
            ExaminerError::UnknownQuestion(id) => {
                Self::NoQuestion { id: id.as_str().chars().take(MAX_ECHO).collect() }
            }
            ExaminerError::Refused(refusal) => refusal.into(),
            ExaminerError::Plan(error) => error.into(),
            ExaminerError::Busy => InterviewRefusal::Changed.into(),
            ExaminerError::NotReady(reason) => Self::NotReady(reason),
            ExaminerError::Embed(error) => Self::Unavailable(chain(&error)),
            ExaminerError::Store(error) => error.into(),
            ExaminerError::Log { .. } | ExaminerError::Inconsistent { .. } => Self::Internal(chain(&error)),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Finished => InterviewRefusal::Finished.into(),
            Refusal::NotFinished => InterviewRefusal::NotFinished.into(),
            Refusal::BeingGraded => InterviewRefusal::BeingGraded.into(),
            Refusal::NothingToJudge => InterviewRefusal::NothingToGrade.into(),
            Refusal::HintLimit => InterviewRefusal::HintLimit.into(),
            Refusal::OnlyInPractice(what) => InterviewRefusal::OnlyInPractice(what).into(),
            Refusal::EmptyAnswer => Self::field("answer", "not empty: say something, or skip"),
            Refusal::AnswerTooLong { found } => {
                Self::field("answer", format!("at most {MAX_ANSWER_CHARS} characters, not {found}"))
            }
        }
    }
}

impl From<PlanError> for ApiError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::OutOfRange { field, least, most, found: _ } => {
                Self::field(field, format!("a whole number from {least} to {most}"))
            }
            PlanError::NothingMatches { available } => nothing_matches(&available),
            PlanError::NothingDue => InterviewRefusal::NothingDue.into(),
        }
    }
}

/// Says for each filter what there is.
fn nothing_matches(available: &Available) -> ApiError {
    let Available { roles, levels, modules, focus } = available;
    let said = [("role", roles), ("level", levels), ("modules", modules), ("focus", focus)];
    let errors: Vec<FieldError> = said
        .into_iter()
        .filter(|(_, counts)| !counts.is_empty())
        .map(|(field, counts)| FieldError {
            field: field.to_owned(),
            rule: format!("no question passes all filters; there are {}", counted(counts)),
        })
        .collect();
    if errors.is_empty() {
        return ApiError::field("body", "a guide with questions that have key points");
    }
    ApiError::Invalid { errors }
}

/// Names with how many questions each has.
pub(crate) fn counted(counts: &BTreeMap<String, usize>) -> String {
    let named: Vec<String> = counts.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    named.join(", ")
}
