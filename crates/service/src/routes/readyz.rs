//! `GET /readyz` and its alias `/healthz`: whether questions can be answered now.

use crate::problem::AnyRoute;
use crate::readiness::{Check, Readiness, readiness};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Whether questions can be answered now, and if not, why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadinessBody {
    /// `ready` where every check is.
    #[schema(pattern = "^(ready|not_ready)$")]
    status: &'static str,
    checks: ChecksBody,
}

/// What must hold.
#[derive(Debug, Serialize, ToSchema)]
struct ChecksBody {
    /// The index is open and answers.
    index: CheckBody,
    /// The index was made with the present encoders and from the guide that is served.
    manifest: CheckBody,
    /// The encoder has encoded a question.
    encoder: CheckBody,
    /// The service is not shutting down.
    lifecycle: CheckBody,
}

/// How one precondition stands.
#[derive(Debug, Serialize, ToSchema)]
struct CheckBody {
    ok: bool,
    detail: String,
}

impl From<Readiness> for ReadinessBody {
    fn from(readiness: Readiness) -> Self {
        let status = if readiness.is_ready() { "ready" } else { "not_ready" };
        let Readiness { index, manifest, encoder, lifecycle } = readiness;
        let checks = ChecksBody {
            index: index.into(),
            manifest: manifest.into(),
            encoder: encoder.into(),
            lifecycle: lifecycle.into(),
        };
        Self { status, checks }
    }
}

impl From<Check> for CheckBody {
    fn from(check: Check) -> Self {
        let Check { ok, detail } = check;
        Self { ok, detail }
    }
}

/// Whether questions can be answered now
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "They can", body = ReadinessBody),
        (status = 503, description = "They cannot; the checks say why", body = ReadinessBody),
        AnyRoute,
    ),
)]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let readiness = readiness(&app).await;
    let is_ready = readiness.is_ready();
    let body = Json(ReadinessBody::from(readiness));
    if is_ready {
        body.into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "2")], body).into_response()
    }
}

/// The same as `/readyz`
#[utoipa::path(
    get, path = "/healthz", tag = "operations",
    responses(
        (status = 200, description = "They can", body = ReadinessBody),
        (status = 503, description = "They cannot; the checks say why", body = ReadinessBody),
        AnyRoute,
    ),
)]
pub(crate) async fn healthz(app: State<Arc<App>>) -> Response {
    readyz(app).await
}
