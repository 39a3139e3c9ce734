//! A name for every request, in its response, its log line and its problem document.

use crate::problem::About;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

const X_REQUEST_ID: &str = "x-request-id";
/// The longest name that is taken from a client.
const MAX_ID_CHARS: usize = 128;
/// The longest path that is sent back.
const MAX_PATH_CHARS: usize = 512;

/// Names the request, by the client's own name for it where that is a harmless word.
pub(crate) async fn request_id(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let request_id = given(request.headers()).unwrap_or_else(|| app.state.ids.fresh());
    let path = request.uri().path().chars().take(MAX_PATH_CHARS).collect();
    request.extensions_mut().insert(About { request_id: request_id.clone(), path });
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

fn given(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(X_REQUEST_ID).iter();
    let (Some(only), None) = (values.next(), values.next()) else { return None };
    let text = only.to_str().ok()?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_valid = !text.is_empty() && text.len() <= MAX_ID_CHARS && text.bytes().all(is_word);
    is_valid.then(|| text.to_owned())
}
