//! Conversations and their turns.

mod begin;
mod finish;
mod read;
mod rows;
mod title;
mod write;

pub use finish::Left;

use crate::Store;
use crate::migrations;
use crate::time::stored;
use async_trait::async_trait;
use std::time::SystemTime;
use viva_core::conversation::{
    Begun, Conversation, ConversationPage, NewTurn, Owner, TurnOutcome, TurnRecord,
};
use viva_core::ports::{ConversationStore, StoreError};
use viva_core::turn::Inspection;

impl Store {
    /// Ends running turns of all owners as interrupted, each with what was said of it last; says how many.
    ///
    /// [`Left::Everything`] is for a process that holds the lock of the data folder and has begun nothing yet: with
    /// SQLite, whatever is still running belongs to a process that is no more. With PostgreSQL other replicas are at
    /// work: [`Left::Expired`], at the start and now and then. Without either call nothing stays busy for ever:
    /// beginning a turn ends an expired one of the same conversation.
    ///
    /// There is no register of processes with heartbeats of their own: the turn's own `touch` is one.
    pub async fn end_abandoned(&self, now: SystemTime, left: Left) -> Result<u32, StoreError> {
        let abandoned_after = self.abandoned_after();
        let expired =
            self.read(move |session| Box::pin(finish::left(session, now, left, abandoned_after))).await?;
        let mut ended = 0;
        for turn in expired {
            let is_ended = self.write(move |session| {
                Box::pin(async move { finish::abandon(session, &turn, now, left, abandoned_after).await })
            });
            ended += u32::from(is_ended.await?);
        }
        Ok(ended)
    }
}

#[async_trait]
impl ConversationStore for Store {
    async fn create(&self, owner: &Owner, id: &str, at: SystemTime) -> Result<Conversation, StoreError> {
        let at = stored(at);
        let conversation =
            Conversation { id: id.to_owned(), title: String::new(), created: at, updated: at, turns: 0 };
        let (owner, new) = (owner.clone(), conversation.clone());
        self.write(move |session| Box::pin(async move { write::create(session, &owner, &new).await }))
            .await?;
        Ok(conversation)
    }

    async fn list(&self, owner: &Owner, page: &ConversationPage) -> Result<Vec<Conversation>, StoreError> {
        let (owner, page) = (owner.clone(), page.clone());
        self.read(move |session| Box::pin(async move { read::list(session, &owner, &page).await })).await
    }

    async fn conversation(&self, owner: &Owner, id: &str) -> Result<Option<Conversation>, StoreError> {
        let (owner, id) = (owner.clone(), id.to_owned());
        self.read(move |session| Box::pin(async move { read::conversation(session, &owner, &id).await }))
            .await
    }

    async fn rename(&self, owner: &Owner, id: &str, title: &str) -> Result<bool, StoreError> {
        let (owner, id, title) = (owner.clone(), id.to_owned(), title.to_owned());
        self.write(move |session| Box::pin(async move { write::rename(session, &owner, &id, title).await }))
            .await
    }

    async fn delete(&self, owner: &Owner, id: &str) -> Result<bool, StoreError> {
        let (owner, id) = (owner.clone(), id.to_owned());
        self.write(move |session| Box::pin(async move { write::delete(session, &owner, &id).await })).await
    }

    async fn begin(&self, owner: &Owner, turn: &NewTurn) -> Result<Begun, StoreError> {
        let (owner, turn, abandoned_after) = (owner.clone(), turn.clone(), self.abandoned_after());
        self.write(move |session| {
            Box::pin(async move { begin::begin(session, &owner, &turn, abandoned_after).await })
        })
        .await
    }

    async fn touch(&self, turn: &str, partial: &str, at: SystemTime) -> Result<(), StoreError> {
        let (turn, partial) = (turn.to_owned(), partial.to_owned());
        self.write(move |session| Box::pin(async move { finish::touch(session, &turn, &partial, at).await }))
            .await
    }

    async fn finish(&self, turn: &str, outcome: &TurnOutcome, at: SystemTime) -> Result<bool, StoreError> {
        let (turn, outcome) = (turn.to_owned(), outcome.clone());
        self.write(move |session| Box::pin(async move { finish::finish(session, &turn, &outcome, at).await }))
            .await
    }

    async fn turns(
        &self,
        owner: &Owner,
        conversation: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let (owner, id) = (owner.clone(), conversation.to_owned());
        self.read(move |session| {
            Box::pin(async move { read::turns_after(session, &owner, &id, after, limit).await })
        })
        .await
    }

    async fn recent(
        &self,
        owner: &Owner,
        conversation: &str,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let (owner, id) = (owner.clone(), conversation.to_owned());
        self.read(move |session| Box::pin(async move { read::recent(session, &owner, &id, limit).await }))
            .await
    }

    async fn turn(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<TurnRecord>, StoreError> {
        let (owner, id, turn) = (owner.clone(), conversation.to_owned(), turn.to_owned());
        self.read(move |session| Box::pin(async move { read::turn(session, &owner, &id, &turn).await })).await
    }

    async fn inspection(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<Inspection>, StoreError> {
        let (owner, id, turn) = (owner.clone(), conversation.to_owned(), turn.to_owned());
        self.read(move |session| Box::pin(async move { read::inspection(session, &owner, &id, &turn).await }))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(move |session| {
            Box::pin(async move {
                migrations::version(session).await?;
                Ok(())
            })
        })
        .await
    }
}
