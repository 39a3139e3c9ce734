//! `GET /metrics`: the counters, for Prometheus.

use crate::error::ApiError;
use crate::metrics::Moment;
use crate::problem::{AnyRoute, Keyed};
use crate::state::App;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The counters, for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses(
        (status = 200, description = "The text exposition format, version 0.0.4", body = String, content_type = "text/plain"),
        AnyRoute, Keyed,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<impl IntoResponse, ApiError> {
    let moment =
        Moment { index_ready: app.edition().is_ok(), turns_running: app.state.conversations.running() };
    let text = app.metrics.render(&moment).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
