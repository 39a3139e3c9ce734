//! `/api/v1/reviews`: what is due for review, and an interview about it.

use super::interviews::start::{StartBody, created};
use crate::answering::outlive;
use crate::error::ApiError;
use crate::extract::OptionalJson;
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, Writes};
use crate::state::App;
use crate::wire::{InterviewBody, ReviewBody};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::Owner;

/// What is due.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueBody {
    /// The longest overdue first; questions that the guide no longer has are left out.
    due: Vec<ReviewBody>,
}

impl DueBody {
    pub(crate) fn new(due: Vec<viva_core::examination::Review>, guide: &viva_core::guide::Guide) -> Self {
        Self { due: due.into_iter().filter_map(|review| ReviewBody::new(review, guide)).collect() }
    }
}

/// Lists what is due for review
#[utoipa::path(
    get, path = "/api/v1/reviews/due", tag = "interviews",
    responses(
        (status = 200, description = "What is due now", body = DueBody),
        AnyRoute, Keyed, Admitted,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn due(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
) -> Result<Json<DueBody>, ApiError> {
    let edition = app.edition()?;
    let due = app.state.examiner.due(&owner).await?;
    Ok(Json(DueBody::new(due, &edition.guide)))
}

/// Begins an interview about what is due
///
/// Like any other interview from there on. 409 where nothing is due.
#[utoipa::path(
    post, path = "/api/v1/reviews", tag = "interviews", request_body = Option<StartBody>,
    responses(
        (
            status = 201, description = "The interview, with its first question", body = InterviewBody,
            headers(("location" = String, description = "Its address"))
        ),
        AnyRoute, Keyed, Admitted, JsonBody, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn review(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    OptionalJson(body): OptionalJson<StartBody>,
) -> Result<impl IntoResponse, ApiError> {
    let request = body.check(&app)?;
    let examiner = Arc::clone(&app.state.examiner);
    let begun = outlive(async move { examiner.start_review(&owner, request).await }).await??;
    Ok(created(begun))
}
