//! The use cases: ties the state machine to guide, grader, store and clock.
//!
//! An answer is written before it is graded, so that nothing a candidate said is lost when the process or the caller goes
//! away; whoever looks at the interview next has it graded. Each step is written only if nobody else wrote since it was
//! read: of two answers at once one wins, the other is told so.

mod begin;
mod error;
mod learning;
mod reviewing;
mod sitting;
mod view;

pub use begin::{StartRequest, Topic};
pub use error::ExaminerError;
pub use reviewing::Card;
pub use sitting::{Action, Heard, Place, Sitting};
pub use view::{Interview, Listed, Outcome, Prompt, Revealed};

use crate::grade::{Grade, Judgement};
use crate::grading::{Answer, Judge};
use crate::log;
use crate::machine::{Command, Event, Occurred, Refusal, State, begin, decide, fold};
use crate::plan::{Available, Filters, InterviewMode, Plan, available, relaxed};
use crate::progress::{Progress, progress};
use crate::report::Report;
use crate::review::{due, recall, schedule};
use crate::sheet::Sheet;
use crate::vocabulary::Vocabulary;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewStep, Review};
use viva_core::guide::Guide;
use viva_core::id::{Digest, QuestionId};
use viva_core::ports::{Appended, Clock, Ids, InterviewStore, Library, NotReady};

/// How often a step is tried when somebody else wrote in between.
const TRIES: usize = 4;

/// The ports of the examiner.
pub struct Examiner {
    store: Arc<dyn InterviewStore>,
    library: Arc<dyn Library>,
    judge: Judge,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    vocabulary: Mutex<Option<(Digest, Arc<Vocabulary>)>>,
    /// Interviews whose answer this process is grading.
    grading: Mutex<HashSet<(Owner, String)>>,
}

/// An interview as read, with its owner.
struct Opened<'a> {
    owner: &'a Owner,
    id: &'a str,
    state: State,
}

impl Examiner {
    /// An examiner on these ports.
    pub fn new(
        store: Arc<dyn InterviewStore>,
        library: Arc<dyn Library>,
        judge: Judge,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let (vocabulary, grading) = (Mutex::default(), Mutex::default());
        Self { store, library, judge, clock, ids, vocabulary, grading }
    }

