//! Conversations: a turn is begun in the store, answered in a task of its own, and saved before its last event is sent.
//!
//! The task outlives the request that began it just as far as is wanted: a call of the API takes its answer with it when it
//! goes away, a page that is reloaded finds it going on (`Stay`). Whoever watches a turn reads its events from the
//! beginning or from where it left off.

mod kept;
mod live;
mod replay;
mod run;

use crate::assistant::Assistant;
use crate::history::Past;
use crate::turn::{TurnRequest, Wish, can_deepen};
use futures::stream::BoxStream;
use live::{LiveTurn, LiveTurns};
use std::sync::Arc;
use std::time::Duration;
use viva_core::conversation::{
    Begun, Conversation, ConversationPage, Idempotency, MAX_TITLE_CHARS, NewTurn, Owner, TurnOutcome,
    TurnRecord,
};
use viva_core::ports::{ConversationStore, StoreError};
use viva_core::search::Filter;
use viva_core::turn::{AnswerEvent, Depth, Inspection};

/// How many earlier turns bear on a new one.
const REMEMBERED: u32 = 12;

/// What is said in a conversation.
#[derive(Debug, Clone)]
pub struct Message {
    /// What is wanted.
    pub wish: Wish,
    /// How much of the answer.
    pub depth: Depth,
    /// Where to look.
    pub filter: Filter,
    /// Whether the last event carries the inspection; it is kept in any case.
    pub inspect: bool,
    /// Names the request, so that sending it twice makes one turn.
    pub idempotency: Option<Idempotency>,
}

/// How long a turn goes on when nobody watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Not at all.
    WithClient,
    /// For so long: somebody may come back.
    For(Duration),
}

/// The events of a turn, each with its place, from 1.
pub type TurnEvents = BoxStream<'static, (usize, AnswerEvent)>;

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
pub enum ConverseError {
    /// The owner has no such conversation.
    #[error("there is no such conversation")]
    Unknown,
    /// Another turn of the conversation is being answered.
    #[error("the conversation's last question is still being answered")]
    Busy,
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Nothing was answered yet.
    #[error("there is no answer to go deeper into")]
    NothingToDeepen,
    /// The service is ending.
    #[error("the service is ending")]
    ShuttingDown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holds conversations.
pub struct Conversations {
    assistant: Arc<Assistant>,
    store: Arc<dyn ConversationStore>,
    live: Arc<LiveTurns>,
}

impl Conversations {
    /// Over an assistant and a store.
    pub fn new(assistant: Arc<Assistant>, store: Arc<dyn ConversationStore>) -> Self {
        Self { assistant, store, live: Arc::default() }
    }

    /// The store, for what needs no assistant.
    pub fn store(&self) -> &Arc<dyn ConversationStore> {
        &self.store
    }

    /// A new, empty conversation.
    pub async fn create(&self, owner: &Owner) -> Result<Conversation, StoreError> {
        let parts = &self.assistant.parts;
        self.store.create(owner, &parts.ids.fresh(), parts.clock.now()).await
    }

    /// The owner's conversations.
    pub async fn list(
        &self,
        owner: &Owner,
        page: &ConversationPage,
    ) -> Result<Vec<Conversation>, StoreError> {
        self.store.list(owner, page).await
    }

    /// Gives a conversation another title, cut at [`MAX_TITLE_CHARS`]; `false` where there is none.
    pub async fn rename(&self, owner: &Owner, id: &str, title: &str) -> Result<bool, StoreError> {
        let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title: String = title.chars().take(MAX_TITLE_CHARS).collect();
        self.store.rename(owner, id, &title).await
    }

    /// Removes a conversation; a turn of it that is being answered is ended.
    pub async fn delete(&self, owner: &Owner, id: &str) -> Result<bool, StoreError> {
        let deleted = self.store.delete(owner, id).await?;
        if deleted {
            self.live.end_conversation(owner, id);
        }
        Ok(deleted)
    }

