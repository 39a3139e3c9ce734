//! `GET /api/v1/progress`: how far the owner has come.

use crate::error::ApiError;
use crate::problem::{Admitted, AnyRoute, Keyed};
use crate::state::App;
use crate::wire::ProgressBody;
use axum::extract::State;
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Shows progress by module, focus area and day
#[utoipa::path(
    get, path = "/api/v1/progress", tag = "interviews",
    responses(
        (status = 200, description = "The progress", body = ProgressBody),
        AnyRoute, Keyed, Admitted,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn progress(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
) -> Result<Json<ProgressBody>, ApiError> {
    Ok(Json(app.state.examiner.progress(&owner).await?.into()))
}
