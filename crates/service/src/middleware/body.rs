//! Reads the body whole, within a size and a time, before the request takes one of the places to be answered at: a
//! client that drips its body keeps nobody else waiting.

use crate::error::ApiError;
use crate::state::{App, Limits};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use std::sync::Arc;

/// How much of a body that is too large is read and thrown away, so that its sender gets to read the refusal instead
/// of a reset connection.
const DISCARD: usize = 4 * 1024 * 1024;

/// Puts the body into memory.
pub(crate) async fn body(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if request.body().is_end_stream() {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let whole = tokio::time::timeout(app.limits.body_timeout, read(body, &app.limits)).await;
    let whole = whole.unwrap_or(Err(ApiError::BodyTimeout))?;
    Ok(next.run(Request::from_parts(parts, Body::from(whole))).await)
}

async fn read(body: Body, limits: &Limits) -> Result<Bytes, ApiError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > DISCARD.max(limits.body) {
        return Err(ApiError::BodyTooLarge { limit: limits.body });
    }
    let mut seen = 0;
    let mut whole = Vec::with_capacity(announced.min(limits.body));
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let unread = |_| ApiError::Malformed { detail: "the body ended before its end".into() };
        let frame = frame.map_err(unread)?;
        seen += frame.len();
        let is_too_large = announced.max(seen) > limits.body;
        if !is_too_large {
            whole.extend_from_slice(&frame);
        } else if seen > DISCARD {
            break;
        }
    }
    if announced.max(seen) > limits.body {
        Err(ApiError::BodyTooLarge { limit: limits.body })
    } else {
        Ok(whole.into())
    }
}
