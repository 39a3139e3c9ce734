//! `DELETE /api/v1/conversations/{id}`: a conversation with all its turns.

use crate::answering::outlive;
use crate::error::ApiError;
use crate::extract::ConversationPath;
use crate::problem::{Admitted, AnyRoute, Changes, Keyed, NamesConversation, Writes};
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Deletes a conversation
///
/// A turn of it that is being answered ends.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "The conversation's id")),
    responses(
        (status = 204, description = "It is deleted"),
        AnyRoute, Keyed, Admitted, Changes, NamesConversation, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    ConversationPath(id): ConversationPath,
) -> Result<StatusCode, ApiError> {
    let conversations = Arc::clone(&app.state.conversations);
    let is_deleted = outlive(async move { conversations.delete(&owner, &id).await }).await??;
    if is_deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NoConversation) }
}
