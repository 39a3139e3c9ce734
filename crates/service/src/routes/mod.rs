//! One action a file: what it takes, what it says, how it is documented.

pub(crate) mod ask;
pub(crate) mod docs;
pub(crate) mod livez;
pub(crate) mod metrics;
pub(crate) mod modules;
pub(crate) mod openapi;
pub(crate) mod question;
pub(crate) mod question_page;
pub(crate) mod questions;
pub(crate) mod readyz;
pub(crate) mod search;
pub(crate) mod start_page;
pub(crate) mod stylesheet;
