//! One action a file: what it takes, what it says, how it is documented.

pub(crate) mod ask;
pub(crate) mod conversations;
pub(crate) mod docs;
pub(crate) mod grade;
pub(crate) mod interviews;
pub(crate) mod livez;
pub(crate) mod metrics;
pub(crate) mod modules;
pub(crate) mod openapi;
pub(crate) mod pages;
pub(crate) mod progress;
pub(crate) mod question;
pub(crate) mod questions;
pub(crate) mod readyz;
pub(crate) mod reviews;
pub(crate) mod search;
