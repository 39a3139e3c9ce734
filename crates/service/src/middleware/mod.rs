//! What every request passes through, outermost first; `router` puts it together.

mod admission;
mod api_key;
mod authority;
mod body;
mod host;
mod observe;
mod origin;
mod panics;
mod problems;
mod request_id;
mod security_headers;

pub(crate) use admission::admission;
pub(crate) use api_key::{KeyRule, api_key};
pub(crate) use body::body;
pub(crate) use host::{HostRules, host};
pub(crate) use observe::observe;
pub(crate) use origin::origin;
pub(crate) use panics::{panicked, what_panicked};
pub(crate) use problems::problems;
pub(crate) use request_id::request_id;
pub(crate) use security_headers::{PAGE_POLICY, SCRIPTED_PAGE_POLICY, security_headers};
