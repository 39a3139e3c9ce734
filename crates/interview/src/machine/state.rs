//! An interview as its events leave it.

use super::event::{Event, Occurred};
use crate::grade::{Finding, Grade, Judgement, Verdict};
use crate::plan::Plan;
use crate::sheet::Sheet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viva_core::guide::Weight;
use viva_core::id::{ModuleId, QuestionId};

/// The most hints to a question.
pub const MAX_HINTS: usize = 3;

/// Where an interview stands. Invariant: the result of folding some beginning of a list of events that
/// [`decide`](super::decide) made.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is followed.
    pub plan: Arc<Plan>,
    /// When it began.
    pub started: SystemTime,
    /// When something last happened.
    pub updated: SystemTime,
    /// The questions asked so far, in order.
    pub rounds: Vec<Round>,
    /// Whether it is over.
    pub finished: bool,
    /// How many events there were.
    pub seen: u32,
}

/// One question with everything said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Its candidate in the plan.
    pub candidate: usize,
    /// The question and its follow-ups with their answers; at least one.
    pub exchanges: Vec<Exchange>,
    /// What is known of each key point.
    pub findings: Vec<Finding>,
    /// The hints given.
    pub hints: Vec<String>,
    /// How it was closed early, and when.
    pub closing: Option<(Closing, SystemTime)>,
    /// Its grade, once it is closed.
    pub grade: Option<Grade>,
}

/// A prompt and what was said to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What was asked.
    pub prompt: String,
    /// The key point that a follow-up aims at; `None` for the question itself.
    pub point: Option<usize>,
    /// When.
    pub asked: SystemTime,
    /// The answer, and when it came.
    pub answer: Option<(SystemTime, String)>,
    /// What the grader said.
    pub judgement: Option<Judgement>,
}

/// How a question was closed without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Passed.
    Skipped,
    /// The answer was shown.
    Revealed,
}

/// Stored events that no interview can have had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {number} of the interview does not fit what came before it")]
pub struct Inconsistent {
    /// From 1.
    pub number: u32,
}

/// Replays events.
pub fn fold(events: &[Occurred]) -> Result<State, Inconsistent> {
    let mut state: Option<State> = None;
    for (occurred, number) in events.iter().zip(1..) {
        state = Some(match (state, &occurred.event) {
            (None, Event::Planned(plan)) => State::new(Arc::new(Plan::clone(plan)), occurred.at),
            (Some(state), event) => state.after(event, occurred.at).ok_or(Inconsistent { number })?,
            (None, _) => return Err(Inconsistent { number }),
        });
    }
    state.ok_or(Inconsistent { number: 1 })
}

impl State {
    /// The state after the first event.
    pub(super) fn new(plan: Arc<Plan>, at: SystemTime) -> Self {
        Self { plan, started: at, updated: at, rounds: Vec::new(), finished: false, seen: 1 }
    }

    /// The state after one more event; `None` where the event cannot happen now.
    pub(super) fn after(mut self, event: &Event, at: SystemTime) -> Option<Self> {
        if self.finished {
            return None;
        }
        match event {
            Event::Planned(_) => return None,
            Event::Asked { candidate } => self.ask(*candidate, at)?,
            Event::Finished => self.finished = true,
            other => self.rounds.last_mut()?.happen(other, at)?,
        }
        self.updated = at;
        self.seen += 1;
        Some(self)
    }

    fn ask(&mut self, candidate: usize, at: SystemTime) -> Option<()> {
        let sheet = &self.plan.candidates.get(candidate)?.sheet;
        if self.rounds.last().is_some_and(|round| round.grade.is_none()) {
            return None;
        }
        self.rounds.push(Round {
            candidate,
            exchanges: vec![Exchange::new(sheet.text.clone(), None, at)],
            findings: sheet.points.iter().map(|_| Finding::missing()).collect(),
            hints: Vec::new(),
            closing: None,
            grade: None,
        });
        Some(())
    }

    /// The state after `events`, all at one time.
    pub fn replay(self, events: &[Event], at: SystemTime) -> Result<Self, Inconsistent> {
        events.iter().try_fold(self, |state, event| {
            let number = state.seen + 1;
            state.after(event, at).ok_or(Inconsistent { number })
        })
    }

    /// The module of a question that was asked.
    pub fn module_of(&self, question: &QuestionId) -> Option<ModuleId> {
        let asked = self.rounds.iter().map(|round| self.sheet(round));
        asked.into_iter().find(|sheet| sheet.question == *question).map(|sheet| sheet.module.clone())
    }

