//! `GET /questions/{id}`: the page that citations lead to. Markdown is shown as it is written.

use crate::error::ApiError;
use crate::extract::Path;
use crate::html::{escape, page};
use crate::middleware::PAGE_POLICY;
use crate::problem::{Admitted, AnyRoute, Keyed, NamesQuestion};
use crate::routes::question::find;
use crate::state::App;
use crate::wire::follow_up_anchor;
use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse};
use std::fmt::Write as _;
use std::sync::Arc;
use viva_core::guide::{Guide, Question};

/// Shows a question to people
#[utoipa::path(
    get, path = "/questions/{id}", tag = "pages",
    params(("id" = String, Path, description = "The question's id")),
    responses(
        (status = 200, description = "The page; each section has its anchor", body = String, content_type = "text/html"),
        AnyRoute, Keyed, Admitted, NamesQuestion,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn question_page(
    State(app): State<Arc<App>>,
    Path(id): Path,
) -> Result<impl IntoResponse, ApiError> {
    let guide = &app.edition()?.guide;
    let question = find(guide, &id)?;
    let html = page(&question.text, &body(guide, question));
    Ok(([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(html)))
}

fn body(guide: &Guide, question: &Question) -> String {
    let mut html = format!("<p><a href=\"/\">Viva</a></p>\n<h1>{}</h1>\n", escape(&question.text));
    let module = guide.module(&question.module).map_or("", |module| &module.title);
    let level = question.level.map(|level| format!(" · {level}")).unwrap_or_default();
    let _ = writeln!(html, "<p class=\"about\">{}{level}</p>", escape(module));
    for section in &question.sections {
        let _ = write!(html, "{}", block(&section.anchor, &section.heading, &section.markdown));
    }
    for (follow_up, n) in question.follow_ups.iter().zip(1..) {
        let _ = write!(html, "{}", block(&follow_up_anchor(n), &follow_up.question, &follow_up.answer));
    }
    let related: Vec<&Question> = question.related.iter().filter_map(|id| guide.question(id)).collect();
    if !related.is_empty() {
        html.push_str("<h2>Read on</h2>\n<ul>\n");
        for other in related {
            let _ =
                writeln!(html, "<li><a href=\"/questions/{}\">{}</a></li>", other.id, escape(&other.text));
        }
        html.push_str("</ul>\n");
    }
    html
}

fn block(anchor: &str, heading: &str, markdown: &str) -> String {
    let (anchor, heading, markdown) = (escape(anchor), escape(heading), escape(markdown));
    format!(
        "<section id=\"{anchor}\">\n<h2><a href=\"#{anchor}\">{heading}</a></h2>\n<pre>{markdown}</pre>\n</section>\n"
    )
}
