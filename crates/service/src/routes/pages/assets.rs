//! `GET /static/{digest}/{name}`: scripts and styles of the pages.

use crate::error::ApiError;
use crate::extract::Path;
use crate::problem::{Admitted, AnyRoute, NamesFile};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use viva_web::asset;

/// A static file of the pages
#[utoipa::path(
    get, path = "/static/{digest}/{name}", tag = "pages",
    params(
        ("digest" = String, Path, description = "The version of all files together"),
        ("name" = String, Path, description = "The file's name"),
    ),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/css"), (String = "text/javascript"), (String = "image/svg+xml")
        )),
        AnyRoute, Admitted, NamesFile,
    ),
)]
pub(crate) async fn assets(
    Path((digest, name)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let found = asset(&format!("/static/{digest}/{name}")).ok_or(ApiError::NoRoute)?;
    let headers = [(CONTENT_TYPE, found.content_type), (CACHE_CONTROL, viva_web::CACHE_CONTROL)];
    Ok((headers, found.bytes))
}
