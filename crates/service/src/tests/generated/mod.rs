//! Answers that a language model writes: the real client, against a model server on the wire.

mod answers;
mod broken;
mod cancelled;
mod degraded;
mod orders;