    /// Says something, and watches the answer.
    pub async fn say(
        &self,
        owner: &Owner,
        conversation: &str,
        message: Message,
        stay: Stay,
    ) -> Result<TurnEvents, ConverseError> {
        if self.live.is_ending() {
            return Err(ConverseError::ShuttingDown);
        }
        let history = self.history(owner, conversation).await?;
        if message.wish == Wish::Deeper && !can_deepen(&history) {
            let known = self.store.conversation(owner, conversation).await?;
            return Err(known.map_or(ConverseError::Unknown, |_| ConverseError::NothingToDeepen));
        }
        let parts = &self.assistant.parts;
        let turn = NewTurn {
            id: parts.ids.fresh(),
            conversation: conversation.to_owned(),
            asked: match &message.wish {
                Wish::Question(question) => Some(question.as_str().to_owned()),
                Wish::Deeper => None,
            },
            depth: message.depth,
            at: parts.clock.now(),
            idempotency: message.idempotency.clone(),
        };
        match self.store.begin(owner, &turn).await? {
            Begun::Started(_) => {}
            Begun::Repeated(record) => {
                return self.watch_record(owner, *record, 0, message.inspect).await;
            }
            Begun::Busy => return Err(ConverseError::Busy),
            Begun::KeyReused => return Err(ConverseError::KeyReused),
            Begun::Unknown => return Err(ConverseError::Unknown),
        }
        let live =
            self.live.open(LiveTurn::new(owner.clone(), conversation.to_owned(), turn.id.clone(), stay));
        let events = LiveTurn::watch(&live, 0, message.inspect);
        let request = TurnRequest {
            id: Some(turn.id),
            conversation: Some(conversation.to_owned()),
            wish: message.wish,
            depth: message.depth,
            filter: message.filter,
            // Kept with every turn; the watcher strips it where it was not asked for.
            inspect: true,
            history,
        };
        let task = run::Task {
            assistant: Arc::clone(&self.assistant),
            store: Arc::clone(&self.store),
            lives: Arc::clone(&self.live),
            live,
        };
        tokio::spawn(task.run(request));
        Ok(events)
    }

    /// Watches a turn, from behind event `after`: as it is answered, or as it was. `None` where there is none.
    pub async fn watch(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
        after: usize,
        inspect: bool,
    ) -> Result<Option<TurnEvents>, ConverseError> {
        match self.store.turn(owner, conversation, turn).await? {
            Some(record) => Ok(Some(self.watch_record(owner, record, after, inspect).await?)),
            None => Ok(None),
        }
    }

    /// Ends a turn that is being answered here; what was said is kept. `false` where there is none.
    pub fn stop(&self, owner: &Owner, conversation: &str, turn: &str) -> bool {
        self.live.find(owner, conversation, turn).is_some_and(|live| {
            live.end(live::End::Stopped);
            true
        })
    }

    /// Ends every turn that is being answered, and waits until all are saved.
    pub async fn shut_down(&self) {
        self.live.shut_down().await;
    }

    /// How many turns are being answered by this process.
    pub fn running(&self) -> usize {
        self.live.count()
    }

    /// How a turn's answer came about.
    pub async fn inspection(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<Inspection>, StoreError> {
        self.store.inspection(owner, conversation, turn).await
    }

    async fn watch_record(
        &self,
        owner: &Owner,
        record: TurnRecord,
        after: usize,
        inspect: bool,
    ) -> Result<TurnEvents, ConverseError> {
        if let Some(live) = self.live.find(owner, &record.conversation, &record.id) {
            return Ok(LiveTurn::watch(&live, after, inspect));
        }
        let record = match record.outcome {
            // It ended between the two looks, or another process answers it.
            TurnOutcome::Running => self
                .store
                .turn(owner, &record.conversation, &record.id)
                .await?
                .ok_or(ConverseError::Unknown)?,
            _ => record,
        };
        if record.outcome == TurnOutcome::Running {
            return Err(ConverseError::Busy);
        }
        let inspection = if inspect {
            self.store.inspection(owner, &record.conversation, &record.id).await?
        } else {
            None
        };
        Ok(replay::events(record, inspection, after))
    }

    async fn history(&self, owner: &Owner, conversation: &str) -> Result<Vec<Past>, StoreError> {
        let recent = self.store.recent(owner, conversation, REMEMBERED).await?;
        Ok(recent.into_iter().filter_map(past).collect())
    }
}

fn past(record: TurnRecord) -> Option<Past> {
    match record.outcome {
        TurnOutcome::Answered(answer) => Some(Past { asked: record.asked, answer: *answer }),
        TurnOutcome::Running | TurnOutcome::Failed { .. } => None,
    }
}
