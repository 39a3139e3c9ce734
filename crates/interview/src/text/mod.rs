//! Looking at text: words, statements, and what of an answer counts as one.

pub(crate) mod split;
pub(crate) mod substance;
pub(crate) mod words;
