//! Looks through the whole database for damage.

use crate::session::Session;
use crate::store::{Database, Store};
use std::time::UNIX_EPOCH;
use viva_core::conversation::{ConversationPage, Owner};
use viva_core::ports::{ConversationStore, InterviewStore, StoreError};

/// How many rows are read at a time.
const PAGE: u32 = 100;

impl Store {
    /// Reads every row of the database and compares it with its checksum; with SQLite, checks the file's structure
    /// before. Says what is wrong, one line each; nothing where all is well. The database can be used meanwhile.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut problems = match self.database() {
            Database::Sqlite(file) => file.check().await?,
            Database::Postgres(_) => Vec::new(),
        };
        let owners = self.read(|session| Box::pin(owners(session))).await;
        for owner in found(owners, &mut problems)?.unwrap_or_default() {
            self.check_conversations(&owner, &mut problems).await?;
            found(self.reviews(&owner).await, &mut problems)?;
            found(self.grades(&owner, UNIX_EPOCH).await, &mut problems)?;
            self.check_interviews(&owner, &mut problems).await?;
        }
        let days = self.read(|session| Box::pin(days(session))).await;
        found(days, &mut problems)?;
        Ok(problems)
    }

    async fn check_conversations(&self, owner: &Owner, problems: &mut Vec<String>) -> Result<(), StoreError> {
        let mut page = ConversationPage { matching: None, after: None, limit: PAGE };
        loop {
            let Some(conversations) = found(self.list(owner, &page).await, problems)? else { return Ok(()) };
            let Some(last) = conversations.last() else { return Ok(()) };
            page.after = Some(last.id.clone());
            for conversation in conversations {
                self.check_turns(owner, &conversation.id, problems).await?;
            }
        }
    }

    async fn check_turns(
        &self,
        owner: &Owner,
        id: &str,
        problems: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let turns = self.turns(owner, id, after, PAGE).await;
            let Some(turns) = found(turns, problems)? else { return Ok(()) };
            let Some(last) = turns.last() else { return Ok(()) };
            after = last.number;
            for turn in turns {
                found(self.inspection(owner, id, &turn.id).await, problems)?;
            }
        }
    }

    async fn check_interviews(&self, owner: &Owner, problems: &mut Vec<String>) -> Result<(), StoreError> {
        let mut after: Option<String> = None;
        loop {
            let page = self.interviews(owner, after.as_deref(), PAGE).await;
            let Some(page) = found(page, problems)? else { return Ok(()) };
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id.clone());
            for interview in page {
                found(self.events(owner, &interview.id).await, problems)?;
            }
        }
    }
}

/// What was read; what cannot be read is one more problem, unless the database is merely out of reach.
fn found<T>(read: Result<T, StoreError>, problems: &mut Vec<String>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ StoreError::Unavailable(_)) => Err(error),
        Err(error) => {
            problems.push(error.to_string());
            Ok(None)
        }
    }
}

async fn owners(session: &mut dyn Session) -> Result<Vec<Owner>, StoreError> {
    let select = "SELECT owner FROM conversations UNION SELECT owner FROM interviews \
                  UNION SELECT owner FROM reviews UNION SELECT owner FROM grades";
    let rows = session.fetch(select, vec![]).await?;
    rows.iter().map(|row| Ok(Owner(row.of("conversations", "owner").text("owner")?.to_owned()))).collect()
}

async fn days(session: &mut dyn Session) -> Result<(), StoreError> {
    let rows = session.fetch("SELECT day, tokens, seal FROM spent_tokens", vec![]).await?;
    rows.iter().try_for_each(|row| crate::ledger::read(row).map(|_| ()))
}
