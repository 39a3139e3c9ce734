//! Makes, renames and removes conversations.

use super::rows::{conversation_seal, read_conversation};
use crate::session::{Dialect, Session, folded, values};
use crate::time::micros;
use viva_core::conversation::{Conversation, Owner};
use viva_core::ports::StoreError;

pub(super) async fn create(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    let Conversation { id, title, created, updated, turns } = conversation;
    let insert = "INSERT INTO conversations (owner, id, title, title_folded, created, updated, turns, seal) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let seal = conversation_seal(owner, conversation);
    let values =
        values![&owner.0, id, title, &folded(title), micros(*created), micros(*updated), *turns, seal];
    session.execute(insert, values).await?;
    Ok(())
}

/// Reads a conversation that is about to be changed; until the transaction ends nobody else changes it or its turns.
pub(super) async fn lock(
    session: &mut dyn Session,
    owner: &Owner,
    id: &str,
) -> Result<Option<Conversation>, StoreError> {
    let select = match session.dialect() {
        Dialect::Sqlite => {
            "SELECT owner, id, title, created, updated, turns, seal FROM conversations \
             WHERE owner = $1 AND id = $2"
        }
        Dialect::Postgres => {
            "SELECT owner, id, title, created, updated, turns, seal FROM conversations \
             WHERE owner = $1 AND id = $2 FOR UPDATE"
        }
    };
    let rows = session.fetch(select, values![&owner.0, id]).await?;
    rows.first().map(read_conversation).transpose()
}

/// Writes a conversation that was locked.
pub(super) async fn update(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    let Conversation { id, title, created: _, updated, turns } = conversation;
    let update = "UPDATE conversations SET title = $3, title_folded = $4, updated = $5, turns = $6, seal = $7 \
                  WHERE owner = $1 AND id = $2";
    let seal = conversation_seal(owner, conversation);
    let values = values![&owner.0, id, title, &folded(title), micros(*updated), *turns, seal];
    session.execute(update, values).await?;
    Ok(())
}

pub(super) async fn rename(
    session: &mut dyn Session,
    owner: &Owner,
    id: &str,
    title: String,
) -> Result<bool, StoreError> {
    let Some(conversation) = lock(session, owner, id).await? else { return Ok(false) };
    update(session, owner, &Conversation { title, ..conversation }).await?;
    Ok(true)
}

pub(super) async fn delete(session: &mut dyn Session, owner: &Owner, id: &str) -> Result<bool, StoreError> {
    let delete = "DELETE FROM conversations WHERE owner = $1 AND id = $2";
    Ok(session.execute(delete, values![&owner.0, id]).await? > 0)
}
