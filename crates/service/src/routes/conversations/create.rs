//! `POST /api/v1/conversations`: a new, empty conversation.

use crate::answering::outlive;
use crate::error::ApiError;
use crate::extract::OptionalJson;
use crate::problem::{Admitted, AnyRoute, JsonBody, Keyed, Writes};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::Owner;

/// Nothing can be said of a new conversation; the body may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversationBody {}

/// The conversation that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedBody {
    id: String,
}

/// Begins a conversation
#[utoipa::path(
    post, path = "/api/v1/conversations", tag = "conversations", request_body = Option<NewConversationBody>,
    responses(
        (
            status = 201, description = "The conversation", body = CreatedBody,
            headers(("location" = String, description = "Its address"))
        ),
        AnyRoute, Keyed, Admitted, JsonBody, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    OptionalJson(NewConversationBody {}): OptionalJson<NewConversationBody>,
) -> Result<impl IntoResponse, ApiError> {
    let conversations = Arc::clone(&app.state.conversations);
    let created = outlive(async move { conversations.create(&owner).await }).await??;
    let location = [(LOCATION, format!("/api/v1/conversations/{}", created.id))];
    Ok((StatusCode::CREATED, location, Json(CreatedBody { id: created.id })))
}
