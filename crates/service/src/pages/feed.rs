//! The page's events of turns, kept while they run and for a while after.
//!
//! When a block is sent depends on time, so that the events of a turn can be numbered only once, by whoever makes them
//! first: one task for each turn, which every browser that watches reads from. It runs only while somebody watches, so
//! that a turn that everybody has left ends as it should. Making the events anew for each watcher was refused: their
//! numbers would differ, and a browser that comes back would miss or repeat some.

use super::reader::Reader;
use crate::metrics::AnswerMetrics;
use crate::state::App;
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use viva_assistant::{ConverseError, TurnEvents};
use viva_core::conversation::{Owner, TurnRecord};
use viva_core::guide::Guide;
use viva_core::turn::{AnswerEvent, Failure};
use viva_web::PageEvent;

/// Between two looks at the open block.
const TICK: Duration = Duration::from_millis(50);
/// How long the events of a turn are kept that nobody watches: longer than a browser tries to come back.
const KEEP: Duration = Duration::from_mins(2);

/// The turns that are watched, or were a moment ago.
#[derive(Default)]
pub(crate) struct Feeds(Mutex<HashMap<String, Arc<Feed>>>);

impl Feeds {
    /// The feed of a turn. The record was read for its owner, who therefore may see it. Its answer is counted where the
    /// feed begins with the question, and not where it is told again.
    pub(crate) fn of(
        &self,
        owner: &Owner,
        record: &TurnRecord,
        guide: Arc<Guide>,
        counted: Option<AnswerMetrics>,
    ) -> Arc<Feed> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.retain(|_, feed| feed.is_wanted());
        let asked = || counted.map(AnswerMetrics::asked);
        let make = || Arc::new(Feed::new(owner.clone(), record, Reader::new(guide, record.number, asked())));
        Arc::clone(feeds.entry(record.id.clone()).or_insert_with(make))
    }
}

/// The events of one turn.
pub(crate) struct Feed {
    pub(crate) owner: Owner,
    pub(crate) conversation: String,
    pub(crate) turn: String,
    kept: Mutex<Kept>,
    /// How many events there are, and whether there will be no more.
    grown: watch::Sender<(usize, bool)>,
    watchers: watch::Sender<usize>,
}

struct Kept {
    events: Vec<Arc<PageEvent>>,
    end: Option<End>,
    is_read: bool,
    reader: Option<Reader>,
    idle_since: Instant,
}

/// How a feed ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// The turn has ended, and is kept.
    Kept,
    /// It has ended, and could not be kept.
    Lost(Failure),
    /// It goes on where it cannot be seen from here.
    Cut,
}

