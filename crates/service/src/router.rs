//! Every route, and the layers around all of them.

use crate::error::ApiError;
use crate::middleware::{
    admission, api_key, body, host, observe, origin, panicked, problems, request_id, security_headers,
};
use crate::openapi::Document;
use crate::pages::html_errors;
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
        // conversations
        .routes(routes!(routes::conversations::list::list, routes::conversations::create::create))
        .routes(routes!(
            routes::conversations::show::show,
            routes::conversations::rename::rename,
            routes::conversations::delete::delete
        ))
        .routes(routes!(routes::conversations::say::say))
        .routes(routes!(routes::conversations::turn::turn))
        .routes(routes!(routes::conversations::inspection::inspection))
        .routes(routes!(routes::conversations::stop::stop))
        // interviews
        .routes(routes!(routes::interviews::list::list, routes::interviews::start::start))
        .routes(routes!(routes::interviews::show::show))
        .routes(routes!(routes::interviews::answer::answer))
        .routes(routes!(routes::interviews::hint::hint))
        .routes(routes!(routes::interviews::skip::skip))
        .routes(routes!(routes::interviews::reveal::reveal))
        .routes(routes!(routes::interviews::finish::finish))
        .routes(routes!(routes::interviews::report::report))
        .routes(routes!(routes::grade::grade))
        .routes(routes!(routes::reviews::due))
        .routes(routes!(routes::reviews::review))
        .routes(routes!(routes::progress::progress))
        // guide
        .routes(routes!(routes::modules::modules))
        .routes(routes!(routes::questions::questions))
        .routes(routes!(routes::question::question))
        // pages
        .routes(routes!(routes::pages::start::start))
        .routes(routes!(routes::pages::asked::asked))
        .routes(routes!(routes::pages::conversation::conversation))
        .routes(routes!(routes::pages::conversation::rename))
        .routes(routes!(routes::pages::conversation::delete))
        .routes(routes!(routes::pages::turn::turn_stream))
        .routes(routes!(routes::pages::turn::turn_stop))
        .routes(routes!(routes::pages::inside::inside))
        .routes(routes!(routes::pages::guide::guide))
        .routes(routes!(routes::pages::module::module))
        .routes(routes!(routes::pages::entry::entry))
        .routes(routes!(routes::pages::interviews::setup::setup, routes::pages::interviews::begin::begin))
        .routes(routes!(routes::pages::interviews::sitting::sitting, routes::pages::interviews::act::act))
        .routes(routes!(routes::pages::interviews::report::report))
        .routes(routes!(routes::pages::interviews::report::report_file))
        .routes(routes!(routes::pages::reviews::overview::overview))
        .routes(routes!(routes::pages::reviews::card::card, routes::pages::reviews::rate::rate))
        .routes(routes!(routes::pages::status::status))
        .routes(routes!(routes::pages::theme::theme))
        .routes(routes!(routes::pages::assets::assets))
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
        .layer(from_fn(html_errors))
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
