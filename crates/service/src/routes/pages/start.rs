//! `GET /`: a new question.

use super::asking::{Draft, page};
use crate::error::ApiError;
use crate::pages::{Page, Refused, Visit, query_fields};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;
use viva_core::turn::Depth;

/// Where one asks, as a page
#[utoipa::path(
    get, path = "/", tag = "pages",
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = query_fields(query.as_deref());
    let draft = Draft { text: query.text("q"), depth: Depth::default(), problem: None };
    Ok(visit.page(page(&app, &visit, None, &query, draft).await?))
}
