//! Writes the problem document of a response that carries an error, and logs what must not be sent.

use crate::error::ApiError;
use crate::problem::{About, Problem};
use axum::Extension;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Completes the responses of [`ApiError`].
pub(crate) async fn problems(Extension(about): Extension<About>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() else { return response };
    error.log(&about.request_id);
    let (mut bare, _) = response.into_parts();
    let (document, body) = Problem::new(&error, &about).into_response().into_parts();
    bare.headers.remove(axum::http::header::CONTENT_LENGTH);
    if let Some(media_type) = document.headers.get(CONTENT_TYPE) {
        bare.headers.insert(CONTENT_TYPE, media_type.clone());
    }
    Response::from_parts(bare, body)
}
