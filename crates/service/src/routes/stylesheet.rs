//! `GET /style.css`: how our pages look.

use crate::problem::{Admitted, AnyRoute};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

const STYLE: &str = include_str!("style.css");

/// The stylesheet of the pages
#[utoipa::path(
    get, path = "/style.css", tag = "pages",
    responses(
        (status = 200, description = "The stylesheet", body = String, content_type = "text/css"),
        AnyRoute, Admitted,
    ),
)]
pub(crate) async fn stylesheet() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=3600")], STYLE)
}
