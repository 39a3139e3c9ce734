//! Interviews as their candidate sees them.

use super::interview_grade::GradeBody;
use super::names::{InterviewModeName, LevelName};
use super::{milliseconds, rfc3339, url};
use serde::Serialize;
use utoipa::ToSchema;
use viva_core::guide::SectionKind;
use viva_interview::examiner::{Interview, Listed, Outcome, Prompt, Revealed};
use viva_interview::plan::Filters;

/// Which questions were asked for; null and empty lists leave open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FiltersBody {
    #[schema(required)]
    role: Option<String>,
    #[schema(required)]
    level: Option<LevelName>,
    modules: Vec<String>,
    focus: Vec<String>,
}

/// What is to be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromptBody {
    /// The question's number; a follow-up has its question's.
    #[schema(minimum = 1)]
    number: usize,
    /// How many questions will be asked.
    #[schema(minimum = 1)]
    of: usize,
    kind: PromptKind,
    question_id: String,
    module: String,
    text: String,
    /// The hints given so far.
    hints: Vec<String>,
    #[schema(format = DateTime)]
    asked_at: String,
}

/// A question of the plan, or one that follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PromptKind {
    Question,
    FollowUp,
}

/// An interview as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewBody {
    id: String,
    mode: InterviewModeName,
    filters: FiltersBody,
    /// The same seed, guide, answers and reviews so far make the same interview.
    seed: u64,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something last happened.
    #[schema(format = DateTime)]
    updated_at: String,
    /// How many questions will be asked.
    #[schema(minimum = 1)]
    of: usize,
    finished: bool,
    /// Whether an answer is being graded at this moment.
    grading: bool,
    /// Null once it is finished, and while an answer is being graded.
    #[schema(required)]
    prompt: Option<PromptBody>,
    /// Of the closed questions, in order; empty in live mode until it is finished.
    grades: Vec<GradeBody>,
    /// How long the closed prompts took, in milliseconds.
    elapsed_ms: f64,
}

/// What an answer, or passing on one, led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeBody {
    #[serde(flatten)]
    interview: InterviewBody,
    /// In practice mode: of a closed question its grade, of an open one what was covered so far; null in live mode.
    #[schema(required)]
    grade: Option<GradeBody>,
    /// Whether the question is closed: what comes next is another question, or the end.
    closed: bool,
}

/// The answer to a question, which is closed by it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevealedBody {
    #[serde(flatten)]
    interview: InterviewBody,
    /// What the question closes with.
    grade: GradeBody,
    revealed: RevealedAnswer,
}

/// The guide's own answer.
#[derive(Debug, Serialize, ToSchema)]
struct RevealedAnswer {
    question_id: String,
    /// The short answer, Markdown.
    text: String,
    /// Where all of it is read.
    url: String,
}

/// An interview in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewSummaryBody {
    pub(crate) id: String,
    mode: InterviewModeName,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something last happened.
    #[schema(format = DateTime)]
    updated_at: String,
    finished: bool,
    /// How many questions were graded.
    graded: usize,
    /// How many will be asked.
    of: usize,
    /// Mean score so far, 0 to 1; null without a grade, and in live mode until it is finished.
    #[schema(required, minimum = 0, maximum = 1)]
    score: Option<f64>,
}

impl From<Filters> for FiltersBody {
    fn from(filters: Filters) -> Self {
        let Filters { role, level, modules, focus } = filters;
        Self {
            role: role.map(|role| role.to_string()),
            level: level.map(Into::into),
            modules: modules.iter().map(ToString::to_string).collect(),
            focus: focus.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<Prompt> for PromptBody {
    fn from(prompt: Prompt) -> Self {
        let Prompt {
            number,
            of,
            follow_up,
            follow_ups: _,
            question,
            module,
            text,
            hints,
            hints_left: _,
            asked,
        } = prompt;
        let kind = if follow_up > 0 { PromptKind::FollowUp } else { PromptKind::Question };
        let (question_id, module) = (question.to_string(), module.to_string());
        Self { number, of, kind, question_id, module, text, hints, asked_at: rfc3339(asked) }
    }
}

impl From<Interview> for InterviewBody {
    fn from(interview: Interview) -> Self {
        let Interview {
            id,
            mode,
            filters,
            seed,
            started,
            updated,
            of,
            is_finished,
            is_grading,
            prompt,
            grades,
            elapsed,
        } = interview;
        Self {
            id,
            mode: mode.into(),
            filters: filters.into(),
            seed,
            created_at: rfc3339(started),
            updated_at: rfc3339(updated),
            of,
            finished: is_finished,
            grading: is_grading,
            prompt: prompt.map(Into::into),
            grades: grades.into_iter().map(Into::into).collect(),
            elapsed_ms: milliseconds(elapsed),
        }
    }
}

impl From<Outcome> for OutcomeBody {
    fn from(outcome: Outcome) -> Self {
        let Outcome { grade, is_closed, interview } = outcome;
        Self { interview: interview.into(), grade: grade.map(Into::into), closed: is_closed }
    }
}

impl From<Revealed> for RevealedBody {
    fn from(revealed: Revealed) -> Self {
        let Revealed { question, short_answer, grade, interview } = revealed;
        let url = url(&question, SectionKind::ShortAnswer.as_str());
        let revealed = RevealedAnswer { question_id: question.to_string(), text: short_answer, url };
        Self { interview: interview.into(), grade: grade.into(), revealed }
    }
}

impl From<Listed> for InterviewSummaryBody {
    fn from(listed: Listed) -> Self {
        let Listed { id, created, updated, is_finished, mode, filters: _, about: _, graded, of, score } =
            listed;
        Self {
            id,
            mode: mode.into(),
            created_at: rfc3339(created),
            updated_at: rfc3339(updated),
            finished: is_finished,
            graded,
            of,
            score,
        }
    }
}
