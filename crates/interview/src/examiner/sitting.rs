//! An interview as somebody sits it with a page in front of them, which may be old: every action names the prompt that it
//! is meant for, and an action that was done already is not done again.
//!
//! Naming the prompt was preferred to a number of the last event seen: a hint in one window must not make the other
//! window's answer void.

use super::view::heard;
use super::{Examiner, ExaminerError, Interview, Opened, pending};
use crate::grade::Grade;
use crate::machine::{Closing, Command, Refusal, Round, State};
use crate::plan::InterviewMode;
use crate::report::{self, QuestionReport};
use viva_core::conversation::Owner;
use viva_core::ports::Appended;

/// Which prompt is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The question's number, from 1.
    pub number: usize,
    /// The follow-up's, from 1; 0 for the question itself.
    pub follow_up: usize,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Answers.
    Answer(String),
    /// Asks for a hint, having seen so many.
    Hint {
        /// How many.
        seen: usize,
    },
    /// Passes.
    Skip,
    /// Asks for the answer.
    Reveal,
    /// Ends the interview, whatever is open.
    Finish,
}

/// An interview, with what there is to say about the answer before.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// The interview as it stands.
    pub interview: Interview,
    /// In practice: what was heard last. In a live interview `None`.
    pub heard: Option<Heard>,
}

/// The question that was spoken to last.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The question with everything said to it, as the report has it.
    pub question: QuestionReport,
    /// While it is open: what was covered so far, and nothing of what was not.
    pub so_far: Option<Grade>,
    /// The guide's short answer (Markdown), where the candidate had it shown.
    pub revealed: Option<String>,
}

impl Sitting {
    fn new(id: &str, state: &State) -> Self {
        let heard = (state.plan.mode == InterviewMode::Practice).then(|| last_heard(state)).flatten();
        Self { interview: Interview::new(id, state), heard }
    }
}

fn last_heard(state: &State) -> Option<Heard> {
    let is_heard = |round: &Round| {
        round.grade.is_some() || round.exchanges.iter().any(|exchange| exchange.judgement.is_some())
    };
    let last = state.rounds.last()?;
    // Of an interview that ended in the middle of a question, the question before was spoken of already.
    let before = || state.rounds.len().checked_sub(2).filter(|_| !state.finished);
    let at = if is_heard(last) { state.rounds.len() - 1 } else { before()? };
    let round = &state.rounds[at];
    let was_revealed = round.closing.is_some_and(|(closing, _)| closing == Closing::Revealed);
    Some(Heard {
        question: report::question(state, round, at + 1),
        so_far: if round.grade.is_none() { heard(state) } else { None },
        revealed: was_revealed.then(|| state.sheet(round).short_answer.clone()),
    })
}

impl Examiner {
    /// The interview with what was heard last. An answer that a lost request left ungraded is graded first.
    pub async fn sitting(&self, owner: &Owner, id: &str) -> Result<Sitting, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        Ok(Sitting::new(id, &opened.state))
    }

    /// Does `action` for the prompt at `place`. Where it was done already, as by a form that was sent twice, nothing
    /// more happens; where another prompt is open, nothing happens and the error is [`ExaminerError::Busy`].
    pub async fn act(
        &self,
        owner: &Owner,
        id: &str,
        place: Place,
        action: Action,
    ) -> Result<Sitting, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        if was_done(&opened.state, place, &action) {
            return Ok(Sitting::new(id, &opened.state));
        }
        if action != Action::Finish {
            is_open(&opened.state, place)?;
        }
        let opened = match action {
            Action::Answer(text) => self.answer_at(opened, place, text).await?,
            Action::Hint { seen: _ } => self.written(opened, &Command::Hint).await?,
            Action::Skip => self.written(opened, &Command::Skip).await?,
            Action::Reveal => self.written(opened, &Command::Reveal).await?,
            Action::Finish => self.written(opened, &Command::Finish).await?,
        };
        Ok(Sitting::new(id, &opened.state))
    }

    async fn answer_at<'a>(
        &self,
        opened: Opened<'a>,
        place: Place,
        text: String,
    ) -> Result<Opened<'a>, ExaminerError> {
        let (opened, written) = self.step(opened, &Command::Answer(text.clone())).await?;
        match written {
            Appended::Written => self.grade_pending(opened).await,
            Appended::Conflict if was_done(&opened.state, place, &Action::Answer(text)) => Ok(opened),
            Appended::Conflict => Err(ExaminerError::Busy),
        }
    }
}

/// Whether the prompt at `place` is the one that waits.
fn is_open(state: &State, place: Place) -> Result<(), ExaminerError> {
    if state.finished {
        return Err(Refusal::Finished.into());
    }
    let (number, exchanges) =
        (state.rounds.len(), state.open().map_or(0, |(round, _)| round.exchanges.len()));
    let is_here = place == Place { number, follow_up: exchanges.saturating_sub(1) };
    match (is_here, pending(state)) {
        (true, None) => Ok(()),
        (true, Some(_)) => Err(Refusal::BeingGraded.into()),
        (false, _) => Err(ExaminerError::Busy),
    }
}

/// Whether just this was done for the prompt at `place`.
fn was_done(state: &State, place: Place, action: &Action) -> bool {
    let round = place.number.checked_sub(1).and_then(|at| state.rounds.get(at));
    let Some(round) = round else { return false };
    let is_last = round.exchanges.len() == place.follow_up + 1;
    let closed_by = |closing| is_last && round.closing.is_some_and(|(found, _)| found == closing);
    match action {
        Action::Answer(text) => {
            let answer = round.exchanges.get(place.follow_up).and_then(|exchange| exchange.answer.as_ref());
            answer.is_some_and(|(_, found)| found == text)
        }
        Action::Hint { seen } => is_last && round.hints.len() > *seen,
        Action::Skip => closed_by(Closing::Skipped),
        Action::Reveal => closed_by(Closing::Revealed),
        Action::Finish => state.finished,
    }
}
