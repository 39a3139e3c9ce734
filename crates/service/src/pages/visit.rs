//! A visit to a page: whose it is, in which browser, and the ways to answer it.

use super::browser::Browser;
use super::schedule::due;
use crate::error::ApiError;
use crate::middleware::PAGE_POLICY;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use viva_core::conversation::Owner;
use viva_web::pages::Chrome;

/// Who visits.
pub(crate) struct Visit {
    pub(crate) owner: Owner,
    browser: Browser,
    due: usize,
}

impl Visit {
    /// What every page shows.
    pub(crate) fn chrome(&self) -> Chrome<'_> {
        self.browser.chrome(self.due)
    }

    /// A page.
    pub(crate) fn page(&self, text: String) -> Response {
        self.page_with(StatusCode::OK, text)
    }

    /// A page with another status.
    pub(crate) fn page_with(&self, status: StatusCode, text: String) -> Response {
        html(status, text, &self.browser)
    }

    async fn read(app: &App, headers: &HeaderMap, uri: &Uri, owner: Option<Owner>) -> Result<Self, ApiError> {
        let owner = owner.ok_or(ApiError::KeyRequired)?;
        let path = uri.path_and_query().map_or(uri.path(), |path| path.as_str());
        let browser = Browser::read(headers, path)?;
        // A number beside a link is no reason to refuse a page.
        let due = due(app, &owner).await.map_or(0, |due| due.len());
        Ok(Self { owner, browser, due })
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let owner = parts.extensions.get::<Owner>().cloned();
        Self::read(app, &parts.headers, &parts.uri, owner).await
    }
}

/// A page for `browser`.
pub(crate) fn html(status: StatusCode, text: String, browser: &Browser) -> Response {
    let mut response = (status, [(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(text)).into_response();
    if let Some(cookie) = browser.new_cookie() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The answer to a form: look there. `to` is a path of ours.
pub(crate) fn see_other(to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response(),
        Err(error) => ApiError::Internal(format!("an address cannot be sent: {error}")).into_response(),
    }
}
