//! The review schedule as pages: what is due, one card at a time, how it went.

pub(crate) mod card;
pub(crate) mod overview;
pub(crate) mod rate;
