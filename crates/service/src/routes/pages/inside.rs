//! `GET /c/{id}/turns/{turn}/inside`: how an answer came about.

use crate::error::ApiError;
use crate::extract::TurnPath;
use crate::pages::{Page, Refused, Visit};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use viva_core::conversation::TurnOutcome;
use viva_web::pages::{InsidePage, inside_page};

/// How an answer came about, as a page
#[utoipa::path(
    get, path = "/c/{id}/turns/{turn}/inside", tag = "pages",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
    ),
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn inside(
    State(app): State<Arc<App>>,
    visit: Visit,
    TurnPath { conversation, turn }: TurnPath,
) -> Result<Response, ApiError> {
    let conversations = &app.state.conversations;
    let found = conversations.store().turn(&visit.owner, &conversation, &turn).await?;
    let turn = found.ok_or(ApiError::NoTurn)?;
    let TurnOutcome::Answered(answer) = &turn.outcome else { return Err(ApiError::NoInspection) };
    let inspection = conversations.inspection(&visit.owner, &conversation, &turn.id).await?;
    let edition = app.edition()?;
    let view = InsidePage { turn: &turn, answer, inspection: inspection.as_ref(), guide: &edition.guide };
    Ok(visit.page(inside_page(visit.chrome(), &view)))
}
