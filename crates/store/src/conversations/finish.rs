//! Keeps turns alive and ends them.
//!
//! The order of locks is the same everywhere, conversation before turn, so that no two transactions wait for each
//! other.

use super::rows::{State, inspection_seal};
use super::write::{lock, update};
use crate::records::{FailureRecord, write_answer, write_failure, write_inspection};
use crate::session::{Session, values};
use crate::time::{micros, stored};
use std::time::{Duration, SystemTime};
use viva_core::conversation::{Owner, TurnOutcome};
use viva_core::ports::StoreError;
use viva_core::turn::{Failure, FailureKind};

/// Which running turns [`crate::Store::end_abandoned`] ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Those that were not touched for [`crate::StoreOptions::abandoned_after`].
    Expired,
    /// All: nobody else is at work.
    Everything,
}

/// Whether a running turn that was touched at `touched` (microseconds) counts as left behind `now`. A `touched` in the
/// future counts the same way as one in the past: the clock was set back, and nobody should wait until it has caught up.
pub(super) fn is_abandoned(touched: i64, now: SystemTime, after: Duration) -> bool {
    u128::from(micros(now).abs_diff(touched)) > after.as_micros()
}

pub(super) async fn touch(
    session: &mut dyn Session,
    turn: &str,
    partial: &str,
    at: SystemTime,
) -> Result<(), StoreError> {
    let state = State::running(at, partial);
    let update =
        "UPDATE turns SET touched = $2, partial = $3, outcome_seal = $4 WHERE id = $1 AND state = 'running'";
    session.execute(update, values![turn, state.touched, &state.partial, state.seal(turn)]).await?;
    Ok(())
}

pub(super) async fn finish(
    session: &mut dyn Session,
    turn: &str,
    outcome: &TurnOutcome,
    at: SystemTime,
) -> Result<bool, StoreError> {
    let failed = StoreError::Failed;
    let (name, record, inspection) = match outcome {
        TurnOutcome::Running => return Err(failed("a turn cannot end as running".into())),
        TurnOutcome::Answered(answer) => {
            let inspection = answer.inspection.as_ref().map(write_inspection).transpose().map_err(failed)?;
            ("answered", write_answer(answer).map_err(failed)?, inspection)
        }
        TurnOutcome::Failed { failure, partial } => {
            ("failed", write_failure(FailureRecord::new(failure, partial)).map_err(failed)?, None)
        }
    };
    let Some((owner, conversation)) = place_of(session, turn).await? else { return Ok(false) };
    let Some(mut conversation) = lock(session, &owner, &conversation).await? else { return Ok(false) };
    if !end(session, turn, name, record, inspection.as_deref(), at).await? {
        return Ok(false);
    }
    conversation.updated = conversation.updated.max(stored(at));
    update(session, &owner, &conversation).await?;
    Ok(true)
}

/// Whose turn it is, and in which conversation. Nobody learns it who does not know the turn's id already.
async fn place_of(session: &mut dyn Session, turn: &str) -> Result<Option<(Owner, String)>, StoreError> {
    let rows =
        session.fetch("SELECT id, owner, conversation FROM turns WHERE id = $1", values![turn]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let fields = row.of("turns", "id");
    Ok(Some((Owner(fields.text("owner")?.to_owned()), fields.text("conversation")?.to_owned())))
}

/// Ends a turn whose conversation is locked; `false` where it had ended before.
async fn end(
    session: &mut dyn Session,
    turn: &str,
    name: &str,
    record: String,
    inspection: Option<&str>,
    at: SystemTime,
) -> Result<bool, StoreError> {
    let at = micros(at);
    let state = State {
        name: name.to_owned(),
        ended: Some(at),
        touched: at,
        partial: String::new(),
        record: Some(record),
    };
    let update = "UPDATE turns SET state = $2, ended = $3, touched = $4, partial = $5, record = $6, \
                  outcome_seal = $7, inspection = $8, inspection_seal = $9 WHERE id = $1 AND state = 'running'";
    let values = values![
        turn,
        &state.name,
        state.ended,
        state.touched,
        &state.partial,
        state.record.as_deref(),
        state.seal(turn),
        inspection,
        inspection.map(|inspection| inspection_seal(turn, inspection)),
    ];
    Ok(session.execute(update, values).await? > 0)
}

/// Ends a turn, whose conversation is locked, as interrupted.
pub(super) async fn interrupt(
    session: &mut dyn Session,
    turn: &str,
    partial: &str,
    at: SystemTime,
) -> Result<bool, StoreError> {
    let failure = Failure {
        kind: FailureKind::Interrupted,
        detail: "the answer was interrupted: the program that wrote it is no longer running".to_owned(),
    };
    let record = write_failure(FailureRecord::new(&failure, partial)).map_err(StoreError::Failed)?;
    end(session, turn, "failed", record, None, at).await
}

/// The running turns that were left behind.
pub(super) async fn left(
    session: &mut dyn Session,
    now: SystemTime,
    left: Left,
    abandoned_after: Duration,
) -> Result<Vec<String>, StoreError> {
    let rows = session.fetch("SELECT id, touched FROM turns WHERE state = 'running'", vec![]).await?;
    let mut turns = Vec::new();
    for row in &rows {
        let fields = row.of("turns", "id");
        if left == Left::Everything || is_abandoned(fields.int("touched")?, now, abandoned_after) {
            turns.push(fields.text("id")?.to_owned());
        }
    }
    Ok(turns)
}

/// Ends one of them, if it still is one.
pub(super) async fn abandon(
    session: &mut dyn Session,
    turn: &str,
    now: SystemTime,
    left: Left,
    abandoned_after: Duration,
) -> Result<bool, StoreError> {
    let Some((owner, conversation)) = place_of(session, turn).await? else { return Ok(false) };
    if lock(session, &owner, &conversation).await?.is_none() {
        return Ok(false);
    }
    let select = "SELECT id, state, ended, touched, partial, record, outcome_seal FROM turns \
                  WHERE owner = $1 AND id = $2 AND state = 'running'";
    let rows = session.fetch(select, values![&owner.0, turn]).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let state = State::read(&row.of("turns", "id"))?;
    if left == Left::Expired && !is_abandoned(state.touched, now, abandoned_after) {
        return Ok(false);
    }
    interrupt(session, turn, &state.partial, now).await
}
