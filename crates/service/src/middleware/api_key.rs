//! The key that calls must carry, where one is set.
//!
//! Everything asks for it but a short list of open addresses: a new route is guarded unless somebody decides otherwise.

use crate::error::ApiError;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use viva_settings::Secret;

/// Addresses that need no key: what probes call, and what tells people how to get further.
const OPEN: [&str; 7] = ["/", "/style.css", "/livez", "/readyz", "/healthz", "/openapi.json", "/docs"];

/// The key, as a digest: digests have one length, so that comparing them tells nothing of the key's.
pub(crate) struct KeyRule([u8; 32]);

impl KeyRule {
    pub(crate) fn new(key: &Secret) -> Self {
        Self(Sha256::digest(key.reveal().as_bytes()).into())
    }

    fn opens(&self, presented: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(presented).into();
        digest.ct_eq(&self.0).into()
    }
}

/// Refuses requests without the key.
pub(crate) async fn api_key(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let path = request.uri().path();
    let is_open = OPEN.contains(&path) || path.starts_with("/docs/");
    match &app.key {
        Some(rule) if !is_open && !is_presented(rule, request.headers()) => Err(ApiError::KeyRequired),
        _ => Ok(next.run(request).await),
    }
}

/// At least one key, and none that is wrong: two different ones are somebody's mistake or trick.
fn is_presented(rule: &KeyRule, headers: &HeaderMap) -> bool {
    let bearers = headers.get_all(AUTHORIZATION).iter().filter_map(|value| bearer(value.as_bytes()));
    let plain = headers.get_all("x-api-key").iter().map(HeaderValue::as_bytes);
    let opened: Vec<bool> = bearers.chain(plain).map(|key| rule.opens(key)).collect();
    !opened.is_empty() && opened.iter().all(|opens| *opens)
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| key.trim_ascii())
}
