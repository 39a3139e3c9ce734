//! `GET /api/v1/conversations/{id}/turns/{turn}`: a turn as it is kept, or its events as they come.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use crate::answering::{Delivery, EndedBy};
use crate::error::ApiError;
use crate::extract::{Query, Rules, TurnPath, last_event_id, number};
use crate::media::wants_event_stream;
use crate::problem::{About, Admitted, AnyRoute, Keyed, NamesTurn, Parameters, Problem, Streams};
use crate::state::App;
use crate::wire::TurnBody;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::{FutureExt, Stream, StreamExt, stream};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use viva_core::conversation::{Owner, TurnOutcome, TurnRecord};
use viva_core::turn::{AnswerEvent, Failure, FailureKind};

/// Which of the turn's events are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TurnParams {
    /// Only events behind the one of this number; 0 where absent. A `last-event-id` header outranks it.
    #[param(value_type = Option<u32>)]
    after_seq: Option<String>,
}

impl TurnParams {
    fn check(&self, headers: &HeaderMap) -> Result<usize, ApiError> {
        let mut rules = Rules::default();
        let after = rules.keep("after_seq", number(self.after_seq.as_deref(), 0, 0..=u32::MAX as usize));
        let after = rules.finish(after)?;
        // A browser connects again to the address it began with, and says here how far it has come since.
        Ok(last_event_id(headers)?.unwrap_or(after))
    }
}

/// Shows a turn
///
/// With `accept: text/event-stream` its events come as they happen, from the first or from behind `after_seq`; those
/// of a turn that has ended are told again, its text in one piece, and to whoever has seen some of them the last alone,
/// which has it all. Leaving does not end a turn that somebody else waits for.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/turns/{turn}", tag = "conversations",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
        ("last-event-id" = Option<String>, Header, description = "The last event that was seen"),
        TurnParams,
    ),
    responses(
        (status = 200, description = "The turn", content((TurnBody = "application/json"), (String = "text/event-stream"))),
        (
            status = 409, body = Problem, content_type = "application/problem+json",
            description = "`turn_running`: another process answers it, and its events are there"
        ),
        AnyRoute, Keyed, Admitted, Parameters, NamesTurn, Streams,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn turn(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    Extension(owner): Extension<Owner>,
    path: TurnPath,
    Query(params): Query<TurnParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = params.check(&headers)?;
    if wants_event_stream(&headers) {
        let delivery = Delivery::new(&app, about, &owner, &headers)?;
        let events = events(&app, owner, path, after).await?;
        return Ok(delivery.stream(events, after, EndedBy::Turn));
    }
    let TurnPath { conversation, turn } = path;
    let record = app.state.conversations.store().turn(&owner, &conversation, &turn).await?;
    Ok(Json(body_of(&app, &owner, record.ok_or(ApiError::NoTurn)?).await?).into_response())
}

/// The turn as it is shown; one that is being answered here, with what has been said so far.
pub(super) async fn body_of(app: &App, owner: &Owner, record: TurnRecord) -> Result<TurnBody, ApiError> {
    let mut said = String::new();
    if record.outcome == TurnOutcome::Running {
        let watched = app.state.conversations.watch(owner, &record.conversation, &record.id, 0, false).await;
        // Where another process answers it, it cannot be watched here, and nothing is known of what it says.
        if let Ok(Some(mut events)) = watched {
            while let Some(Some((_, event))) = events.next().now_or_never() {
                if let AnswerEvent::Delta(text) = event {
                    said.push_str(&text);
                }
            }
        }
    }
    Ok(TurnBody::new(record, said))
}

/// The events behind `after`. Whoever claims to have seen more than there are gets the last one.
async fn events(
    app: &Arc<App>,
    owner: Owner,
    path: TurnPath,
    after: usize,
) -> Result<impl Stream<Item = (usize, AnswerEvent)> + Send + use<>, ApiError> {
    let TurnPath { conversation, turn } = path;
    let conversations = Arc::clone(&app.state.conversations);
    let watched = conversations.watch(&owner, &conversation, &turn, after, false).await?;
    let events = watched.ok_or(ApiError::NoTurn)?;
    // Read only if `events` end without a last one; the turn has ended then.
    let end = async move {
        let record = conversations.store().turn(&owner, &conversation, &turn).await.ok().flatten();
        (after + 1, last_event(record))
    };
    Ok(events.chain(stream::once(end)))
}

fn last_event(record: Option<TurnRecord>) -> AnswerEvent {
    match record.map(|record| record.outcome) {
        Some(TurnOutcome::Answered(answer)) => AnswerEvent::Done(answer),
        Some(TurnOutcome::Failed { failure, partial: _ }) => AnswerEvent::Failed(failure),
        Some(TurnOutcome::Running) | None => AnswerEvent::Failed(Failure {
            kind: FailureKind::Interrupted,
            detail: "the turn's events ended, and it is not kept".to_owned(),
        }),
    }
}
