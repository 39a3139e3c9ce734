//! `GET /api/v1/conversations/{id}/turns/{turn}/inspection`: how a turn's answer came about.

use crate::error::ApiError;
use crate::extract::TurnPath;
use crate::problem::{Admitted, AnyRoute, Keyed, NamesTurn};
use crate::state::App;
use crate::wire::InspectionBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Shows how a turn's answer came about
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/turns/{turn}/inspection", tag = "conversations",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
    ),
    responses(
        (status = 200, description = "How it came about", body = InspectionBody),
        AnyRoute, Keyed, Admitted, NamesTurn,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn inspection(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    TurnPath { conversation, turn }: TurnPath,
) -> Result<Json<InspectionBody>, ApiError> {
    let conversations = &app.state.conversations;
    if let Some(inspection) = conversations.inspection(&owner, &conversation, &turn).await? {
        return Ok(Json(inspection.into()));
    }
    let known = conversations.store().turn(&owner, &conversation, &turn).await?;
    Err(known.map_or(ApiError::NoTurn, |_| ApiError::NoInspection))
}
