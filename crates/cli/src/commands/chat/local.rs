//! Conversations in this process, which holds the index.

use super::{Said, Step, Talk};
use crate::failure::{Failure, Outcome};
use crate::wiring::{OpenedHome, Wiring};
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::Value;
use std::sync::Arc;
use viva_assistant::{Conversations, Message, Stay, Wish};
use viva_core::conversation::{ConversationPage, Owner, TurnRecord};
use viva_core::search::Filter;
use viva_core::turn::{AnswerEvent, Depth, UserQuestion};
use viva_service::{answer_json, conversation_json, conversation_summary_json, inspection_json, query_json};
use viva_store::Store;

/// How many conversations are listed.
const LISTED: u32 = 20;
/// How many turns of one are shown.
const SHOWN: u32 = 1000;

/// An assistant and a store of its own.
pub(super) struct Local {
    conversations: Conversations,
    store: Arc<Store>,
    owner: Owner,
}

impl Local {
    pub(super) async fn new(wiring: &Wiring, home: &OpenedHome) -> Outcome<Self> {
        let store = wiring.store().await?;
        let model = wiring.model(Arc::clone(&store) as _).await?;
        let assistant = wiring.asking(home, model).await?;
        let conversations = Conversations::new(assistant, Arc::clone(&store) as _);
        Ok(Self { conversations, store, owner: viva_service::owner(&wiring.settings.http) })
    }
}

#[async_trait]
impl Talk for Local {
    async fn create(&mut self) -> Outcome<String> {
        Ok(self.conversations.create(&self.owner).await.map_err(|error| Failure::of(&error))?.id)
    }

    async fn say(
        &mut self,
        conversation: &str,
        said: &Said,
        depth: Depth,
    ) -> Outcome<BoxStream<'static, Step>> {
        let wish = match said {
            Said::Deeper => Wish::Deeper,
            Said::Question(text) => Wish::Question(
                UserQuestion::new(text).map_err(|rule| Failure::usage(format!("the question {rule}")))?,
            ),
        };
        let message = Message { wish, depth, filter: Filter::default(), inspect: false, idempotency: None };
        let events = self
            .conversations
            .say(&self.owner, conversation, message, Stay::WithClient)
            .await
            .map_err(|error| Failure::of(&error))?;
        Ok(events.filter_map(|(_, event)| async move { step(event) }).boxed())
    }

    async fn list(&mut self) -> Outcome<Vec<Value>> {
        let page = ConversationPage { matching: None, after: None, limit: LISTED };
        let list = self.conversations.list(&self.owner, &page).await.map_err(|error| Failure::of(&error))?;
        Ok(list.into_iter().map(conversation_summary_json).collect())
    }

    async fn open(&mut self, conversation: &str) -> Outcome<Value> {
        let store = self.conversations.store();
        let found =
            store.conversation(&self.owner, conversation).await.map_err(|error| Failure::of(&error))?;
        let found = found.ok_or_else(|| {
            Failure::new(format!("there is no conversation `{conversation}`"))
                .hint("/list shows those there are")
        })?;
        let turns: Vec<TurnRecord> =
            store.turns(&self.owner, conversation, 0, SHOWN).await.map_err(|error| Failure::of(&error))?;
        Ok(conversation_json(found, turns))
    }

    async fn inspection(&mut self, conversation: &str, turn: &str) -> Outcome<Value> {
        let found = self.conversations.inspection(&self.owner, conversation, turn).await;
        let found = found.map_err(|error| Failure::of(&error))?;
        found
            .map(inspection_json)
            .ok_or_else(|| Failure::new("nothing is kept of how that answer came about"))
    }

    async fn close(&mut self) {
        self.conversations.shut_down().await;
        self.store.close().await;
    }
}

fn step(event: AnswerEvent) -> Option<Step> {
    match event {
        AnswerEvent::Query(query) => Some(Step::Query(query_json(query))),
        AnswerEvent::Delta(text) => Some(Step::Delta(text)),
        AnswerEvent::Done(answer) => Some(Step::Done(Box::new(answer_json(*answer)))),
        AnswerEvent::Failed(failure) => Some(Step::Failed(failure.detail)),
        _ => None,
    }
}
