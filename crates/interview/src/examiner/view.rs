//! What is shown of an interview, and its line in a list.

use crate::grade::{Grade, Verdict};
use crate::machine::{MAX_HINTS, State};
use crate::plan::{Filters, InterviewMode};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};
use viva_core::examination::InterviewSummary;
use viva_core::id::{ModuleId, QuestionId};

/// What the candidate is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The question's number, from 1; a follow-up has its question's.
    pub number: usize,
    /// How many questions will be asked.
    pub of: usize,
    /// The follow-up's number, from 1; 0 for the question itself.
    pub follow_up: usize,
    /// The most follow-ups that a question may have.
    pub follow_ups: usize,
    /// The question.
    pub question: QuestionId,
    /// Its module.
    pub module: ModuleId,
    /// What is asked.
    pub text: String,
    /// The hints given to it so far.
    pub hints: Vec<String>,
    /// How many more can be had; none in a live interview, and none once every point is covered.
    pub hints_left: usize,
    /// When it was asked.
    pub asked: SystemTime,
}

/// An interview as its candidate may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Interview {
    /// Its id.
    pub id: String,
    /// Practice or live.
    pub mode: InterviewMode,
    /// What was asked for.
    pub filters: Filters,
    /// The seed of the draw: the same seed, guide, answers and reviews so far make the same interview.
    pub seed: u64,
    /// When it began.
    pub started: SystemTime,
    /// When something last happened.
    pub updated: SystemTime,
    /// How many questions will be asked.
    pub of: usize,
    /// Whether it is over.
    pub is_finished: bool,
    /// Whether an answer is being graded at this moment.
    pub is_grading: bool,
    /// What is to be answered; `None` where it is over or an answer is being graded.
    pub prompt: Option<Prompt>,
    /// The grades so far; empty in a live interview until it is over.
    pub grades: Vec<Grade>,
    /// The time that the closed questions took.
    pub elapsed: Duration,
}

impl Interview {
    pub(super) fn new(id: &str, state: &State) -> Self {
        let shows_grades = state.finished || state.plan.mode == InterviewMode::Practice;
        let grades = state.rounds.iter().filter(|_| shows_grades).filter_map(|round| round.grade.clone());
        Self {
            id: id.to_owned(),
            mode: state.plan.mode,
            filters: state.plan.filters.clone(),
            seed: state.plan.seed,
            started: state.started,
            updated: state.updated,
            of: state.plan.questions(),
            is_finished: state.finished,
            is_grading: state.is_judging(),
            prompt: prompt(state),
            grades: grades.collect(),
            elapsed: state.rounds.iter().map(crate::machine::Round::elapsed).sum(),
        }
    }
}

fn prompt(state: &State) -> Option<Prompt> {
    let (round, sheet) = state.open()?;
    let last = round.last().filter(|exchange| exchange.answer.is_none())?;
    Some(Prompt {
        number: state.rounds.len(),
        of: state.plan.questions(),
        follow_up: round.exchanges.len() - 1,
        follow_ups: usize::from(state.plan.follow_ups),
        question: sheet.question.clone(),
        module: sheet.module.clone(),
        text: last.prompt.clone(),
        hints: round.hints.clone(),
        hints_left: hints_left(state),
        asked: last.asked,
    })
}

fn hints_left(state: &State) -> usize {
    let may_have = state.plan.mode == InterviewMode::Practice;
    let open = state.open().filter(|(round, sheet)| may_have && crate::hints::hint(sheet, round).is_some());
    open.map_or(0, |(round, _)| MAX_HINTS - round.hints.len())
}

/// What an answer led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// In practice, what was heard: of an open question only the points that were spoken of, of a closed one the whole
    /// grade. `None` in a live interview.
    pub grade: Option<Grade>,
    /// Whether `grade` is final: the question is closed.
    pub is_closed: bool,
    /// The interview now, with the next prompt.
    pub interview: Interview,
}