    /// An interview as it stands. An answer that a lost request left ungraded is graded first.
    pub async fn interview(&self, owner: &Owner, id: &str) -> Result<Interview, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        Ok(Interview::new(id, &opened.state))
    }

    /// Answers the open prompt. Sending the same answer again while it is being graded, or after the request was lost, is
    /// no second answer.
    pub async fn answer(&self, owner: &Owner, id: &str, text: &str) -> Result<Outcome, ExaminerError> {
        let opened = self.open(owner, id).await?;
        let opened = if opened.state.is_judging() {
            if pending(&opened.state) != Some(text) || self.is_grading(owner, id) {
                return Err(Refusal::BeingGraded.into());
            }
            opened
        } else {
            let (opened, written) = self.step(opened, &Command::Answer(text.to_owned())).await?;
            if written == Appended::Conflict {
                return Err(ExaminerError::Busy);
            }
            opened
        };
        let rounds = opened.state.rounds.len();
        let opened = self.grade_pending(opened).await?;
        Ok(outcome(&opened, rounds))
    }

    /// Gives the next hint to the open question.
    pub async fn hint(&self, owner: &Owner, id: &str) -> Result<Interview, ExaminerError> {
        let opened = self.command(owner, id, &Command::Hint).await?;
        Ok(Interview::new(id, &opened.state))
    }

    /// Passes on the open prompt: the question closes with what was said so far.
    pub async fn skip(&self, owner: &Owner, id: &str) -> Result<Outcome, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        let rounds = opened.state.rounds.len();
        let opened = self.written(opened, &Command::Skip).await?;
        Ok(outcome(&opened, rounds))
    }

    /// Shows the answer to the open question, which closes with what was said so far. In practice only.
    pub async fn reveal(&self, owner: &Owner, id: &str) -> Result<Revealed, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        let rounds = opened.state.rounds.len();
        let opened = self.written(opened, &Command::Reveal).await?;
        let closed = opened.state.rounds.get(rounds.saturating_sub(1));
        let closed = closed.and_then(|round| Some((opened.state.sheet(round), round.grade.clone()?)));
        let (sheet, grade) = closed.ok_or(Refusal::NothingToJudge)?;
        Ok(Revealed {
            question: sheet.question.clone(),
            short_answer: sheet.short_answer.clone(),
            grade,
            interview: Interview::new(id, &opened.state),
        })
    }

    /// Ends the interview now.
    pub async fn finish(&self, owner: &Owner, id: &str) -> Result<Interview, ExaminerError> {
        let opened = self.command(owner, id, &Command::Finish).await?;
        Ok(Interview::new(id, &opened.state))
    }

    /// The report as it stands; of a live interview only once it is over.
    pub async fn report(&self, owner: &Owner, id: &str) -> Result<Report, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        if opened.state.plan.mode == InterviewMode::Live && !opened.state.finished {
            return Err(Refusal::NotFinished.into());
        }
        Ok(Report::new(&opened.state))
    }

    /// The owner's interviews, latest first. One whose summary cannot be read is left out.
    pub async fn list(
        &self,
        owner: &Owner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Listed>, ExaminerError> {
        let summaries = self.store.interviews(owner, after, limit).await?;
        Ok(summaries.iter().filter_map(view::listed).collect())
    }

    /// Grades one answer to one question; nothing is kept.
    pub async fn grade(&self, question: &QuestionId, answer: &str) -> Result<Grade, ExaminerError> {
        let (guide, vocabulary) = self.guide()?;
        let unknown = || ExaminerError::UnknownQuestion(question.clone());
        let entry = guide.question(question).ok_or_else(unknown)?;
        let sheet = Sheet::new(entry, &vocabulary).ok_or_else(unknown)?;
        let at = self.clock.now();
        let revision = guide.revision();
        let state = folded("", &occurred(begin(Plan::single(sheet.clone(), revision), at), at))?;
        let mut events = decide(&state, &Command::Answer(answer.to_owned()), at)?;
        let judgement = self.judge_answer(&sheet, answer, &[]).await?;
        let state = replay("", state, &events, at)?;
        events = decide(&state, &Command::Judge(Box::new(judgement)), at)?;
        let grade = events.into_iter().find_map(|event| match event {
            Event::Graded(grade) => Some(*grade),
            _ => None,
        });
        Ok(grade.ok_or(Refusal::NothingToJudge)?)
    }

    /// What is due for review now, the longest overdue first.
    pub async fn due(&self, owner: &Owner) -> Result<Vec<Review>, ExaminerError> {
        Ok(due(&self.store.reviews(owner).await?, self.clock.now()))
    }

    /// Progress over all interviews.
    pub async fn progress(&self, owner: &Owner) -> Result<Progress, ExaminerError> {
        let (guide, _) = self.guide()?;
        let grades = self.store.grades(owner, SystemTime::UNIX_EPOCH).await?;
        let reviews = self.store.reviews(owner).await?;
        Ok(progress(&guide, &grades, &reviews, self.clock.now()))
    }

    /// What can be asked, with counts.
    pub fn available(&self) -> Result<Available, ExaminerError> {
        Ok(available(&self.library.current()?.guide))
    }

    /// For each filter that is set, by the name of its field, how many questions would pass without it: what to say where
    /// none passes all of them.
    pub fn relaxed(&self, filters: &Filters) -> Result<Vec<(&'static str, usize)>, ExaminerError> {
        Ok(relaxed(&self.library.current()?.guide, filters))
    }
}

