//! The key that calls must carry, where one is set.
//!
//! Everything asks for it but a short list of open addresses: a new route is guarded unless somebody decides otherwise.
//! Whoever passes owns what is kept for them. Another key is another owner, so that changing the key does not
//! show old conversations to whoever gets the new one.

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
use viva_core::conversation::Owner;
use viva_core::id;
use viva_settings::Secret;

/// Addresses that need no key: what probes call, and what tells people how to get further.
const OPEN: [&str; 5] = ["/livez", "/readyz", "/healthz", "/openapi.json", "/docs"];

/// Whose everything is where no key is set.
const LOCAL: &str = "local";
/// Hexadecimal digits of a key's digest that name its owner.
const OWNER_DIGITS: usize = 16;

/// The key, as a digest: digests have one length, so that comparing them tells nothing of the key's.
pub(crate) struct KeyRule([u8; 32]);

impl KeyRule {
    pub(crate) fn new(key: &Secret) -> Self {
        Self(Sha256::digest(key.reveal().as_bytes()).into())
    }

    /// Whoever has the key: the beginning of its digest names it and does not give it away.
    pub(crate) fn owner(&self) -> Owner {
        Owner(format!("key:{}", &id::Digest(self.0).to_string()[..OWNER_DIGITS]))
    }

    fn opens(&self, presented: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(presented).into();
        digest.ct_eq(&self.0).into()
    }
}

/// Refuses requests without the key, and says whose the others are: an extension of type [`Owner`].
pub(crate) async fn api_key(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let path = request.uri().path();
    let is_open = OPEN.contains(&path) || path.starts_with("/docs/") || path.starts_with("/static/");
    let owner = match &app.key {
        None => Some(Owner(LOCAL.to_owned())),
        Some(rule) => is_presented(rule, request.headers()).then(|| rule.owner()),
    };
    match owner {
        Some(owner) => {
            request.extensions_mut().insert(owner);
        }
        // Nothing that is open belongs to anybody.
        None if is_open => {}
        None => return Err(ApiError::KeyRequired),
    }
    Ok(next.run(request).await)
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
