//! Errors as pages, for those who ask for a page.

use super::browser::Browser;
use super::visit::html;
use crate::error::ApiError;
use crate::media::wants_html;
use crate::problem::About;
use axum::Extension;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use viva_web::pages::{Advice, error_page, not_found_page};

/// What programs call: problem documents whatever they accept.
const FOR_PROGRAMS: [&str; 7] =
    ["/api/", "/docs", "/openapi.json", "/livez", "/readyz", "/healthz", "/metrics"];

/// Writes the page of a response that carries an error, where the request was for a page; the `problems` layer does the
/// others.
pub(crate) async fn html_errors(
    Extension(about): Extension<About>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_for_people = !FOR_PROGRAMS.iter().any(|known| path.starts_with(known));
    if !is_for_people || !wants_html(request.headers()) {
        return next.run(request).await;
    }
    let target = request.uri().path_and_query().map_or(path, |target| target.as_str()).to_owned();
    let retry = (*request.method() == Method::GET).then_some(target.clone());
    let browser = Browser::read(request.headers(), &target);
    let mut response = next.run(request).await;
    let Ok(browser) = browser else { return response };
    let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() else { return response };
    error.log(&about.request_id);
    let page = page_of(&error, &browser, &about.request_id, retry.as_deref());
    let (mut bare, _) = response.into_parts();
    bare.headers.remove(CONTENT_LENGTH);
    bare.headers.remove(CONTENT_TYPE);
    let mut response = html(bare.status, page, &browser);
    for (name, value) in &bare.headers {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

fn page_of(error: &ApiError, browser: &Browser, request_id: &str, retry: Option<&str>) -> String {
    let kind = error.kind();
    if kind.status.as_u16() == 404 {
        return not_found_page(browser.chrome(0));
    }
    let detail = error.detail();
    let said = sentence(&detail);
    let advice = |detail, remedy, retry| Advice {
        title: kind.title,
        detail,
        remedy,
        request_id: Some(request_id),
        retry,
    };
    let advice = match error {
        ApiError::KeyRequired => advice(
            "This service answers only those who send its key, with every request.",
            "Send it as the header “Authorization: Bearer KEY” or “x-api-key: KEY”. A browser cannot do that by itself: \
             let a proxy in front of the service add it, or ask whoever runs the service.",
            None,
        ),
        ApiError::CrossOrigin => advice(
            "The form does not belong to this browser, or its page is from before its cookies were cleared.",
            "Go back, load the page again and send the form once more; cookies must be allowed.",
            None,
        ),
        ApiError::NotReady(_) => advice(&said, "Try again in a moment; the status page says more.", retry),
        _ => advice(&said, "If it happens again, the status page may say why.", retry),
    };
    error_page(browser.chrome(0), &advice)
}

/// A problem's detail as a sentence.
fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if detail.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}
