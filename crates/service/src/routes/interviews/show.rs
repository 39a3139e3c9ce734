//! `GET /api/v1/interviews/{id}`: an interview as it stands.

use super::examine;
use crate::error::ApiError;
use crate::extract::InterviewPath;
use crate::problem::{Admitted, AnyRoute, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::InterviewBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Shows an interview
///
/// An answer that was taken and not graded, because the process ended, is graded first.
#[utoipa::path(
    get, path = "/api/v1/interviews/{id}", tag = "interviews",
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "The interview, with its open prompt", body = InterviewBody),
        AnyRoute, Keyed, Admitted, NamesInterview, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
) -> Result<Json<InterviewBody>, ApiError> {
    let found = examine(&app, |examiner| async move { examiner.interview(&owner, &id).await }).await?;
    Ok(Json(found.into()))
}
