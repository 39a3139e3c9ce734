//! Conversations. Every action names the owner; what belongs to another one looks as if it did not exist.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod inspection;
pub(crate) mod list;
pub(crate) mod rename;
pub(crate) mod say;
pub(crate) mod show;
pub(crate) mod stop;
pub(crate) mod turn;

/// Conversations or turns on a page where the client does not say how many.
const PAGE: u32 = 20;
/// The most of them on a page.
const MAX_PAGE: u32 = 100;
