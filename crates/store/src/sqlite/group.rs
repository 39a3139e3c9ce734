//! Group commit: writes that wait at the same time are committed together.
//!
//! A commit is synced to the disk, which takes many times as long as what is written. So whoever gets the connection runs
//! all writes that wait, each in a savepoint of its own (<https://www.sqlite.org/lang_savepoint.html>), and commits them
//! at once; nobody is told of success before that. A write that fails is undone alone. A task that owns the connection
//! was refused: it would be one more thing to stop, and to start again after a panic.

use crate::session::{Pending, Session};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use viva_core::ports::StoreError;

/// The most writes of one commit: the first of them waits for the last.
const MOST: usize = 64;

/// A write that waits or was run.
#[async_trait]
trait Write: Send {
    /// Runs it, once; whether it is to be kept.
    async fn run(&mut self, session: &mut dyn Session) -> bool;

    /// Tells its caller; `committed` is how the commit went.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);

    /// Whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
}

struct Typed<T, J> {
    job: Option<J>,
    result: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

#[async_trait]
impl<T, J> Write for Typed<T, J>
where
    T: Send + 'static,
    J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T> + Send + 'static,
{
    async fn run(&mut self, session: &mut dyn Session) -> bool {
        if let Some(job) = self.job.take() {
            self.result = Some(job(session).await);
        }
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Unavailable("the write was not run".to_owned())),
        };
        // A caller that has gone needs no answer.
        let _ = self.caller.send(result);
    }

    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }
}

/// The writes that wait, first come, first served.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    writes: VecDeque<(u64, Box<dyn Write>)>,
    last: u64,
}

impl Queue {
    /// Adds a write; its number, and where its result comes from.
    pub(super) fn push<T, J>(&self, job: J) -> (u64, oneshot::Receiver<Result<T, StoreError>>)
    where
        T: Send + 'static,
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T> + Send + 'static,
    {
        let (caller, answered) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.last += 1;
        let number = waiting.last;
        waiting.writes.push_back((number, Box::new(Typed { job: Some(job), result: None, caller })));
        (number, answered)
    }

    /// Takes a write out; `false` where it was run or is being run.
    pub(super) fn withdraw(&self, number: u64) -> bool {
        let mut waiting = self.lock();
        let before = waiting.writes.len();
        waiting.writes.retain(|(other, _)| *other != number);
        waiting.writes.len() < before
    }

    /// Whether a write still waits.
    pub(super) fn has(&self, number: u64) -> bool {
        self.lock().writes.iter().any(|(other, _)| *other == number)
    }

    fn pop(&self) -> Option<Box<dyn Write>> {
        let mut waiting = self.lock();
        waiting.writes.retain(|(_, write)| !write.is_abandoned());
        waiting.writes.pop_front().map(|(_, write)| write)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs what waits in one transaction and answers it. Says whether the connection is certainly outside of any transaction.
pub(super) async fn run(session: &mut dyn Session, queue: &Queue) -> bool {
    if let Err(fault) = session.script("BEGIN IMMEDIATE").await {
        // The one that waited longest is told; the others try again for themselves.
        if let Some(write) = queue.pop() {
            write.answer(Err(fault.into()));
        }
        return false;
    }
    let mut run: Vec<Box<dyn Write>> = Vec::new();
    while run.len() < MOST
        && let Some(mut write) = queue.pop()
    {
        let kept = keep_or_undo(session, &mut *write).await;
        run.push(write);
        if let Err(error) = kept {
            // The engine itself has undone everything, as it does when the disk is full.
            answer(run, Err(error));
            return session.script("ROLLBACK").await.is_ok();
        }
    }
    let committed = session.script("COMMIT").await.map_err(StoreError::from);
    let is_clean = committed.is_ok();
    answer(run, committed);
    is_clean
}

/// Runs a write in a savepoint; an error means that the transaction is gone.
async fn keep_or_undo(session: &mut dyn Session, write: &mut dyn Write) -> Result<(), StoreError> {
    session.script("SAVEPOINT one").await?;
    let end = if write.run(session).await { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" };
    Ok(session.script(end).await?)
}

fn answer(writes: Vec<Box<dyn Write>>, committed: Result<(), StoreError>) {
    let mut own = Some(committed);
    let again = match own.as_ref() {
        Some(Err(StoreError::StorageFull)) => || Err(StoreError::StorageFull),
        Some(Err(_)) => || Err(StoreError::Unavailable("the commit failed, nothing was written".to_owned())),
        _ => || Ok(()),
    };
    for write in writes {
        write.answer(own.take().unwrap_or_else(again));
    }
}
