//! Every route, and the layers around all of them.

use crate::error::ApiError;
use crate::middleware::{
    admission, api_key, body, host, observe, origin, panicked, problems, request_id, security_headers,
};
use crate::openapi::Document;
use crate::routes;
use crate::state::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route with its documentation: what is not added by `routes!` would be missing from the document.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Document::openapi())
        // answers
        .routes(routes!(routes::ask::ask))
        .routes(routes!(routes::search::search))
        // guide
        .routes(routes!(routes::modules::modules))
        .routes(routes!(routes::questions::questions))
        .routes(routes!(routes::question::question))
        // pages
        .routes(routes!(routes::start_page::start_page))
        .routes(routes!(routes::question_page::question_page))
        .routes(routes!(routes::stylesheet::stylesheet))
        .routes(routes!(routes::docs::docs))
        .routes(routes!(routes::docs::docs_file))
        .routes(routes!(routes::openapi::openapi))
        // operations
        .routes(routes!(routes::livez::livez))
        .routes(routes!(routes::readyz::readyz))
        .routes(routes!(routes::readyz::healthz))
        .routes(routes!(routes::metrics::metrics))
}

/// The layers, outermost first. Refusals that cost nothing come before those that need the body, and the body is
/// read before the request takes a place.
pub(crate) fn with_layers(router: Router<Arc<App>>, app: Arc<App>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(Arc::clone(&app), request_id))
        .layer(from_fn(security_headers))
        .layer(from_fn_with_state(Arc::clone(&app), observe))
        .layer(from_fn(problems))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&app), host))
        .layer(from_fn_with_state(Arc::clone(&app), origin))
        .layer(from_fn_with_state(Arc::clone(&app), api_key))
        .layer(from_fn_with_state(Arc::clone(&app), body))
        .layer(from_fn_with_state(Arc::clone(&app), admission));
    router
        .fallback(|| async { ApiError::NoRoute })
        .method_not_allowed_fallback(|| async { ApiError::Method })
        .layer(layers)
        .with_state(app)
}
