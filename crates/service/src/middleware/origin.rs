//! Only pages of this service may change something through a browser. There are no CORS headers anywhere, so that
//! other pages can neither read an answer nor get leave to ask for one.

use super::authority::Authority;
use super::host::{HostRules, named_host};
use crate::error::ApiError;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Refuses state-changing requests of other pages. Programs send neither header and pass.
pub(crate) async fn origin(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let changes_state = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_state && !is_same_origin(&app.hosts, request.headers()) {
        return Err(ApiError::CrossOrigin);
    }
    Ok(next.run(request).await)
}

fn is_same_origin(hosts: &HostRules, headers: &HeaderMap) -> bool {
    let sites = headers.get_all("sec-fetch-site").iter();
    let no_cross_site = sites.into_iter().all(|site| !site.as_bytes().eq_ignore_ascii_case(b"cross-site"));
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => no_cross_site,
        (Some(origin), None) => {
            no_cross_site && origin.to_str().is_ok_and(|text| is_ours(hosts, headers, text))
        }
        (Some(_), Some(_)) => false,
    }
}

/// An allowed host's origin: by a configured name, or at the port that this service is called by. Another program on
/// this machine may serve pages at another port, and those are not ours.
fn is_ours(hosts: &HostRules, headers: &HeaderMap, origin: &str) -> bool {
    let (authority, default_port) = match origin.split_once("://") {
        Some((scheme, authority)) if scheme.eq_ignore_ascii_case("http") => (authority, 80),
        Some((scheme, authority)) if scheme.eq_ignore_ascii_case("https") => (authority, 443),
        _ => return false,
    };
    let Some(authority) = Authority::parse(authority) else { return false };
    let port = authority.port.unwrap_or(default_port);
    let called_by = named_host(headers).map(|host| host.port.unwrap_or(default_port));
    let at_our_port = port == hosts.port || called_by == Some(port);
    hosts.allow_configured(&authority) || (at_our_port && hosts.allow(&authority))
}
