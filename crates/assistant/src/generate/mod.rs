//! Evidence -> an answer written by a language model, checked while it streams.

mod code;
mod degrade;
mod grounding;
mod markers;
pub(crate) mod prompt;
mod rewrite;
mod write;

pub(crate) use degrade::degraded;
pub(crate) use rewrite::rewritten;
pub(crate) use write::{Spoken, Task, write};