/// The grade of an open question as far as it may be shown: what is missing would give the follow-up away.
pub(super) fn heard(state: &State) -> Option<Grade> {
    let (round, sheet) = state.open()?;
    let judgement = round.exchanges.iter().filter_map(|exchange| exchange.judgement.as_ref()).next_back()?;
    let points: Vec<crate::grade::PointGrade> = sheet
        .points
        .iter()
        .zip(&round.findings)
        .filter(|(_, finding)| matches!(finding.verdict, Verdict::Covered))
        .map(|(point, finding)| crate::grade::PointGrade {
            text: point.text.clone(),
            weight: point.weight,
            verdict: finding.verdict,
            quote: finding.quote.clone(),
        })
        .collect();
    let hints = u8::try_from(round.hints.len()).unwrap_or(u8::MAX);
    let all =
        sheet.points.iter().zip(&round.findings).map(|(point, finding)| (point.weight, finding.verdict));
    let open = round.open_points(sheet).len();
    Some(Grade {
        question: sheet.question.clone(),
        score: crate::grade::score(all, hints),
        feedback: format!("{} covered so far, {open} still open.", points.len()),
        points,
        grader: judgement.grader.clone(),
        degraded: judgement.degraded.clone(),
        rubric: sheet.rubric(),
        hints,
    })
}

/// A question's answer, shown in practice.
#[derive(Debug, Clone, PartialEq)]
pub struct Revealed {
    /// The question.
    pub question: QuestionId,
    /// The guide's short answer, Markdown.
    pub short_answer: String,
    /// The grade that the question closes with.
    pub grade: Grade,
    /// The interview now, with the next prompt.
    pub interview: Interview,
}

/// An interview in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// When it began.
    pub created: SystemTime,
    /// When something last happened.
    pub updated: SystemTime,
    /// Whether it is over.
    pub is_finished: bool,
    /// Practice or live.
    pub mode: InterviewMode,
    /// What was asked for.
    pub filters: Filters,
    /// The one question that it is about, where it is about one.
    pub about: Option<String>,
    /// How many questions were graded.
    pub graded: usize,
    /// How many will be asked.
    pub of: usize,
    /// Mean score so far; `None` without a grade, and in a live interview that is not over.
    pub score: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct SummaryRow {
    v: u32,
    mode: String,
    role: Option<String>,
    level: Option<String>,
    modules: Vec<String>,
    focus: Vec<String>,
    /// Absent in rows of older programs.
    #[serde(default)]
    about: Option<String>,
    graded: usize,
    of: usize,
    score: Option<f64>,
}

/// The summary that is kept beside the events.
pub(super) fn summary(id: &str, state: &State) -> InterviewSummary {
    let Filters { role, level, modules, focus } = &state.plan.filters;
    let scores = state.scores();
    let only = match state.plan.candidates.as_slice() {
        [only] => Some(only.sheet.text.clone()),
        _ => None,
    };
    let row = SummaryRow {
        v: crate::log::LOG_VERSION,
        mode: state.plan.mode.as_str().to_owned(),
        role: role.as_ref().map(ToString::to_string),
        level: level.map(|level| level.as_str().to_owned()),
        modules: modules.iter().map(ToString::to_string).collect(),
        focus: focus.iter().map(ToString::to_string).collect(),
        about: only,
        graded: scores.len(),
        of: state.plan.questions(),
        score: crate::progress::mean(&scores).map(|mean| (mean * 10_000.0).round() / 10_000.0),
    };
    InterviewSummary {
        id: id.to_owned(),
        created: state.started,
        updated: state.updated,
        is_finished: state.finished,
        body: serde_json::to_string(&row).unwrap_or_default(),
    }
}

/// Reads a summary; `None` where it cannot be read.
pub(super) fn listed(summary: &InterviewSummary) -> Option<Listed> {
    let row: SummaryRow = serde_json::from_str(&summary.body).ok()?;
    let mode: InterviewMode = row.mode.parse().ok()?;
    let shows_score = summary.is_finished || mode == InterviewMode::Practice;
    let filters = Filters {
        role: row.role.and_then(|role| role.parse().ok()),
        level: row.level.and_then(|level| level.parse().ok()),
        modules: row.modules.iter().filter_map(|id| id.parse().ok()).collect(),
        focus: row.focus.iter().filter_map(|id| id.parse().ok()).collect(),
    };
    Some(Listed {
        id: summary.id.clone(),
        created: summary.created,
        updated: summary.updated,
        is_finished: summary.is_finished,
        mode,
        filters,
        about: row.about,
        graded: row.graded,
        of: row.of,
        score: row.score.filter(|_| shows_score),
    })
}
