//! Begins a turn: one transaction that holds the conversation from its first look to its last word.

use super::finish::{interrupt, is_abandoned};
use super::rows::{Beginning, State, read_turn, turn_columns};
use super::title::title_of;
use super::write::{lock, update};
use crate::session::{Session, folded, values};
use crate::time::{micros, stored};
use std::time::Duration;
use viva_core::conversation::{Begun, Conversation, Idempotency, NewTurn, Owner};
use viva_core::ports::StoreError;

pub(super) async fn begin(
    session: &mut dyn Session,
    owner: &Owner,
    turn: &NewTurn,
    abandoned_after: Duration,
) -> Result<Begun, StoreError> {
    let Some(mut conversation) = lock(session, owner, &turn.conversation).await? else {
        return Ok(Begun::Unknown);
    };
    let is_busy = !end_abandoned(session, owner, turn, abandoned_after).await?;
    // Before "busy": the request that is sent twice may well be the one that is being answered.
    if let Some(request) = &turn.idempotency
        && let Some(begun) = seen_before(session, owner, &turn.conversation, request).await?
    {
        return Ok(begun);
    }
    if is_busy {
        return Ok(Begun::Busy);
    }
    let at = stored(turn.at);
    conversation.turns += 1;
    conversation.updated = conversation.updated.max(at);
    if let Some(asked) = turn.asked.as_deref().filter(|_| conversation.title.is_empty()) {
        conversation.title = title_of(asked);
    }
    insert(session, owner, &conversation, turn).await?;
    update(session, owner, &conversation).await?;
    Ok(Begun::Started(conversation.turns))
}

/// Ends a turn of the conversation that was left running; says whether none is running now.
async fn end_abandoned(
    session: &mut dyn Session,
    owner: &Owner,
    turn: &NewTurn,
    abandoned_after: Duration,
) -> Result<bool, StoreError> {
    let select = "SELECT id, state, ended, touched, partial, record, outcome_seal FROM turns \
                  WHERE owner = $1 AND conversation = $2 AND state = 'running'";
    let rows = session.fetch(select, values![&owner.0, &turn.conversation]).await?;
    let Some(row) = rows.first() else { return Ok(true) };
    let fields = row.of("turns", "id");
    let state = State::read(&fields)?;
    if !is_abandoned(state.touched, turn.at, abandoned_after) {
        return Ok(false);
    }
    interrupt(session, fields.text("id")?, &state.partial, turn.at).await
}

/// What became of the request that carried the same key, if there was one.
async fn seen_before(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &str,
    request: &Idempotency,
) -> Result<Option<Begun>, StoreError> {
    let select = concat!(
        "SELECT ",
        turn_columns!(),
        " FROM turns WHERE owner = $1 AND conversation = $2 AND request_key = $3"
    );
    let rows = session.fetch(select, values![&owner.0, conversation, &request.key]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (record, first) = read_turn(row)?;
    let is_same = first.is_some_and(|first| first.body == request.body);
    Ok(Some(if is_same { Begun::Repeated(Box::new(record)) } else { Begun::KeyReused }))
}

async fn insert(
    session: &mut dyn Session,
    owner: &Owner,
    conversation: &Conversation,
    turn: &NewTurn,
) -> Result<(), StoreError> {
    let NewTurn { id, conversation: _, asked, depth, at, idempotency } = turn;
    let row = Beginning {
        id,
        owner: &owner.0,
        conversation: &conversation.id,
        number: conversation.turns,
        asked: asked.as_deref(),
        depth: *depth,
        began: *at,
        request: idempotency.as_ref(),
    };
    let state = State::running(*at, "");
    let insert = "INSERT INTO turns (id, owner, conversation, number, asked, asked_folded, depth, began, \
                  request_key, request_body, asked_seal, state, touched, partial, outcome_seal) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let values = values![
        row.id,
        row.owner,
        row.conversation,
        row.number,
        row.asked,
        asked.as_deref().map(folded).as_deref(),
        row.depth.as_str(),
        micros(row.began),
        row.request.map(|request| request.key.as_str()),
        row.request.map(|request| request.body.as_str()),
        row.seal(),
        &state.name,
        state.touched,
        &state.partial,
        state.seal(id),
    ];
    session.execute(insert, values).await?;
    Ok(())
}
