//! A message in a conversation -> what it asks for, complete in itself.
//!
//! Without a model: a gate reads whether the message leans on what was said before (`gate`), and one that does is completed
//! with the topic of the last answer (`complete`). Both wordings are searched, also of a message that seems complete, so that
//! a wrong guess of the gate costs little (`blend`). The guide's entries give the topic its name; nothing is invented.

mod blend;
mod complete;
mod gate;
mod topic;

pub use blend::{Blend, Form, Signs};
pub(crate) use blend::{Bond, blend};
pub(crate) use complete::complete;
pub(crate) use gate::{Known, Lean, Leaning as Lent, Reading, is_joined, read};
pub(crate) use topic::Topic;
