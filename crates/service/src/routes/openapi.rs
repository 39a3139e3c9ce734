//! `GET /openapi.json`: this API's own description.

use crate::problem::{Admitted, AnyRoute};
use crate::state::App;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The OpenAPI document
#[utoipa::path(
    get, path = "/openapi.json", tag = "pages",
    responses(
        (status = 200, description = "The document (OpenAPI 3.1)", body = Object, content_type = "application/json"),
        AnyRoute, Admitted,
    ),
)]
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], app.document.clone())
}
