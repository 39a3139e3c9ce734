//! What may happen next, and what follows of itself.
//!
//! A command adds its own event; then [`settle`] adds what follows without anybody's doing (follow-up, grade, next
//! question, end) until the candidate or the grader has to speak. Because `settle` needs nothing but the state, an
//! interview goes on from any event at which it was cut off.

use super::event::Event;
use super::state::{MAX_HINTS, State};
use crate::feedback::feedback;
use crate::follow_up;
use crate::grade::{Grade, Grader, Judgement, PointGrade, score};
use crate::hints::hint;
use crate::plan::{InterviewMode, Plan};
use std::time::SystemTime;

/// The longest answer, in characters.
pub const MAX_ANSWER_CHARS: usize = 20_000;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The candidate answers.
    Answer(String),
    /// The grader has judged the answer.
    Judge(Box<Judgement>),
    /// The candidate asks for a hint.
    Hint,
    /// The candidate passes.
    Skip,
    /// The candidate asks for the answer.
    Reveal,
    /// The candidate ends the interview.
    Finish,
    /// Nothing: what follows of itself is to happen.
    Settle,
}

/// Why something may not happen. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The interview is over.
    #[error("the interview is finished")]
    Finished,
    /// The interview is not over.
    #[error("the interview is not finished: a live interview keeps its grades for the report")]
    NotFinished,
    /// The last answer is still being judged.
    #[error("the last answer is still being graded; try again in a moment")]
    BeingGraded,
    /// There is no answer to judge, or the verdicts do not fit its question.
    #[error("there is no answer to grade")]
    NothingToJudge,
    /// The answer has no character that can be seen.
    #[error("`answer` is empty: say something, or skip")]
    EmptyAnswer,
    /// The answer is too long.
    #[error("`answer` has {found} characters, at most {MAX_ANSWER_CHARS} are taken")]
    AnswerTooLong {
        /// How long it is.
        found: usize,
    },
    /// All hints to this question were given.
    #[error("all {MAX_HINTS} hints to this question were given")]
    HintLimit,
    /// Hints and answers are shown in practice only.
    #[error("a live interview gives no {0}")]
    OnlyInPractice(&'static str),
}

/// The events that a command leads to, in order.
pub fn decide(state: &State, command: &Command, at: SystemTime) -> Result<Vec<Event>, Refusal> {
    if state.finished {
        return Err(Refusal::Finished);
    }
    let own = match command {
        Command::Judge(judgement) => Some(judge(state, judgement)?),
        Command::Settle => None,
        _ if state.is_judging() => return Err(Refusal::BeingGraded),
        Command::Answer(text) => Some(answer(text)?),
        Command::Hint => Some(give_hint(state)?),
        Command::Skip => Some(Event::Skipped),
        Command::Reveal => {
            practice_only(state, "answers before the report")?;
            Some(Event::Revealed)
        }
        Command::Finish => return Ok(finish(state)),
    };
    Ok(settle(state.clone(), own, at))
}

/// The events that begin an interview.
pub fn begin(plan: Plan, at: SystemTime) -> Vec<Event> {
    let state = State::new(std::sync::Arc::new(plan.clone()), at);
    let mut events = vec![Event::Planned(Box::new(plan))];
    events.extend(settle(state, None, at));
    events
}

/// `first`, and everything that follows of itself.
fn settle(mut state: State, first: Option<Event>, at: SystemTime) -> Vec<Event> {
    let mut events = Vec::new();
    let mut next = first.or_else(|| follows(&state));
    while let Some(event) = next {
        // An event of this module's own making always fits; were it not so, the list would simply end before it.
        let Some(after) = state.after(&event, at) else { break };
        events.push(event);
        next = follows(&after);
        state = after;
    }
    events
}

/// What happens next without anybody's doing.
fn follows(state: &State) -> Option<Event> {
    if state.finished {
        return None;
    }
    let Some((round, sheet)) = state.open() else {
        let next = state.plan.next(&state.asked(), &state.scores());
        return Some(next.map_or(Event::Finished, |candidate| Event::Asked { candidate }));
    };
    if round.closing.is_some() {
        return Some(graded(state));
    }
    let judgement = round.last()?.judgement.as_ref()?;
    let follow_ups = round.exchanges.len() - 1;
    let may_follow = follow_ups < usize::from(state.plan.follow_ups) && !judgement.is_empty;
    let follow_up = if may_follow { follow_up::choose(sheet, round) } else { None };
    Some(follow_up.map_or_else(|| graded(state), |(text, point)| Event::FollowedUp { text, point }))
}

fn answer(text: &str) -> Result<Event, Refusal> {
    check_answer(text).map(|()| Event::Answered { text: text.to_owned() })
}

/// Whether a text is taken as an answer: it says something, and at most [`MAX_ANSWER_CHARS`].
pub fn check_answer(text: &str) -> Result<(), Refusal> {
    let found = text.chars().count();
    if found > MAX_ANSWER_CHARS {
        return Err(Refusal::AnswerTooLong { found });
    }
    let is_blank = text
        .chars()
        .all(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'));
    if is_blank { Err(Refusal::EmptyAnswer) } else { Ok(()) }
}

fn judge(state: &State, judgement: &Judgement) -> Result<Event, Refusal> {
    let (round, _) = state.open().filter(|_| state.is_judging()).ok_or(Refusal::NothingToJudge)?;
    if judgement.findings.len() != round.findings.len() {
        return Err(Refusal::NothingToJudge);
    }
    Ok(Event::Judged(Box::new(judgement.clone())))
}

fn give_hint(state: &State) -> Result<Event, Refusal> {
    practice_only(state, "hints")?;
    let (round, sheet) = state.open().ok_or(Refusal::BeingGraded)?;
    let text = hint(sheet, round).ok_or(Refusal::HintLimit)?;
    Ok(Event::Hinted { text })
}

fn practice_only(state: &State, what: &'static str) -> Result<(), Refusal> {
    match state.plan.mode {
        InterviewMode::Practice => Ok(()),
        InterviewMode::Live => Err(Refusal::OnlyInPractice(what)),
    }
}

/// Grades the open question if something was said to it, and ends the interview.
fn finish(state: &State) -> Vec<Event> {
    let was_answered =
        state.open().is_some_and(|(round, _)| round.exchanges.iter().any(|e| e.judgement.is_some()));
    if was_answered { vec![graded(state), Event::Finished] } else { vec![Event::Finished] }
}

/// The grade of the open question, from what is known of its points.
fn graded(state: &State) -> Event {
    let Some((round, sheet)) = state.open() else { return Event::Finished };
    let hints = u8::try_from(round.hints.len()).unwrap_or(u8::MAX);
    let judgements = || round.exchanges.iter().filter_map(|exchange| exchange.judgement.as_ref());
    let points: Vec<PointGrade> = sheet
        .points
        .iter()
        .zip(&round.findings)
        .map(|(point, finding)| PointGrade {
            text: point.text.clone(),
            weight: point.weight,
            verdict: finding.verdict,
            quote: finding.quote.clone(),
        })
        .collect();
    Event::Graded(Box::new(Grade {
        question: sheet.question.clone(),
        score: score(points.iter().map(|point| (point.weight, point.verdict)), hints),
        feedback: feedback(&points, hints),
        points,
        // Where nothing was said, nobody judged; version 0 says so.
        grader: judgements().next_back().map_or(Grader::LexicalSemantic { version: 0 }, |j| j.grader.clone()),
        degraded: judgements().filter_map(|judgement| judgement.degraded.clone()).next_back(),
        rubric: sheet.rubric(),
        hints,
    }))
}
