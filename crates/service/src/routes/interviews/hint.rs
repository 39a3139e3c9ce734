//! `POST /api/v1/interviews/{id}/hints`: the next hint to the open question.

use super::{NothingBody, examine};
use crate::error::ApiError;
use crate::extract::{InterviewPath, OptionalJson};
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::InterviewBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Gives a hint
///
/// In practice only; each costs a share of the score.
#[utoipa::path(
    post, path = "/api/v1/interviews/{id}/hints", tag = "interviews", request_body = Option<NothingBody>,
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "The interview, with the hint in its prompt", body = InterviewBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn hint(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    OptionalJson(NothingBody {}): OptionalJson<NothingBody>,
) -> Result<Json<InterviewBody>, ApiError> {
    let done = examine(&app, |examiner| async move { examiner.hint(&owner, &id).await }).await?;
    Ok(Json(done.into()))
}