/// How it is done.
impl Examiner {
    fn guide(&self) -> Result<(Arc<Guide>, Arc<Vocabulary>), NotReady> {
        let guide = Arc::clone(&self.library.current()?.guide);
        let mut kept = self.vocabulary.lock().unwrap_or_else(PoisonError::into_inner);
        let vocabulary = match &*kept {
            Some((revision, vocabulary)) if *revision == guide.revision() => Arc::clone(vocabulary),
            _ => {
                let vocabulary = Arc::new(Vocabulary::of(&guide));
                *kept = Some((guide.revision(), Arc::clone(&vocabulary)));
                vocabulary
            }
        };
        Ok((guide, vocabulary))
    }

    async fn open<'a>(&self, owner: &'a Owner, id: &'a str) -> Result<Opened<'a>, ExaminerError> {
        let logged =
            self.store.events(owner, id).await?.ok_or_else(|| ExaminerError::NotFound(id.to_owned()))?;
        let events = log::read(&logged).map_err(|source| ExaminerError::Log { id: id.to_owned(), source })?;
        Ok(Opened { owner, id, state: folded(id, &events)? })
    }

    /// The interview with nothing left to happen of itself: unless this process is at it, a pending answer is graded.
    async fn settled<'a>(&self, owner: &'a Owner, id: &'a str) -> Result<Opened<'a>, ExaminerError> {
        let opened = self.open(owner, id).await?;
        if opened.state.is_judging() {
            if self.is_grading(owner, id) {
                return Ok(opened);
            }
            return self.grade_pending(opened).await;
        }
        if opened.state.finished { Ok(opened) } else { Ok(self.step(opened, &Command::Settle).await?.0) }
    }

    /// Grades the answer that waits for it and writes what follows. Where somebody else was faster, theirs stands.
    async fn grade_pending<'a>(&self, mut opened: Opened<'a>) -> Result<Opened<'a>, ExaminerError> {
        let _guard = Grading::begin(self, opened.owner, opened.id);
        let Some((answer, told, sheet)) = pending_parts(&opened.state) else { return Ok(opened) };
        let judgement = self.judge_answer(&sheet, &answer, &told).await?;
        let command = Command::Judge(Box::new(judgement));
        for _ in 0..TRIES {
            let (after, written) = self.step(opened, &command).await?;
            opened = after;
            if written == Appended::Written || !opened.state.is_judging() {
                return Ok(opened);
            }
        }
        Err(ExaminerError::Busy)
    }

    async fn judge_answer(
        &self,
        sheet: &Sheet,
        text: &str,
        told: &[String],
    ) -> Result<Judgement, ExaminerError> {
        Ok(self.judge.judge(sheet, Answer { text, told }, &self.ids.fresh()).await?)
    }

    async fn command<'a>(
        &self,
        owner: &'a Owner,
        id: &'a str,
        command: &Command,
    ) -> Result<Opened<'a>, ExaminerError> {
        let opened = self.settled(owner, id).await?;
        self.written(opened, command).await
    }

    /// Does a command that was meant for the prompt that `opened` shows: it is tried again where a conflicting write left
    /// that prompt open, and given up where it did not.
    async fn written<'a>(
        &self,
        mut opened: Opened<'a>,
        command: &Command,
    ) -> Result<Opened<'a>, ExaminerError> {
        let meant = place(&opened.state);
        for _ in 0..TRIES {
            let (after, written) = self.step(opened, command).await?;
            if written == Appended::Written {
                return Ok(after);
            }
            if place(&after.state) != meant {
                break;
            }
            opened = after;
        }
        Err(ExaminerError::Busy)
    }

    /// Decides and writes. On a conflict the interview is read again and nothing was written.
    async fn step<'a>(
        &self,
        opened: Opened<'a>,
        command: &Command,
    ) -> Result<(Opened<'a>, Appended), ExaminerError> {
        let now = self.clock.now().max(opened.state.updated);
        let events = decide(&opened.state, command, now)?;
        if events.is_empty() {
            return Ok((opened, Appended::Written));
        }
        let Opened { owner, id, state } = opened;
        let seen = state.seen;
        let after = Opened { owner, id, state: replay(id, state, &events, now)? };
        match self.append(&after, seen, &occurred(events, now)).await? {
            Appended::Written => Ok((after, Appended::Written)),
            Appended::Conflict => Ok((self.open(owner, id).await?, Appended::Conflict)),
        }
    }

    /// Writes events with the grades and reviews that follow from them.
    async fn append(
        &self,
        after: &Opened<'_>,
        seen: u32,
        events: &[Occurred],
    ) -> Result<Appended, ExaminerError> {
        let (mut reviews, mut grades) = (Vec::new(), Vec::new());
        for occurred in events {
            let Event::Graded(grade) = &occurred.event else { continue };
            let module = after.state.module_of(&grade.question);
            let before = self.store.review(after.owner, &grade.question).await?;
            let rating = recall(grade.score, grade.hints);
            reviews.push(schedule(&grade.question, before.as_ref(), rating, occurred.at));
            grades.extend(module.map(|module| GradeRecord {
                question: grade.question.clone(),
                module,
                at: occurred.at,
                score: grade.score,
                interview: Some(after.id.to_owned()),
            }));
        }
        let step = InterviewStep {
            seen,
            events: events.iter().map(log::write).collect(),
            summary: view::summary(after.id, &after.state),
            reviews,
            grades,
        };
        Ok(self.store.append(after.owner, &step).await?)
    }

    fn is_grading(&self, owner: &Owner, id: &str) -> bool {
        let grading = self.grading.lock().unwrap_or_else(PoisonError::into_inner);
        grading.contains(&(owner.clone(), id.to_owned()))
    }
}

