//! Answers one turn in a task of its own, and saves it before its last event is sent.

use super::live::{End, LiveTurn, LiveTurns};
use crate::assistant::Assistant;
use crate::turn::TurnRequest;
use futures::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use viva_core::conversation::TurnOutcome;
use viva_core::ports::{ConversationStore, StoreError};
use viva_core::turn::{AnswerEvent, Failure, FailureKind};

/// How often the store is told that the turn is still being answered.
const TOUCH_EVERY: Duration = Duration::from_secs(5);
/// Waits between tries to save the end of a turn: about ten seconds in all, longer than a database restarts.
const SAVE_AGAIN: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(900),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
];

/// One turn to be answered.
pub(super) struct Task {
    pub(super) assistant: Arc<Assistant>,
    pub(super) store: Arc<dyn ConversationStore>,
    pub(super) lives: Arc<LiveTurns>,
    pub(super) live: Arc<LiveTurn>,
}

impl Task {
    pub(super) async fn run(self, request: TurnRequest) {
        let mut partial = String::new();
        let last = self.answer(request, &mut partial).await;
        let outcome = match &last {
            AnswerEvent::Done(answer) => TurnOutcome::Answered(answer.clone()),
            AnswerEvent::Failed(failure) => TurnOutcome::Failed { failure: failure.clone(), partial },
            _ => TurnOutcome::Failed { failure: internal(), partial },
        };
        let last = match self.save(&outcome).await {
            Ok(true) => last,
            Ok(false) => {
                failed(FailureKind::Interrupted, "the conversation was deleted while it was answered")
            }
            Err(error) => {
                let detail = format!("the answer could not be saved: {error}");
                AnswerEvent::Failed(Failure { kind: FailureKind::Unavailable, detail })
            }
        };
        self.live.push(last, true);
        self.lives.close(&self.live.id);
    }

    /// Passes the events on, up to the last one, which is returned.
    async fn answer(&self, request: TurnRequest, partial: &mut String) -> AnswerEvent {
        let mut events = pin!(Arc::clone(&self.assistant).turn(request));
        let mut touch = tokio::time::interval(TOUCH_EVERY);
        touch.tick().await;
        let mut ended = pin!(self.live.ended());
        loop {
            tokio::select! {
                biased;
                why = &mut ended => return cut_short(why),
                next = AssertUnwindSafe(events.next()).catch_unwind() => match next {
                    Ok(Some(last @ (AnswerEvent::Done(_) | AnswerEvent::Failed(_)))) => return last,
                    Ok(Some(event)) => {
                        if let AnswerEvent::Delta(text) = &event {
                            partial.push_str(text);
                        }
                        self.live.push(event, false);
                    }
                    Ok(None) | Err(_) => return AnswerEvent::Failed(internal()),
                },
                _ = touch.tick() => self.touch(partial).await,
            }
        }
    }

    /// A turn that the store does not hear of for too long counts as abandoned; one missed word does no harm.
    async fn touch(&self, partial: &str) {
        let now = self.assistant.parts.clock.now();
        let touched = tokio::time::timeout(TOUCH_EVERY, self.store.touch(&self.live.id, partial, now)).await;
        drop(touched);
    }

    async fn save(&self, outcome: &TurnOutcome) -> Result<bool, StoreError> {
        let mut waits = SAVE_AGAIN.iter();
        loop {
            let now = self.assistant.parts.clock.now();
            match self.store.finish(&self.live.id, outcome, now).await {
                Err(StoreError::Unavailable(reason)) => match waits.next() {
                    Some(wait) => tokio::time::sleep(*wait).await,
                    None => return Err(StoreError::Unavailable(reason)),
                },
                saved => return saved,
            }
        }
    }
}

fn cut_short(why: End) -> AnswerEvent {
    match why {
        End::Stopped => failed(FailureKind::Interrupted, "the answer was stopped"),
        End::Unwatched => failed(FailureKind::Interrupted, "nobody waited for the answer any more"),
        End::Deleted => {
            failed(FailureKind::Interrupted, "the conversation was deleted while it was answered")
        }
        End::ShuttingDown => failed(FailureKind::ShuttingDown, "the service was ended while it answered"),
    }
}

fn failed(kind: FailureKind, detail: &str) -> AnswerEvent {
    AnswerEvent::Failed(Failure { kind, detail: detail.to_owned() })
}

fn internal() -> Failure {
    Failure { kind: FailureKind::Internal, detail: "the answer ended without a last event".to_owned() }
}
