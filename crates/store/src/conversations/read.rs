//! Reads conversations and turns.

use super::rows::{inspection_seal, read_conversation, read_turn, turn_columns};
use crate::records::read_inspection;
use crate::session::{Dialect, Session, folded, values};
use crate::time::micros;
use viva_core::conversation::{Conversation, ConversationPage, Owner, TurnRecord};
use viva_core::ports::StoreError;
use viva_core::turn::Inspection;

/// One page. `$2` is the text that is searched for, `$3` and `$4` are where the page before ended. `instr` and
/// `strpos` look for a text as it is; `LIKE` was refused, because its wildcards would have to be escaped and SQLite
/// takes only patterns up to 50,000 bytes.
macro_rules! page {
    ($position:literal) => {
        concat!(
            "SELECT owner, id, title, created, updated, turns, seal FROM conversations WHERE owner = $1 ",
            "AND ($2 = '' OR ",
            $position,
            "(title_folded, $2) > 0 OR EXISTS (SELECT 1 FROM turns WHERE turns.owner = $1 ",
            "AND turns.conversation = conversations.id AND ",
            $position,
            "(turns.asked_folded, $2) > 0)) ",
            "AND (updated < $3 OR (updated = $3 AND id < $4)) ORDER BY updated DESC, id DESC LIMIT $5"
        )
    };
}

/// A page of the owner's conversations. Nothing follows a conversation that there is not.
pub(super) async fn list(
    session: &mut dyn Session,
    owner: &Owner,
    page: &ConversationPage,
) -> Result<Vec<Conversation>, StoreError> {
    let ConversationPage { matching, after, limit } = page;
    let (updated, id) = match after {
        None => (i64::MAX, String::new()),
        Some(after) => match conversation(session, owner, after).await? {
            Some(last) => (micros(last.updated), last.id),
            None => return Ok(Vec::new()),
        },
    };
    let select = match session.dialect() {
        Dialect::Sqlite => page!("instr"),
        Dialect::Postgres => page!("strpos"),
    };
    let matching = matching.as_deref().map(folded).unwrap_or_default();
    let rows = session.fetch(select, values![&owner.0, &matching, updated, &id, *limit]).await?;
    rows.iter().map(read_conversation).collect()
}

pub(super) async fn conversation(
    session: &mut dyn Session,
    owner: &Owner,
    id: &str,
) -> Result<Option<Conversation>, StoreError> {
    let select = "SELECT owner, id, title, created, updated, turns, seal FROM conversations \
                  WHERE owner = $1 AND id = $2";
    let rows = session.fetch(select, values![&owner.0, id]).await?;
    rows.first().map(read_conversation).transpose()
}

/// The turns with a number above `after`.
pub(super) async fn turns_after(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &str,
    after: u32,
    limit: u32,
) -> Result<Vec<TurnRecord>, StoreError> {
    let select = concat!(
        "SELECT ",
        turn_columns!(),
        " FROM turns WHERE owner = $1 AND conversation = $2 AND number > $3 ORDER BY number LIMIT $4"
    );
    let rows = session.fetch(select, values![&owner.0, conversation, after, limit]).await?;
    rows.iter().map(|row| Ok(read_turn(row)?.0)).collect()
}

pub(super) async fn recent(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &str,
    limit: u32,
) -> Result<Vec<TurnRecord>, StoreError> {
    let select = concat!(
        "SELECT ",
        turn_columns!(),
        " FROM turns WHERE owner = $1 AND conversation = $2 ORDER BY number DESC LIMIT $3"
    );
    let rows = session.fetch(select, values![&owner.0, conversation, limit]).await?;
    rows.iter().rev().map(|row| Ok(read_turn(row)?.0)).collect()
}

pub(super) async fn turn(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &str,
    turn: &str,
) -> Result<Option<TurnRecord>, StoreError> {
    let select =
        concat!("SELECT ", turn_columns!(), " FROM turns WHERE owner = $1 AND conversation = $2 AND id = $3");
    let rows = session.fetch(select, values![&owner.0, conversation, turn]).await?;
    rows.first().map(|row| Ok(read_turn(row)?.0)).transpose()
}

pub(super) async fn inspection(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &str,
    turn: &str,
) -> Result<Option<Inspection>, StoreError> {
    let select = "SELECT id, inspection, inspection_seal FROM turns \
                  WHERE owner = $1 AND conversation = $2 AND id = $3";
    let rows = session.fetch(select, values![&owner.0, conversation, turn]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let fields = row.of("turns", "id");
    let Some(inspection) = fields.maybe_text("inspection")? else {
        // Neither is there, or both are.
        return if fields.maybe_int("inspection_seal")?.is_none() {
            Ok(None)
        } else {
            Err(fields.unreadable("inspection"))
        };
    };
    fields.check("inspection_seal", inspection_seal(fields.text("id")?, inspection))?;
    fields.parsed("inspection", read_inspection).map(Some)
}
