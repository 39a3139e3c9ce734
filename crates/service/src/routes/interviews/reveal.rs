//! `POST /api/v1/interviews/{id}/reveal`: shows the answer to the open question.

use super::{NothingBody, examine};
use crate::error::ApiError;
use crate::extract::{InterviewPath, OptionalJson};
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::RevealedBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Shows the answer
///
/// In practice only; the question closes with what was said so far.
#[utoipa::path(
    post, path = "/api/v1/interviews/{id}/reveal", tag = "interviews", request_body = Option<NothingBody>,
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "The answer, with the next prompt", body = RevealedBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn reveal(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    OptionalJson(NothingBody {}): OptionalJson<NothingBody>,
) -> Result<Json<RevealedBody>, ApiError> {
    let done = examine(&app, |examiner| async move { examiner.reveal(&owner, &id).await }).await?;
    Ok(Json(done.into()))
}