fn folded(id: &str, events: &[Occurred]) -> Result<State, ExaminerError> {
    fold(events).map_err(|source| ExaminerError::Inconsistent { id: id.to_owned(), source })
}

fn replay(id: &str, state: State, events: &[Event], at: SystemTime) -> Result<State, ExaminerError> {
    state.replay(events, at).map_err(|source| ExaminerError::Inconsistent { id: id.to_owned(), source })
}

/// Marks an interview as being graded by this process, until dropped.
struct Grading<'a> {
    examiner: &'a Examiner,
    key: (Owner, String),
}

impl<'a> Grading<'a> {
    fn begin(examiner: &'a Examiner, owner: &Owner, id: &str) -> Self {
        let key = (owner.clone(), id.to_owned());
        examiner.grading.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        Self { examiner, key }
    }
}

impl Drop for Grading<'_> {
    fn drop(&mut self) {
        self.examiner.grading.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

fn occurred(events: Vec<Event>, at: SystemTime) -> Vec<Occurred> {
    events.into_iter().map(|event| Occurred { at, event }).collect()
}

/// The answer that waits for its grade.
fn pending(state: &State) -> Option<&str> {
    let (round, _) = state.open().filter(|_| state.is_judging())?;
    round.last()?.answer.as_ref().map(|(_, text)| text.as_str())
}

fn pending_parts(state: &State) -> Option<(String, Vec<String>, Sheet)> {
    let answer = pending(state)?.to_owned();
    let (round, sheet) = state.open()?;
    Some((answer, round.told(), sheet.clone()))
}

/// Which prompt is open.
fn place(state: &State) -> (usize, usize, bool) {
    let exchanges = state.open().map_or(0, |(round, _)| round.exchanges.len());
    (state.rounds.len(), exchanges, state.is_judging())
}

/// What the candidate is told after round number `rounds` was spoken to.
fn outcome(opened: &Opened<'_>, rounds: usize) -> Outcome {
    let closed = opened.state.rounds.get(rounds.saturating_sub(1)).and_then(|round| round.grade.clone());
    let is_closed = closed.is_some();
    let shows = opened.state.plan.mode == InterviewMode::Practice;
    let grade = if shows { closed.or_else(|| view::heard(&opened.state)) } else { None };
    Outcome { grade, is_closed, interview: Interview::new(opened.id, &opened.state) }
}

#[cfg(test)]
mod tests;
