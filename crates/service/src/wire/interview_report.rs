//! What came of an interview.

use super::interview::FiltersBody;
use super::interview_grade::GradeBody;
use super::names::{ClosingName, InterviewModeName, LevelName, VerdictName, WeightName};
use super::{finite, milliseconds, rfc3339, url};
use serde::Serialize;
use std::fmt::Display;
use utoipa::ToSchema;
use viva_core::id::QuestionId;
use viva_interview::report::{AreaScore, QuestionReport, ReadNext, Report, Said, Strength};

/// A report; of an unfinished practice interview as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportBody {
    id: String,
    mode: InterviewModeName,
    filters: FiltersBody,
    /// The same seed, guide, answers and reviews so far make the same interview.
    seed: u64,
    /// The guide's revision that was asked from.
    revision: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something last happened.
    #[schema(format = DateTime)]
    updated_at: String,
    finished: bool,
    /// How many questions were planned.
    of: usize,
    /// Mean over the graded questions, skipped ones included; null before the first grade.
    #[schema(required, minimum = 0, maximum = 1)]
    score: Option<f64>,
    /// Over all questions, in milliseconds.
    elapsed_ms: f64,
    /// Those that were asked, in order.
    questions: Vec<QuestionReportBody>,
    /// Scores by module.
    modules: Vec<AreaBody>,
    /// Scores by focus area.
    focus: Vec<AreaBody>,
    /// The best answers, at most three.
    strengths: Vec<StrengthBody>,
    /// What to work on first, at most three.
    work_on: Vec<ReadNextBody>,
}

/// One question of a report.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionReportBody {
    #[schema(minimum = 1)]
    number: usize,
    question_id: String,
    question: String,
    module: String,
    #[schema(required)]
    level: Option<LevelName>,
    /// The question and its follow-ups, each with its answer.
    exchanges: Vec<ExchangeBody>,
    /// The hints given.
    hints: Vec<String>,
    /// How it was closed early; null where it was not.
    #[schema(required)]
    closing: Option<ClosingName>,
    /// How long it took, in milliseconds.
    elapsed_ms: f64,
    /// Null where the interview ended before the question was answered.
    #[schema(required)]
    grade: Option<GradeBody>,
    /// Where the points are stated that are not covered, the heaviest first.
    read_next: Vec<ReadNextBody>,
    /// Where the whole answer is read.
    url: String,
}

/// What was asked, and the answer as it was sent.
#[derive(Debug, Serialize, ToSchema)]
struct ExchangeBody {
    prompt: String,
    #[schema(required)]
    answer: Option<String>,
}

/// Where to read on.
#[derive(Debug, Serialize, ToSchema)]
struct ReadNextBody {
    question_id: String,
    /// The fragment of the section that states the point.
    section: String,
    point: String,
    weight: WeightName,
    verdict: VerdictName,
    url: String,
}

/// Scores of a module or a focus area.
#[derive(Debug, Serialize, ToSchema)]
struct AreaBody {
    id: String,
    /// How many graded questions.
    questions: usize,
    #[schema(minimum = 0, maximum = 1)]
    score: f64,
}

/// An answer that was good.
#[derive(Debug, Serialize, ToSchema)]
struct StrengthBody {
    question_id: String,
    question: String,
    #[schema(minimum = 0, maximum = 1)]
    score: f64,
}

impl ReportBody {
    /// The report of interview `id`.
    pub(crate) fn new(id: String, report: Report) -> Self {
        let Report {
            mode,
            filters,
            seed,
            revision,
            started,
            updated,
            is_finished,
            planned,
            score,
            elapsed,
            questions,
            modules,
            focus,
            strengths,
            work_on,
        } = report;
        Self {
            id,
            mode: mode.into(),
            filters: filters.into(),
            seed,
            revision: revision.to_string(),
            created_at: rfc3339(started),
            updated_at: rfc3339(updated),
            finished: is_finished,
            of: planned,
            score: score.map(finite),
            elapsed_ms: milliseconds(elapsed),
            questions: questions.into_iter().map(Into::into).collect(),
            modules: modules.iter().map(area).collect(),
            focus: focus.iter().map(area).collect(),
            strengths: strengths.into_iter().map(Into::into).collect(),
            work_on: work_on.into_iter().map(Into::into).collect(),
        }
    }
}

fn area((name, area): (&impl Display, &AreaScore)) -> AreaBody {
    let AreaScore { questions, score } = *area;
    AreaBody { id: name.to_string(), questions, score: finite(score) }
}

impl From<QuestionReport> for QuestionReportBody {
    fn from(report: QuestionReport) -> Self {
        let QuestionReport {
            number,
            question,
            text,
            module,
            level,
            exchanges,
            hints,
            closing,
            elapsed,
            grade,
            read_next,
        } = report;
        Self {
            number,
            url: format!("/questions/{question}"),
            question_id: question.to_string(),
            question: text,
            module: module.to_string(),
            level: level.map(Into::into),
            exchanges: exchanges.into_iter().map(Into::into).collect(),
            hints,
            closing: closing.map(Into::into),
            elapsed_ms: milliseconds(elapsed),
            grade: grade.map(Into::into),
            read_next: read_next.into_iter().map(Into::into).collect(),
        }
    }
}

/// Where a report links to.
pub(crate) fn report_link(question: &QuestionId, section: &str) -> String {
    url(question, section)
}

impl From<Said> for ExchangeBody {
    fn from(said: Said) -> Self {
        let Said { prompt, answer } = said;
        Self { prompt, answer }
    }
}

impl From<ReadNext> for ReadNextBody {
    fn from(next: ReadNext) -> Self {
        let ReadNext { question, anchor, point, weight, verdict } = next;
        let url = url(&question, &anchor);
        let (weight, verdict) = (weight.into(), verdict.into());
        Self { question_id: question.to_string(), section: anchor, point, weight, verdict, url }
    }
}

impl From<Strength> for StrengthBody {
    fn from(strength: Strength) -> Self {
        let Strength { question, text, score } = strength;
        Self { question_id: question.to_string(), question: text, score: finite(score) }
    }
}
