//! `PATCH /api/v1/conversations/{id}`: another title.

use crate::answering::outlive;
use crate::error::ApiError;
use crate::extract::{ConversationPath, Json, Rules};
use crate::problem::{Admitted, AnyRoute, JsonBody, Keyed, NamesConversation, Writes};
use crate::state::App;
use crate::wire::ConversationSummary;
use axum::Extension;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::{MAX_TITLE_CHARS, Owner};

/// What is to be changed of a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBody {
    /// Its new title; white space is put in order.
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 120)]
    title: String,
}

impl ChangeBody {
    fn check(self) -> Result<String, ApiError> {
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let chars = title.chars().count();
        let is_valid = (1..=MAX_TITLE_CHARS).contains(&chars) && !title.chars().any(char::is_control);
        let rule = || format!("1 to {MAX_TITLE_CHARS} characters, no control characters");
        let mut rules = Rules::default();
        let title = rules.keep("title", is_valid.then_some(title).ok_or_else(rule));
        rules.finish(title)
    }
}

/// Renames a conversation
#[utoipa::path(
    patch, path = "/api/v1/conversations/{id}", tag = "conversations", request_body = ChangeBody,
    params(("id" = String, Path, description = "The conversation's id")),
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationSummary),
        AnyRoute, Keyed, Admitted, JsonBody, NamesConversation, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn rename(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    ConversationPath(id): ConversationPath,
    Json(body): Json<ChangeBody>,
) -> Result<axum::Json<ConversationSummary>, ApiError> {
    let title = body.check()?;
    let conversations = Arc::clone(&app.state.conversations);
    let renamed = outlive(async move {
        let is_known = conversations.rename(&owner, &id, &title).await?;
        if is_known { conversations.store().conversation(&owner, &id).await } else { Ok(None) }
    });
    let renamed = renamed.await??.ok_or(ApiError::NoConversation)?;
    Ok(axum::Json(renamed.into()))
}
