//! The pages, one a file; `viva-web` says what each takes and gives. They are for people: what they do not know of a query
//! they leave aside, and a refusal is a page too.

pub(crate) mod asked;
pub(crate) mod asking;
pub(crate) mod assets;
pub(crate) mod conversation;
pub(crate) mod entry;
pub(crate) mod guide;
pub(crate) mod inside;
pub(crate) mod interviews;
pub(crate) mod module;
pub(crate) mod reviews;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod theme;
pub(crate) mod turn;
