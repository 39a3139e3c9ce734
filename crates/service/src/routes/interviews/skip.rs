//! `POST /api/v1/interviews/{id}/skip`: passes on the open prompt.

use super::{NothingBody, examine};
use crate::error::ApiError;
use crate::extract::{InterviewPath, OptionalJson};
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::OutcomeBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Skips the open prompt
///
/// The question closes with what was said so far.
#[utoipa::path(
    post, path = "/api/v1/interviews/{id}/skip", tag = "interviews", request_body = Option<NothingBody>,
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "What it led to, with the next prompt", body = OutcomeBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn skip(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    OptionalJson(NothingBody {}): OptionalJson<NothingBody>,
) -> Result<Json<OutcomeBody>, ApiError> {
    let done = examine(&app, |examiner| async move { examiner.skip(&owner, &id).await }).await?;
    Ok(Json(done.into()))
}
