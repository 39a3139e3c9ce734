//! `/c/{id}`: a conversation; its new title; its end.

use super::asking::{Draft, page};
use crate::answering::outlive;
use crate::error::ApiError;
use crate::extract::ConversationPath;
use crate::pages::{Form, Page, Refused, Visit, query_fields, see_other};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;
use viva_core::turn::Depth;

/// A conversation, as a page
#[utoipa::path(
    get, path = "/c/{id}", tag = "pages",
    params(("id" = String, Path, description = "The conversation's id")),
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn conversation(
    State(app): State<Arc<App>>,
    visit: Visit,
    ConversationPath(id): ConversationPath,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = query_fields(query.as_deref());
    let found = app.state.conversations.store().conversation(&visit.owner, &id).await?;
    let open = found.ok_or(ApiError::NoConversation)?;
    let draft = Draft { text: query.text("q"), depth: Depth::default(), problem: None };
    Ok(visit.page(page(&app, &visit, Some(&open), &query, draft).await?))
}

/// Renames a conversation, by form
#[utoipa::path(
    post, path = "/c/{id}/rename", tag = "pages",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To the conversation"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn rename(
    State(app): State<Arc<App>>,
    visit: Visit,
    ConversationPath(id): ConversationPath,
    Form(fields): Form,
) -> Result<Response, ApiError> {
    let title = fields.text("title").replace(char::is_control, " ");
    if title.trim().is_empty() {
        return Err(ApiError::field("title", "not empty"));
    }
    let conversations = Arc::clone(&app.state.conversations);
    let at = format!("/c/{id}");
    let renamed = outlive(async move { conversations.rename(&visit.owner, &id, &title).await }).await??;
    if renamed { Ok(see_other(&at)) } else { Err(ApiError::NoConversation) }
}

/// Deletes a conversation, by form
#[utoipa::path(
    post, path = "/c/{id}/delete", tag = "pages",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To a new question"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    visit: Visit,
    ConversationPath(id): ConversationPath,
    Form(_): Form,
) -> Result<Response, ApiError> {
    let conversations = Arc::clone(&app.state.conversations);
    let deleted = outlive(async move { conversations.delete(&visit.owner, &id).await }).await??;
    if deleted { Ok(see_other("/")) } else { Err(ApiError::NoConversation) }
}
