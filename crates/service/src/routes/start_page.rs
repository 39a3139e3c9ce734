//! `GET /`: what is here.

use crate::error::explain;
use crate::html::{escape, page};
use crate::middleware::PAGE_POLICY;
use crate::problem::{Admitted, AnyRoute};
use crate::state::App;
use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse};
use std::sync::Arc;

const LINKS: &str = "<ul>\n\
    <li><a href=\"/docs\">The API, to read and to try</a> (<a href=\"/openapi.json\">OpenAPI document</a>)</li>\n\
    <li><a href=\"/api/v1/modules\">Modules</a> and <a href=\"/api/v1/questions\">questions</a> of the guide</li>\n\
    <li><a href=\"/readyz\">Whether questions can be answered now</a></li>\n\
    <li><a href=\"/metrics\">Metrics</a></li>\n</ul>\n";

/// Says what is here
#[utoipa::path(
    get, path = "/", tag = "pages",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        AnyRoute, Admitted,
    ),
)]
pub(crate) async fn start_page(State(app): State<Arc<App>>) -> impl IntoResponse {
    let state = match app.state.assistant.edition() {
        Ok(edition) => {
            let guide = &edition.guide;
            let (modules, questions) = (guide.modules().len(), guide.questions().count());
            format!(
                "Answering from {questions} questions in {modules} modules, revision {}.",
                guide.revision().short()
            )
        }
        Err(reason) => format!("Not answering yet: {}.", explain(&reason)),
    };
    let body = format!(
        "<h1>Viva</h1>\n<p>An interview assistant that answers from its guide, with citations.</p>\n<p>{}</p>\n{LINKS}\
         <p>Ask from a terminal:</p>\n<pre>curl --json '{{\"question\": \"what is the GIL?\"}}' http://{}/api/v1/ask</pre>\n",
        escape(&state),
        app.address,
    );
    ([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page("Viva", &body)))
}
