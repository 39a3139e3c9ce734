//! `GET /api/v1/conversations/{id}`: a conversation with its turns.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use super::turn::body_of;
use super::{MAX_PAGE, PAGE};
use crate::error::ApiError;
use crate::extract::{ConversationPath, Query, Rules, number};
use crate::problem::{Admitted, AnyRoute, Keyed, NamesConversation, Parameters};
use crate::state::App;
use crate::wire::ConversationBody;
use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use viva_core::conversation::Owner;

/// Which of the conversation's turns are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TurnsParams {
    /// Only turns behind the one of this number; 0 where absent.
    #[param(value_type = Option<u32>)]
    after: Option<String>,
    /// How many turns at most; 20 where absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl TurnsParams {
    fn check(&self) -> Result<(u32, u32), ApiError> {
        let Self { after, limit } = self;
        let mut rules = Rules::default();
        let after = rules.keep("after", number(after.as_deref(), 0, 0..=i32::MAX as u32));
        let limit = rules.keep("limit", number(limit.as_deref(), PAGE, 1..=MAX_PAGE));
        rules.finish(after.zip(limit))
    }
}

/// Shows a conversation
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "The conversation's id"), TurnsParams),
    responses(
        (status = 200, description = "The conversation, with a page of its turns", body = ConversationBody),
        AnyRoute, Keyed, Admitted, Parameters, NamesConversation,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    ConversationPath(id): ConversationPath,
    Query(params): Query<TurnsParams>,
) -> Result<Json<ConversationBody>, ApiError> {
    let (after, limit) = params.check()?;
    let store = app.state.conversations.store();
    let conversation = store.conversation(&owner, &id).await?.ok_or(ApiError::NoConversation)?;
    // One more than wanted tells whether there are more.
    let mut records = store.turns(&owner, &id, after, limit + 1).await?;
    let has_more = records.len() > limit as usize;
    records.truncate(limit as usize);
    let next = records.last().filter(|_| has_more).map(|last| last.number);
    let mut turns = Vec::with_capacity(records.len());
    for record in records {
        turns.push(body_of(&app, &owner, record).await?);
    }
    Ok(Json(ConversationBody::new(conversation, turns, next)))
}
