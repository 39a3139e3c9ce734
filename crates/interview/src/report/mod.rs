//! The report of an interview: typed, and as Markdown.

mod markdown;

use crate::grade::{Grade, Verdict, weight_of};
use crate::machine::{Closing, Round, State};
use crate::plan::{Filters, InterviewMode};
use crate::progress::mean;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use viva_core::guide::{Level, Weight};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId};

/// How many strengths, and how many things to work on, a report names.
const NAMED: usize = 3;
/// The score from which a question is a strength.
const STRENGTH_FROM: f64 = 0.7;

/// What came of an interview.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Practice or live.
    pub mode: InterviewMode,
    /// What was asked for.
    pub filters: Filters,
    /// The seed of the draw.
    pub seed: u64,
    /// The guide that was asked from.
    pub revision: Digest,
    /// When it began.
    pub started: SystemTime,
    /// When something last happened.
    pub updated: SystemTime,
    /// Whether everything was asked, or the candidate ended it.
    pub is_finished: bool,
    /// How many questions were planned.
    pub planned: usize,
    /// Mean score of the graded questions, skipped ones included; `None` before the first grade.
    pub score: Option<f64>,
    /// Time over all questions.
    pub elapsed: Duration,
    /// Every question asked, in order.
    pub questions: Vec<QuestionReport>,
    /// By module, in the order of asking.
    pub modules: BTreeMap<ModuleId, AreaScore>,
    /// By focus area.
    pub focus: BTreeMap<FocusArea, AreaScore>,
    /// The best answers, at most three.
    pub strengths: Vec<Strength>,
    /// What to work on first, at most three, the most important first.
    pub work_on: Vec<ReadNext>,
}

/// One question of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionReport {
    /// From 1.
    pub number: usize,
    /// The question.
    pub question: QuestionId,
    /// Its wording.
    pub text: String,
    /// Its module.
    pub module: ModuleId,
    /// Its level.
    pub level: Option<Level>,
    /// What was asked and answered, in order.
    pub exchanges: Vec<Said>,
    /// The hints given.
    pub hints: Vec<String>,
    /// How it was closed early.
    pub closing: Option<Closing>,
    /// How long it took.
    pub elapsed: Duration,
    /// Its grade; `None` while it is open, and where the interview ended before it was answered.
    pub grade: Option<Grade>,
    /// Where the points are stated that were missed, half said or contradicted, heaviest first.
    pub read_next: Vec<ReadNext>,
}

/// A prompt with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The question or follow-up.
    pub prompt: String,
    /// The answer, as sent.
    pub answer: Option<String>,
}

/// Where to read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadNext {
    /// The question.
    pub question: QuestionId,
    /// The section that states the point.
    pub anchor: String,
    /// The point.
    pub point: String,
    /// How much it counts.
    pub weight: Weight,
    /// What the answer made of it.
    pub verdict: Verdict,
}

/// Scores of a module or focus area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaScore {
    /// How many graded questions.
    pub questions: usize,
    /// Their mean score.
    pub score: f64,
}

/// An answer that was good.
#[derive(Debug, Clone, PartialEq)]
pub struct Strength {
    /// The question.
    pub question: QuestionId,
    /// Its wording.
    pub text: String,
    /// Its score.
    pub score: f64,
}

impl Report {
    /// The report of an interview as it stands.
    pub fn new(state: &State) -> Self {
        let questions: Vec<QuestionReport> =
            state.rounds.iter().zip(1..).map(|(round, number)| question(state, round, number)).collect();
        let scores = state.scores();
        Self {
            mode: state.plan.mode,
            filters: state.plan.filters.clone(),
            seed: state.plan.seed,
            revision: state.plan.revision,
            started: state.started,
            updated: state.updated,
            is_finished: state.finished,
            planned: state.plan.questions(),
            score: mean(&scores),
            elapsed: questions.iter().map(|question| question.elapsed).sum(),
            modules: areas(state, |state, round| vec![state.sheet(round).module.clone()]),
            focus: areas(state, |state, round| state.sheet(round).focus.clone()),
            strengths: strengths(&questions),
            work_on: work_on(&questions),
            questions,
        }
    }

    /// The report as Markdown. `link` makes the address of a question's section.
    pub fn markdown(&self, link: &dyn Fn(&QuestionId, &str) -> String) -> String {
        markdown::render(self, link)
    }
}

/// What came so far of one question, the one with that number.
pub(crate) fn question(state: &State, round: &Round, number: usize) -> QuestionReport {
    let sheet = state.sheet(round);
    let said = round.exchanges.iter().map(|exchange| Said {
        prompt: exchange.prompt.clone(),
        answer: exchange.answer.as_ref().map(|(_, text)| text.clone()),
    });
    let read_next = if round.grade.is_some() {
        let points = round.open_points(sheet).into_iter();
        points
            .map(|at| ReadNext {
                question: sheet.question.clone(),
                anchor: sheet.points[at].anchor.clone(),
                point: sheet.points[at].text.clone(),
                weight: sheet.points[at].weight,
                verdict: round.findings[at].verdict,
            })
            .collect()
    } else {
        Vec::new()
    };
    QuestionReport {
        number,
        question: sheet.question.clone(),
        text: sheet.text.clone(),
        module: sheet.module.clone(),
        level: sheet.level,
        exchanges: said.collect(),
        hints: round.hints.clone(),
        closing: round.closing.map(|(closing, _)| closing),
        elapsed: round.elapsed(),
        grade: round.grade.clone(),
        read_next,
    }
}

fn areas<K: Ord>(state: &State, names: impl Fn(&State, &Round) -> Vec<K>) -> BTreeMap<K, AreaScore> {
    let mut scores: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for round in &state.rounds {
        if let Some(grade) = &round.grade {
            for name in names(state, round) {
                scores.entry(name).or_default().push(grade.score);
            }
        }
    }
    let area = |(name, scores): (K, Vec<f64>)| {
        Some((name, AreaScore { questions: scores.len(), score: mean(&scores)? }))
    };
    scores.into_iter().filter_map(area).collect()
}

fn strengths(questions: &[QuestionReport]) -> Vec<Strength> {
    let mut found: Vec<Strength> = questions
        .iter()
        .filter_map(|question| Some((question, question.grade.as_ref()?.score)))
        .filter(|(_, score)| *score >= STRENGTH_FROM)
        .map(|(question, score)| Strength {
            question: question.question.clone(),
            text: question.text.clone(),
            score,
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(NAMED);
    found
}

/// The heaviest open point of each question, the lowest scores first; then second points, where questions are few.
fn work_on(questions: &[QuestionReport]) -> Vec<ReadNext> {
    let mut weak: Vec<&QuestionReport> = questions.iter().filter(|q| !q.read_next.is_empty()).collect();
    let score = |question: &QuestionReport| question.grade.as_ref().map_or(0.0, |grade| grade.score);
    weak.sort_by(|a, b| score(a).total_cmp(&score(b)).then_with(|| heaviest(b).total_cmp(&heaviest(a))));
    let turn = |at: usize| weak.iter().filter_map(move |question| question.read_next.get(at));
    (0..NAMED).flat_map(turn).take(NAMED).cloned().collect()
}

fn heaviest(question: &QuestionReport) -> f64 {
    question.read_next.first().map_or(0.0, |next| weight_of(next.weight))
}

#[cfg(test)]
mod tests;
