//! Forms as browsers send them, refused without the token that the page gave them.

use super::browser::is_token_of;
use crate::error::ApiError;
use crate::state::App;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use std::sync::Arc;

/// The fields of a form whose token was checked, so that no handler can forget to.
pub(crate) struct Form(pub(crate) Fields);

/// Fields in their order; a name may stand for several.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.filled(name).unwrap_or_default()
    }

    /// Every value of that name that is not empty.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.clone()).collect()
    }

    /// A longer text, with line ends as everywhere else: browsers send each as two characters.
    pub(crate) fn lines(&self, name: &str) -> String {
        self.text(name).replace("\r\n", "\n")
    }

    /// The first value of that name, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The fields of a query; pages take what they know of it and leave the rest.
pub(crate) fn query_fields(query: Option<&str>) -> Fields {
    Fields::parse(query.unwrap_or_default().as_bytes())
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        if !is_form(&headers) {
            return Err(ApiError::Malformed { detail: "the body is not a form's".into() });
        }
        let unread = |_| ApiError::Malformed { detail: "the body ended before its end".into() };
        let body = Bytes::from_request(request, app).await.map_err(unread)?;
        let fields = Fields::parse(&body);
        if is_token_of(&headers, fields.text("csrf")) { Ok(Self(fields)) } else { Err(ApiError::CrossOrigin) }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = media_type.split(';').next().unwrap_or_default().trim();
    name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
