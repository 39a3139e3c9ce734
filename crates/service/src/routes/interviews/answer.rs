//! `POST /api/v1/interviews/{id}/answers`: answers the open prompt.

use super::examine;
use crate::error::ApiError;
use crate::extract::{InterviewPath, Json};
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::OutcomeBody;
use axum::Extension;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::Owner;

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// The candidate's own words; markup is text like any other.
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 20000)]
    answer: String,
}

/// Answers the open prompt
///
/// It is kept before it is graded. Sending the same answer again after a response was lost is no second answer.
#[utoipa::path(
    post, path = "/api/v1/interviews/{id}/answers", tag = "interviews", request_body = AnswerBody,
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "What it led to, with the next prompt", body = OutcomeBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    Json(AnswerBody { answer }): Json<AnswerBody>,
) -> Result<axum::Json<OutcomeBody>, ApiError> {
    let outcome =
        examine(&app, |examiner| async move { examiner.answer(&owner, &id, &answer).await }).await?;
    Ok(axum::Json(outcome.into()))
}
