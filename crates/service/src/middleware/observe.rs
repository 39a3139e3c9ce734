//! One log line and one count for every request, written when its response has been sent or its client has gone.

use crate::held_body::HeldBody;
use crate::problem::About;
use crate::state::App;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;

/// The status that is counted for clients that left before there was one; nginx's number for the same.
const CLIENT_GONE: &str = "499";

/// Watches a request to its end.
pub(crate) async fn observe(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut entry = Entry::begin(app, about.request_id, request.method().clone(), route);
    let response = next.run(request).await;
    entry.status = Some(response.status().as_str().to_owned());
    response.map(|body| HeldBody::wrap(body, entry))
}

/// A request being answered.
struct Entry {
    app: Arc<App>,
    request_id: String,
    method: Method,
    /// The template, never the path: paths may hold anything.
    route: Option<String>,
    status: Option<String>,
    started: Duration,
}

impl Entry {
    fn begin(app: Arc<App>, request_id: String, method: Method, route: Option<String>) -> Self {
        app.metrics.request_began();
        let started = app.state.clock.monotonic();
        Self { app, request_id, method, route, status: None, started }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let took = self.app.state.clock.monotonic().saturating_sub(self.started);
        let route = self.route.as_deref().unwrap_or("unmatched");
        let status = self.status.as_deref().unwrap_or(CLIENT_GONE);
        self.app.metrics.request_ended(route, status, took);
        tracing::info!(
            http.method = %self.method,
            http.route = route,
            http.status = status,
            duration_ms = took.as_millis() as u64,
            request.id = self.request_id,
            "request answered"
        );
    }
}
