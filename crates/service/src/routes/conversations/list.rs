//! `GET /api/v1/conversations`: the owner's conversations, the last used first.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use super::{MAX_PAGE, PAGE};
use crate::error::ApiError;
use crate::extract::{Query, Rules, number};
use crate::problem::{Admitted, AnyRoute, Keyed, Parameters};
use crate::state::App;
use crate::wire::ConversationSummary;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use viva_core::conversation::{ConversationPage, Owner};

/// The longest text that is looked for, in characters.
const MAX_MATCHING: usize = 200;

/// Which conversations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationsParams {
    /// Only those whose title or questions contain this text, whatever its case.
    #[param(max_length = 200)]
    matching: Option<String>,
    /// Only those behind this one: the `next` of the page before.
    after: Option<String>,
    /// How many at most; 20 where absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl ConversationsParams {
    fn check(self) -> Result<ConversationPage, ApiError> {
        let Self { matching, after, limit } = self;
        let mut rules = Rules::default();
        let matching = rules.keep("matching", matching.map(matchable).transpose());
        let limit = rules.keep("limit", number(limit.as_deref(), PAGE, 1..=MAX_PAGE));
        let page = matching.zip(limit);
        let after = after.filter(|id| !id.is_empty());
        rules.finish(page.map(|(matching, limit)| ConversationPage { matching, after, limit }))
    }
}

fn matchable(text: String) -> Result<String, String> {
    let is_short = text.chars().count() <= MAX_MATCHING;
    is_short.then_some(text).ok_or_else(|| format!("at most {MAX_MATCHING} characters"))
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationsBody {
    conversations: Vec<ConversationSummary>,
    /// The `after` of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Lists conversations
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "conversations", params(ConversationsParams),
    responses(
        (status = 200, description = "A page of them, the last used first", body = ConversationsBody),
        AnyRoute, Keyed, Admitted, Parameters,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    Query(params): Query<ConversationsParams>,
) -> Result<Json<ConversationsBody>, ApiError> {
    let page = params.check()?;
    let wanted = page.limit as usize;
    // One more than wanted tells whether there are more.
    let page = ConversationPage { limit: page.limit + 1, ..page };
    let mut found = app.state.conversations.list(&owner, &page).await?;
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    let next = found.last().filter(|_| has_more).map(|last| last.id.clone());
    let conversations = found.into_iter().map(Into::into).collect();
    Ok(Json(ConversationsBody { conversations, next }))
}
