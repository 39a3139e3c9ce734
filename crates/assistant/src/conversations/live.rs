//! Turns that are being answered by this process.

use super::kept::KeptEvents;
use super::{Stay, TurnEvents};
use async_stream::stream;
use futures::StreamExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use viva_core::conversation::Owner;
use viva_core::turn::AnswerEvent;

/// Why a turn is ended before its answer is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Somebody said so.
    Stopped,
    /// Nobody watches any more.
    Unwatched,
    /// The conversation was deleted.
    Deleted,
    /// The process is ending.
    ShuttingDown,
}

/// One turn, its events so far, and who watches it.
pub(super) struct LiveTurn {
    owner: Owner,
    conversation: String,
    pub(super) id: String,
    stay: Stay,
    events: Mutex<KeptEvents>,
    /// How many events there are, and whether the last one is among them.
    grown: watch::Sender<(usize, bool)>,
    watchers: watch::Sender<usize>,
    end: watch::Sender<Option<End>>,
}

impl LiveTurn {
    pub(super) fn new(owner: Owner, conversation: String, id: String, stay: Stay) -> Self {
        Self {
            owner,
            conversation,
            id,
            stay,
            events: Mutex::default(),
            grown: watch::Sender::new((0, false)),
            watchers: watch::Sender::new(0),
            end: watch::Sender::new(None),
        }
    }

    /// Adds an event; `is_last` closes the turn for its watchers.
    pub(super) fn push(&self, event: AnswerEvent, is_last: bool) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event);
        self.grown.send_replace((events.len(), is_last));
    }

    pub(super) fn end(&self, why: End) {
        self.end.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(why);
            first
        });
    }

    /// Waits until the turn is to be ended: told to, or nobody having watched it for as long as it stays.
    pub(super) async fn ended(&self) -> End {
        let mut end = self.end.subscribe();
        let told = async {
            let found = end.wait_for(Option::is_some).await;
            found.ok().and_then(|why| *why).unwrap_or(End::Stopped)
        };
        let grace = match self.stay {
            Stay::WithClient => Duration::ZERO,
            Stay::For(time) => time,
        };
        let unwatched = async {
            let mut watchers = self.watchers.subscribe();
            loop {
                if watchers.wait_for(|count| *count == 0).await.is_err() {
                    std::future::pending::<()>().await;
                }
                let back = watchers.wait_for(|count| *count > 0);
                if tokio::time::timeout(grace, back).await.is_err() {
                    return End::Unwatched;
                }
            }
        };
        tokio::select! {
            biased;
            why = told => why,
            why = unwatched => why,
        }
    }

    /// The events from behind `after`, as they come. The turn is watched from this moment on.
    pub(super) fn watch(live: &Arc<Self>, after: usize, inspect: bool) -> TurnEvents {
        let guard = Watching::new(live);
        let mut grown = live.grown.subscribe();
        stream! {
            let live = &guard.0;
            let mut at = after;
            loop {
                let (fresh, is_closed) = {
                    let events = live.events.lock().unwrap_or_else(PoisonError::into_inner);
                    let (_, is_closed) = *grown.borrow_and_update();
                    (events.next(at), is_closed)
                };
                if fresh.is_empty() && (is_closed || grown.changed().await.is_err()) {
                    return;
                }
                for event in fresh {
                    at += 1;
                    yield (at, shown(event, inspect));
                }
            }
        }
        .boxed()
    }
}

/// The inspection is for those who asked for it.
pub(super) fn shown(mut event: AnswerEvent, inspect: bool) -> AnswerEvent {
    if let AnswerEvent::Done(answer) = &mut event
        && !inspect
    {
        answer.inspection = None;
    }
    event
}

/// Counts one who watches for as long as it lives.
struct Watching(Arc<LiveTurn>);

impl Watching {
    fn new(live: &Arc<LiveTurn>) -> Self {
        live.watchers.send_modify(|count| *count += 1);
        Self(Arc::clone(live))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watchers.send_modify(|count| *count -= 1);
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct LiveTurns {
    turns: Mutex<Vec<Arc<LiveTurn>>>,
    count: watch::Sender<usize>,
    is_ending: AtomicBool,
}

impl LiveTurns {
    pub(super) fn open(&self, turn: LiveTurn) -> Arc<LiveTurn> {
        let turn = Arc::new(turn);
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.push(Arc::clone(&turn));
        self.count.send_replace(turns.len());
        drop(turns);
        if self.is_ending() {
            turn.end(End::ShuttingDown);
        }
        turn
    }

    pub(super) fn close(&self, id: &str) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|turn| turn.id != id);
        self.count.send_replace(turns.len());
    }

    /// The owner's turn; another owner's looks as if it did not exist.
    pub(super) fn find(&self, owner: &Owner, conversation: &str, id: &str) -> Option<Arc<LiveTurn>> {
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |turn: &&Arc<LiveTurn>| {
            turn.owner == *owner && turn.conversation == conversation && turn.id == id
        };
        turns.iter().find(is_it).cloned()
    }

    pub(super) fn end_conversation(&self, owner: &Owner, conversation: &str) {
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns
            .iter()
            .filter(|turn| turn.owner == *owner && turn.conversation == conversation)
            .for_each(|turn| turn.end(End::Deleted));
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::SeqCst)
    }

    pub(super) fn count(&self) -> usize {
        *self.count.borrow()
    }

    pub(super) async fn shut_down(&self) {
        self.is_ending.store(true, Ordering::SeqCst);
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for turn in turns {
            turn.end(End::ShuttingDown);
        }
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }
}
