//! `GET /docs`: the API, to read and to try, offline. Swagger UI's files come from the binary; its own start page was
//! refused for ours, which knows its address and so needs no redirect.

use crate::error::ApiError;
use crate::extract::Path;
use crate::middleware::SCRIPTED_PAGE_POLICY;
use crate::problem::{Admitted, AnyRoute, NamesFile};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue,
};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use utoipa_swagger_ui::Config;

const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Viva: the API</title>\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\">\n\
    <link rel=\"icon\" type=\"image/png\" href=\"/docs/favicon-32x32.png\">\n</head>\n<body>\n\
    <div id=\"swagger-ui\"></div>\n<script src=\"/docs/swagger-ui-bundle.js\"></script>\n\
    <script src=\"/docs/swagger-ui-standalone-preset.js\"></script>\n\
    <script src=\"/docs/swagger-initializer.js\"></script>\n</body>\n</html>\n";

/// What the page loads; the other files of Swagger UI are of no use here.
const FILES: [&str; 5] = [
    "swagger-ui.css",
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-initializer.js",
];

/// The API, to read and to try
#[utoipa::path(
    get, path = "/docs", tag = "pages",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        AnyRoute, Admitted,
    ),
)]
pub(crate) async fn docs() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, SCRIPTED_PAGE_POLICY)], Html(PAGE))
}

/// What the page at `/docs` loads
#[utoipa::path(
    get, path = "/docs/{file}", tag = "pages",
    params(("file" = String, Path, description = "The file's name")),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/css"), (String = "text/javascript"), (Vec<u8> = "image/png")
        )),
        AnyRoute, Admitted, NamesFile,
    ),
)]
pub(crate) async fn docs_file(Path(file): Path) -> Result<Response, ApiError> {
    if !FILES.contains(&file.as_str()) {
        return Err(ApiError::NoRoute);
    }
    // Without "none" the page would send the document to a validator on the internet.
    let config = Config::new(["/openapi.json"]).validator_url("none").use_base_layout();
    let found = utoipa_swagger_ui::serve(&file, Arc::new(config));
    let found = found.map_err(|error| ApiError::Internal(error.to_string()))?.ok_or(ApiError::NoRoute)?;
    let mut response = ([(CACHE_CONTROL, "max-age=3600")], found.bytes).into_response();
    let media_type = HeaderValue::try_from(found.content_type);
    let media_type = media_type.map_err(|error| ApiError::Internal(error.to_string()))?;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    if found.gzpipped {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
