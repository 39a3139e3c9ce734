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
use viva_core::chat::ModelHealth;

/// Whether questions can be answered now, and if not, why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadinessBody {
    /// `ready` where every check is.
    #[schema(pattern = "^(ready|not_ready)$")]
    status: &'static str,
    checks: ChecksBody,
    /// The database of conversations. No precondition: questions without a conversation are answered without it.
    store: CheckBody,
    /// The language model. No precondition: without it the guide's own text answers.
    model: ModelStateBody,
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

/// A language model, and how it has been doing.
#[derive(Debug, Serialize, ToSchema)]
struct ModelStateBody {
    /// Null where none is configured.
    #[schema(required)]
    name: Option<String>,
    state: ModelStateName,
}

/// How a language model has been doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ModelStateName {
    /// There is none.
    None,
    /// Nothing speaks against it.
    Good,
    /// It kept failing and is left alone for a while.
    Resting,
    /// Today's tokens are spent.
    OutOfBudget,
}

impl From<Option<(String, ModelHealth)>> for ModelStateBody {
    fn from(model: Option<(String, ModelHealth)>) -> Self {
        let state = match &model {
            None => ModelStateName::None,
            Some((_, ModelHealth::Good)) => ModelStateName::Good,
            Some((_, ModelHealth::Resting { retry_in: _ })) => ModelStateName::Resting,
            Some((_, ModelHealth::OutOfBudget)) => ModelStateName::OutOfBudget,
        };
        Self { name: model.map(|(name, _)| name), state }
    }
}

impl From<Readiness> for ReadinessBody {
    fn from(readiness: Readiness) -> Self {
        let status = if readiness.is_ready() { "ready" } else { "not_ready" };
        let Readiness { index, manifest, encoder, lifecycle, store, model } = readiness;
        let checks = ChecksBody {
            index: index.into(),
            manifest: manifest.into(),
            encoder: encoder.into(),
            lifecycle: lifecycle.into(),
        };
        Self { status, checks, store: store.into(), model: model.into() }
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
