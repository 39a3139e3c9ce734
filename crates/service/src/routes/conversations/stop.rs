//! `POST /api/v1/conversations/{id}/turns/{turn}/stop`: ends an answer that is being given.

use crate::error::ApiError;
use crate::extract::TurnPath;
use crate::problem::{Admitted, AnyRoute, Changes, Keyed, NamesTurn, Problem};
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Stops an answer
///
/// What was said is kept, and whoever watches is told.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/turns/{turn}/stop", tag = "conversations",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
    ),
    responses(
        (status = 202, description = "It is being ended"),
        (
            status = 409, body = Problem, content_type = "application/problem+json",
            description = "`turn_not_running`: it has ended, or another process answers it"
        ),
        AnyRoute, Keyed, Admitted, Changes, NamesTurn,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    TurnPath { conversation, turn }: TurnPath,
) -> Result<StatusCode, ApiError> {
    let conversations = &app.state.conversations;
    if conversations.stop(&owner, &conversation, &turn) {
        return Ok(StatusCode::ACCEPTED);
    }
    let known = conversations.store().turn(&owner, &conversation, &turn).await?;
    Err(known.map_or(ApiError::NoTurn, |_| ApiError::TurnNotRunning))
}
