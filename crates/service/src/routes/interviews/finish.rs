//! `POST /api/v1/interviews/{id}/finish`: ends the interview.

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

/// Ends the interview
///
/// The open question closes with what was said so far, if anything was.
#[utoipa::path(
    post, path = "/api/v1/interviews/{id}/finish", tag = "interviews", request_body = Option<NothingBody>,
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "The finished interview", body = InterviewBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    OptionalJson(NothingBody {}): OptionalJson<NothingBody>,
) -> Result<Json<InterviewBody>, ApiError> {
    let done = examine(&app, |examiner| async move { examiner.finish(&owner, &id).await }).await?;
    Ok(Json(done.into()))
}
