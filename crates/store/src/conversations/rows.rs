//! What a conversation and a turn are as rows.

use crate::records::{read_answer, read_failure};
use crate::row::{Fields, Row};
use crate::seal::Seal;
use crate::time::micros;
use std::time::SystemTime;
use viva_core::conversation::{Conversation, Idempotency, Owner, TurnOutcome, TurnRecord};
use viva_core::ports::StoreError;
use viva_core::turn::Depth;

/// The checksum of a conversation's row.
pub(super) fn conversation_seal(owner: &Owner, conversation: &Conversation) -> i64 {
    let Conversation { id, title, created, updated, turns } = conversation;
    let seal = Seal::new("conversations").text(&owner.0).text(id).text(title);
    seal.int(micros(*created)).int(micros(*updated)).int(i64::from(*turns)).value()
}

/// Reads `owner, id, title, created, updated, turns, seal`.
pub(super) fn read_conversation(row: &Row) -> Result<Conversation, StoreError> {
    let fields = row.of("conversations", "id");
    let owner = Owner(fields.text("owner")?.to_owned());
    let conversation = Conversation {
        id: fields.text("id")?.to_owned(),
        title: fields.text("title")?.to_owned(),
        created: fields.time("created")?,
        updated: fields.time("updated")?,
        turns: fields.count("turns")?,
    };
    fields.check("seal", conversation_seal(&owner, &conversation))?;
    Ok(conversation)
}

/// The part of a turn's row that is written when it begins, and never again.
pub(super) struct Beginning<'t> {
    pub(super) id: &'t str,
    pub(super) owner: &'t str,
    pub(super) conversation: &'t str,
    pub(super) number: u32,
    pub(super) asked: Option<&'t str>,
    pub(super) depth: Depth,
    pub(super) began: SystemTime,
    pub(super) request: Option<&'t Idempotency>,
}

impl Beginning<'_> {
    /// Its checksum.
    pub(super) fn seal(&self) -> i64 {
        let Self { id, owner, conversation, number, asked, depth, began, request } = self;
        let seal = Seal::new("turns").text(id).text(owner).text(conversation).int(i64::from(*number));
        let seal = seal.maybe(*asked).text(depth.as_str()).int(micros(*began));
        let Some(Idempotency { key, body }) = request else { return seal.int(0).value() };
        seal.int(1).text(key).text(body).value()
    }
}

/// The part of a turn's row that changes until the turn has ended. All times in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// `running`, `answered` or `failed`.
    pub(super) name: String,
    pub(super) ended: Option<i64>,
    /// When it last said that it is still being answered.
    pub(super) touched: i64,
    /// What was said so far; empty when it has ended.
    pub(super) partial: String,
    /// A document of [`crate::records`], when it has ended.
    pub(super) record: Option<String>,
}

impl State {
    /// Of a turn that is being answered.
    pub(super) fn running(touched: SystemTime, partial: &str) -> Self {
        let touched = micros(touched);
        Self { name: "running".to_owned(), touched, partial: partial.to_owned(), ..Self::default() }
    }

    /// Its checksum.
    pub(super) fn seal(&self, turn: &str) -> i64 {
        let Self { name, ended, touched, partial, record } = self;
        let seal = Seal::new("turns").text(turn).text(name).maybe_int(*ended);
        seal.int(*touched).text(partial).maybe(record.as_deref()).value()
    }

    /// Reads `id, state, ended, touched, partial, record, outcome_seal`.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, StoreError> {
        let state = Self {
            name: fields.text("state")?.to_owned(),
            ended: fields.maybe_int("ended")?,
            touched: fields.int("touched")?,
            partial: fields.text("partial")?.to_owned(),
            record: fields.maybe_text("record")?.map(str::to_owned),
        };
        fields.check("outcome_seal", state.seal(fields.text("id")?))?;
        Ok(state)
    }
}

/// The columns of [`read_turn`], after `SELECT`.
macro_rules! turn_columns {
    () => {
        "id, owner, conversation, number, asked, depth, began, request_key, request_body, asked_seal, \
         state, ended, touched, partial, record, outcome_seal"
    };
}
pub(super) use turn_columns;

/// Reads a turn, with the request that began it.
pub(super) fn read_turn(row: &Row) -> Result<(TurnRecord, Option<Idempotency>), StoreError> {
    let fields = row.of("turns", "id");
    let request = match (fields.maybe_text("request_key")?, fields.maybe_text("request_body")?) {
        (Some(key), Some(body)) => Some(Idempotency { key: key.to_owned(), body: body.to_owned() }),
        _ => None,
    };
    let beginning = Beginning {
        id: fields.text("id")?,
        owner: fields.text("owner")?,
        conversation: fields.text("conversation")?,
        number: fields.count("number")?,
        asked: fields.maybe_text("asked")?,
        depth: fields.parsed("depth", str::parse)?,
        began: fields.time("began")?,
        request: request.as_ref(),
    };
    fields.check("asked_seal", beginning.seal())?;
    let state = State::read(&fields)?;
    let record = TurnRecord {
        id: beginning.id.to_owned(),
        conversation: beginning.conversation.to_owned(),
        number: beginning.number,
        asked: beginning.asked.map(str::to_owned),
        depth: beginning.depth,
        began: beginning.began,
        ended: state.ended.map(crate::time::time),
        outcome: outcome(&state, &fields)?,
    };
    Ok((record, request))
}

fn outcome(state: &State, fields: &Fields<'_>) -> Result<TurnOutcome, StoreError> {
    match state.name.as_str() {
        "running" => Ok(TurnOutcome::Running),
        "answered" => {
            fields.parsed("record", read_answer).map(|answer| TurnOutcome::Answered(Box::new(answer)))
        }
        "failed" => {
            let (failure, partial) = fields.parsed("record", read_failure)?.into_parts();
            Ok(TurnOutcome::Failed { failure, partial })
        }
        _ => Err(fields.unreadable("state")),
    }
}

/// The checksum of an inspection.
pub(super) fn inspection_seal(turn: &str, inspection: &str) -> i64 {
    Seal::new("inspection").text(turn).text(inspection).value()
}
