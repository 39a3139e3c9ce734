//! `GET /livez`: the process.

use crate::problem::AnyRoute;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LivenessBody {
    /// Always `ok`.
    #[schema(pattern = "^ok$")]
    status: &'static str,
}

/// Whether the process is alive
#[utoipa::path(
    get, path = "/livez", tag = "operations",
    responses((status = 200, description = "It is", body = LivenessBody), AnyRoute),
)]
pub(crate) async fn livez() -> Json<LivenessBody> {
    Json(LivenessBody { status: "ok" })
}
