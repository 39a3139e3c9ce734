//! Only so many requests are answered at once, and each only for so long. What is more is refused at once: a queue
//! would only make everybody late.

use crate::error::ApiError;
use crate::held_body::HeldBody;
use crate::server::InUse;
use crate::state::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Answered however much there is to do: who watches over the service must see it.
const EXEMPT: [&str; 4] = ["/livez", "/readyz", "/healthz", "/metrics"];

/// Where a model may write or grade before the response begins.
const ANSWERING: [&str; 4] =
    ["/api/v1/ask", "/api/v1/conversations/{id}/turns", "/api/v1/grade", "/api/v1/interviews/{id}/answers"];

/// Gives the request a place, which its response keeps until it is sent, and a time for the response to begin.
pub(crate) async fn admission(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let in_use = request.extensions().get::<InUse>().map(InUse::begin);
    let permit: Option<OwnedSemaphorePermit> = if EXEMPT.contains(&request.uri().path()) {
        None
    } else {
        Some(Arc::clone(&app.limits.permits).try_acquire_owned().map_err(|_| ApiError::Saturated)?)
    };
    let is_answering =
        request.extensions().get::<MatchedPath>().is_some_and(|path| ANSWERING.contains(&path.as_str()));
    let limit = if is_answering { app.limits.answer_timeout } else { app.limits.request_timeout };
    let response = tokio::select! {
        biased;
        response = next.run(request) => response,
        () = tokio::time::sleep(limit) => {
            let waited = format!("no response after {} ms", limit.as_millis());
            return Err(ApiError::Timeout(waited));
        }
        () = app.lifecycle.requests_end() => return Err(ApiError::ShuttingDown),
    };
    Ok(response.map(|body| HeldBody::wrap(body, (permit, in_use))))
}
