//! `/c/{id}/turns/{turn}/stream` and `/stop`: a turn as it is answered.

use crate::error::ApiError;
use crate::extract::TurnPath;
use crate::pages::{Form, Refused, Visit, query_fields, stream};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// A turn as the page's stream
///
/// Named server-sent events of HTML blocks, from behind number `after`; a program should read the turn's own stream
/// under `/api/v1` instead.
#[utoipa::path(
    get, path = "/c/{id}/turns/{turn}/stream", tag = "pages",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
        ("after" = Option<u32>, Query, description = "The last event that was seen"),
    ),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn turn_stream(
    State(app): State<Arc<App>>,
    visit: Visit,
    TurnPath { conversation, turn }: TurnPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let after = query_fields(query.as_deref()).text("after").parse().unwrap_or(0);
    let found = app.state.conversations.store().turn(&visit.owner, &conversation, &turn).await?;
    let record = found.ok_or(ApiError::NoTurn)?;
    let place = app.limits.streams.take(&visit.owner)?;
    let feed = app.feeds.of(&visit.owner, &record, Arc::clone(&app.edition()?.guide), None);
    Ok(stream(app, visit, feed, after, place))
}

/// Stops an answer, by form
#[utoipa::path(
    post, path = "/c/{id}/turns/{turn}/stop", tag = "pages",
    params(
        ("id" = String, Path, description = "The conversation's id"),
        ("turn" = String, Path, description = "The turn's id"),
    ),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "It is being ended, or had ended"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn turn_stop(
    State(app): State<Arc<App>>,
    visit: Visit,
    TurnPath { conversation, turn }: TurnPath,
    Form(_): Form,
) -> Result<StatusCode, ApiError> {
    let conversations = &app.state.conversations;
    if !conversations.stop(&visit.owner, &conversation, &turn) {
        conversations.store().turn(&visit.owner, &conversation, &turn).await?.ok_or(ApiError::NoTurn)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