    /// The question that is open, with its sheet.
    pub fn open(&self) -> Option<(&Round, &Sheet)> {
        let round = self.rounds.last().filter(|round| round.grade.is_none() && !self.finished)?;
        Some((round, self.sheet(round)))
    }

    /// The sheet of a round.
    pub fn sheet(&self, round: &Round) -> &Sheet {
        &self.plan.candidates[round.candidate].sheet
    }

    /// Whether an answer waits for its verdicts.
    pub fn is_judging(&self) -> bool {
        self.open().is_some_and(|(round, _)| round.is_judging())
    }

    /// The candidates asked so far.
    pub(super) fn asked(&self) -> Vec<usize> {
        self.rounds.iter().map(|round| round.candidate).collect()
    }

    /// The scores so far.
    pub fn scores(&self) -> Vec<f64> {
        self.rounds.iter().filter_map(|round| Some(round.grade.as_ref()?.score)).collect()
    }
}

impl Round {
    fn happen(&mut self, event: &Event, at: SystemTime) -> Option<()> {
        let is_open = self.grade.is_none() && self.closing.is_none();
        let last = self.exchanges.last_mut()?;
        match event {
            Event::Answered { text } if is_open && last.answer.is_none() => {
                last.answer = Some((at, text.clone()));
            }
            Event::Judged(judgement) if last.answer.is_some() && last.judgement.is_none() => {
                if judgement.findings.len() != self.findings.len() {
                    return None;
                }
                let merged = self.findings.drain(..).zip(&judgement.findings);
                self.findings = merged.map(|(known, new)| known.merge(new.clone())).collect();
                last.judgement = Some(Judgement::clone(judgement));
            }
            Event::Hinted { text } if is_open && last.answer.is_none() && self.hints.len() < MAX_HINTS => {
                self.hints.push(text.clone());
            }
            Event::FollowedUp { text, point } if is_open && last.judgement.is_some() => {
                self.exchanges.push(Exchange::new(text.clone(), Some(*point), at));
            }
            Event::Skipped if is_open && last.answer.is_none() => self.closing = Some((Closing::Skipped, at)),
            Event::Revealed if is_open && last.answer.is_none() => {
                self.closing = Some((Closing::Revealed, at));
            }
            Event::Graded(grade) if self.grade.is_none() => self.grade = Some(Grade::clone(grade)),
            _ => return None,
        }
        Some(())
    }

    fn is_judging(&self) -> bool {
        self.exchanges.last().is_some_and(|last| last.answer.is_some() && last.judgement.is_none())
    }

    /// The exchange that is open or was the last.
    pub fn last(&self) -> Option<&Exchange> {
        self.exchanges.last()
    }

    /// How long the candidate took, over the question and its follow-ups.
    pub fn elapsed(&self) -> Duration {
        let spent = |exchange: &Exchange| {
            let end = match (&exchange.answer, self.closing) {
                (Some((at, _)), _) => *at,
                (None, Some((_, at))) => at,
                (None, None) => exchange.asked,
            };
            end.duration_since(exchange.asked).unwrap_or_default()
        };
        self.exchanges.iter().map(spent).sum()
    }

    /// Everything that was said to the candidate beside the question: saying it again counts for nothing.
    pub fn told(&self) -> Vec<String> {
        let follow_ups = self.exchanges.iter().filter(|exchange| exchange.point.is_some());
        follow_ups.map(|exchange| exchange.prompt.clone()).chain(self.hints.iter().cloned()).collect()
    }

    /// The key points that count and are not covered, the most important first: by weight, then what was said wrongly,
    /// then half, then not at all.
    pub fn open_points(&self, sheet: &Sheet) -> Vec<usize> {
        let urgency = |verdict: Verdict| match verdict {
            Verdict::Contradicted => 0,
            Verdict::Partial => 1,
            Verdict::Missing => 2,
            Verdict::Covered => 3,
        };
        let points = sheet.points.iter().zip(&self.findings).enumerate();
        let mut open: Vec<(Weight, u8, usize)> = points
            .filter(|(_, (point, finding))| {
                point.weight != Weight::Bonus && finding.verdict != Verdict::Covered
            })
            .map(|(at, (point, finding))| (point.weight, urgency(finding.verdict), at))
            .collect();
        open.sort_unstable();
        open.into_iter().map(|(_, _, at)| at).collect()
    }
}

impl Exchange {
    fn new(prompt: String, point: Option<usize>, asked: SystemTime) -> Self {
        Self { prompt, point, asked, answer: None, judgement: None }
    }
}
