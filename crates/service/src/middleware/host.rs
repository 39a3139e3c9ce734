//! Only requests that name this service by a name of its own are answered: a page of another site can make a browser
//! call loopback under its own name (DNS rebinding), but not under ours.

use super::authority::{Authority, HostName};
use crate::error::ApiError;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The names under which the service may be called.
pub(crate) struct HostRules {
    /// Always allowed, with any port: a port may be mapped on the way here.
    ours: Vec<HostName>,
    /// From the settings; one with a port allows that port alone.
    configured: Vec<Authority>,
    /// The port that the service listens on.
    pub(crate) port: u16,
}

impl HostRules {
    /// The rules of a service bound to `bound`; `Err` is the entry of `hosts` that is no host.
    ///
    /// The unspecified address is not among the names: browsers take `0.0.0.0` for loopback, also on foreign pages.
    pub(crate) fn new(bound: SocketAddr, hosts: &[String]) -> Result<Self, String> {
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
        let addresses = loopback.into_iter().chain((!bound.ip().is_unspecified()).then_some(bound.ip()));
        let ours = addresses.map(HostName::Address).chain([HostName::Name("localhost".to_owned())]).collect();
        let configured = hosts.iter().map(|host| Authority::parse(host.trim()).ok_or_else(|| host.clone()));
        Ok(Self { ours, configured: configured.collect::<Result<_, _>>()?, port: bound.port() })
    }

    /// Whether a request may name us so.
    pub(crate) fn allow(&self, authority: &Authority) -> bool {
        self.ours.contains(&authority.host) || self.allow_configured(authority)
    }

    /// Whether the settings name us so.
    pub(crate) fn allow_configured(&self, authority: &Authority) -> bool {
        self.configured.iter().any(|configured| {
            configured.host == authority.host
                && (configured.port.is_none() || configured.port == authority.port)
        })
    }
}

/// The host that a request names.
pub(crate) fn named_host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(only), None) = (hosts.next(), hosts.next()) else { return None };
    Authority::parse(only.to_str().ok()?)
}

/// Refuses requests for other hosts.
pub(crate) async fn host(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let named = named_host(request.headers()).ok_or(ApiError::BadHost)?;
    // A request line may name a host as well, and then outranks the header.
    let target = match request.uri().authority() {
        Some(authority) => Authority::parse(authority.as_str()).ok_or(ApiError::BadHost)?,
        None => named.clone(),
    };
    if app.hosts.allow(&named) && app.hosts.allow(&target) {
        Ok(next.run(request).await)
    } else {
        Err(ApiError::ForeignHost)
    }
}
