//! A JSON body.

use super::FieldError;
use super::fields::broken_rule;
use crate::error::ApiError;
use crate::media::is_json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use sha2::{Digest as _, Sha256};
use viva_core::id::Digest;

/// A body that is one JSON object, or a refusal that names the field. axum's own extractor was refused: it says all
/// of it in one sentence of plain text.
///
/// Size and time were limited before, by the `body` layer; depth is limited by `serde_json` (128).
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let DigestedJson { body, digest: _ } = DigestedJson::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A JSON body, and the SHA-256 of its bytes.
pub(crate) struct DigestedJson<T> {
    pub(crate) body: T,
    pub(crate) digest: Digest,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for DigestedJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::MediaType);
        }
        let bytes = bytes(request, state).await?;
        Ok(Self { body: parse(&bytes)?, digest: Digest(Sha256::digest(&bytes).into()) })
    }
}

/// A JSON body, or none at all, which is the same as `{}`.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let has_json = is_json(request.headers());
        let bytes = bytes(request, state).await?;
        match (bytes.is_empty(), has_json) {
            (true, _) => parse(b"{}").map(Self),
            (false, true) => parse(&bytes).map(Self),
            (false, false) => Err(ApiError::MediaType),
        }
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let unread = |_| ApiError::Malformed { detail: "the body could not be read to its end".into() };
    Bytes::from_request(request, state).await.map_err(unread)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // A derived struct would take `["…"]` for its fields in order.
    let is_object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !is_object {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| malformed(&error))?;
        return Err(ApiError::field("body", "a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal(&error))?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    match error.inner().classify() {
        Category::Data => {
            let FieldError { field, rule } = broken_rule(error);
            ApiError::field(field, rule)
        }
        Category::Io | Category::Syntax | Category::Eof => malformed(error.inner()),
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::Malformed { detail: format!("the body is not JSON: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is of interest")]
    struct Body {
        #[serde(default)]
        name: String,
        count: u8,
    }

    #[track_caller]
    fn check(body: &str, expected: Result<(), (&str, &str)>) {
        match (parse::<Body>(body.as_bytes()), expected) {
            (Ok(_), Ok(())) | (Err(ApiError::Malformed { .. }), Err(("", "malformed"))) => {}
            (Err(ApiError::Invalid { errors }), Err((field, rule))) => {
                assert_eq!(errors[0].field, field, "{body}");
                assert!(errors[0].rule.contains(rule), "{body}: {}", errors[0].rule);
            }
            (found, expected) => panic!("{body}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_refusal_names_the_field() {
        check(r#" {"name": "x", "count": 1} "#, Ok(()));
        check(r#"{"count": "1"}"#, Err(("count", "expected u8")));
        check(r#"{"count": 256}"#, Err(("count", "256")));
        check(r#"{"name": null, "count": 1}"#, Err(("name", "expected a string")));
        check(r#"{"name": "x"}"#, Err(("count", "is required")));
        check(r#"{"count": 1, "count": 2}"#, Err(("count", "may be given once")));
        check(r#"{"count": 1, "köln`s": 2}"#, Err(("köln`s", "is not known; expected `name` or `count`")));
        check(r#"["x", 1]"#, Err(("body", "a JSON object")));
        check("null", Err(("body", "a JSON object")));
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in
            ["", "{", "{]", "{\"name\": \"\\ud800\", \"count\": 1}", "nul", "{\"count\": 1} x", "\u{feff}{}"]
        {
            check(body, Err(("", "malformed")));
        }
        let deep = "[".repeat(100_000);
        check(&deep, Err(("", "malformed")));
        check(&format!("{{\"count\": {deep}"), Err(("count", "")));
        assert!(matches!(parse::<Body>(b"{\"name\": \"\xff\"}"), Err(ApiError::Malformed { .. })));
    }

    #[test]
    fn what_the_client_wrote_comes_back_short() {
        let Err(ApiError::Invalid { errors }) =
            parse::<Body>(format!("{{\"{}\": 1}}", "x".repeat(100_000)).as_bytes())
        else {
            panic!("an unknown field was taken")
        };
        assert!(errors[0].field.len() <= 200 && errors[0].rule.contains("expected `name` or `count`"));
    }
}