impl Feed {
    fn new(owner: Owner, record: &TurnRecord, reader: Reader) -> Self {
        let kept = Kept {
            events: Vec::new(),
            end: None,
            is_read: false,
            reader: Some(reader),
            idle_since: Instant::now(),
        };
        Self {
            owner,
            conversation: record.conversation.clone(),
            turn: record.id.clone(),
            kept: Mutex::new(kept),
            grown: watch::Sender::new((0, false)),
            watchers: watch::Sender::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_wanted(&self) -> bool {
        let kept = self.lock();
        let is_cut = matches!(kept.end, Some(End::Cut));
        kept.is_read || *self.watchers.borrow() > 0 || (!is_cut && kept.idle_since.elapsed() < KEEP)
    }

    /// How it ended, once it has.
    pub(crate) fn end(&self) -> Option<End> {
        self.lock().end.clone()
    }

    /// The events behind number `after`, each with its number. The turn is watched from this moment on.
    pub(crate) fn watch(
        self: Arc<Self>,
        app: &Arc<App>,
        after: usize,
    ) -> impl Stream<Item = (usize, Arc<PageEvent>)> + Send + use<> {
        let watching = Watching::new(self, app);
        let mut grown = watching.0.grown.subscribe();
        stream! {
            let mut at = after;
            loop {
                let (fresh, is_closed) = {
                    let kept = watching.0.lock();
                    let (_, is_closed) = *grown.borrow_and_update();
                    (kept.events.get(at..).unwrap_or_default().to_vec(), is_closed)
                };
                for event in fresh {
                    at += 1;
                    yield (at, event);
                }
                if is_closed || grown.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    fn push(&self, events: Vec<PageEvent>) {
        let mut kept = self.lock();
        kept.events.extend(events.into_iter().map(Arc::new));
        let count = kept.events.len();
        self.grown.send_modify(|(known, _)| *known = count);
    }

    fn close(&self, end: End) {
        let mut kept = self.lock();
        kept.end.get_or_insert(end);
        kept.is_read = false;
        kept.idle_since = Instant::now();
        self.grown.send_modify(|(_, is_closed)| *is_closed = true);
    }

    /// Stops reading if nobody watches; decided under the lock, so that whoever comes now begins it again.
    fn rest(&self, reader: &mut Option<Reader>) -> bool {
        let mut kept = self.lock();
        let is_alone = *self.watchers.borrow() == 0;
        if is_alone {
            kept.reader = reader.take();
            kept.is_read = false;
            kept.idle_since = Instant::now();
        }
        is_alone
    }
}

/// Counts one who watches, for as long as it lives.
struct Watching(Arc<Feed>);

impl Watching {
    fn new(feed: Arc<Feed>, app: &Arc<App>) -> Self {
        let mut kept = feed.lock();
        feed.watchers.send_modify(|count| *count += 1);
        kept.idle_since = Instant::now();
        if !kept.is_read
            && kept.end.is_none()
            && let Some(reader) = kept.reader.take()
        {
            kept.is_read = true;
            tokio::spawn(read(Arc::clone(app), Reading(Arc::clone(&feed)), reader));
        }
        drop(kept);
        Self(feed)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut kept = self.0.lock();
        kept.idle_since = Instant::now();
        self.0.watchers.send_modify(|count| *count -= 1);
    }
}

/// Cuts a feed whose task ends in any other way than it should.
struct Reading(Arc<Feed>);

impl Drop for Reading {
    fn drop(&mut self) {
        let is_left = self.0.lock().is_read;
        if is_left {
            self.0.close(End::Cut);
        }
    }
}

async fn read(app: Arc<App>, reading: Reading, reader: Reader) {
    let feed = &reading.0;
    let conversations = &app.state.conversations;
    let watched = conversations.watch(&feed.owner, &feed.conversation, &feed.turn, reader.at, false).await;
    let mut reader = Some(reader);
    let last = match watched {
        Ok(Some(events)) => match follow(feed, &mut reader, events).await {
            Some(last) => last,
            None => return,
        },
        // Deleted meanwhile, or answered by another process, or the database is away: nothing can be said of it.
        Ok(None) | Err(ConverseError::Busy) => return,
        Err(error) => {
            tracing::warn!(error = ?error.to_string(), "turn cannot be watched");
            return;
        }
    };
    let record = conversations.store().turn(&feed.owner, &feed.conversation, &feed.turn).await;
    let record = record.ok().flatten().filter(|record| record.ended.is_some());
    let (Some(mut reader), Some(record)) = (reader, &record) else {
        if let AnswerEvent::Failed(failure) = last {
            feed.close(End::Lost(failure));
        }
        return;
    };
    feed.push(reader.complete(record, &last));
    feed.close(End::Kept);
}

/// Ready when nobody watches.
async fn left(watchers: &mut watch::Receiver<usize>) {
    drop(watchers.wait_for(|count| *count == 0).await);
}

/// Reads up to the last event, which is returned; `None` where it rests or the events were cut.
async fn follow(feed: &Feed, reader: &mut Option<Reader>, mut events: TurnEvents) -> Option<AnswerEvent> {
    let mut watchers = feed.watchers.subscribe();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            biased;
            _ = ticks.tick() => {
                if let Some(reader) = reader {
                    feed.push(reader.tick());
                }
                continue;
            }
            next = events.next() => next,
            () = left(&mut watchers) => {
                if feed.rest(reader) {
                    return None;
                }
                continue;
            }
        };
        match next? {
            (_, last @ (AnswerEvent::Done(_) | AnswerEvent::Failed(_))) => {
                if let Some(reader) = reader {
                    reader.count(&last);
                }
                return Some(last);
            }
            (number, event) => feed.push(reader.as_mut()?.read(number, &event)),
        }
    }
}
