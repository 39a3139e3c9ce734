//! Defaults, file, environment and flags, merged into one valid [`Settings`].
//!
//! Two stages: `layers` holds what was written, where, as flat `section.key` pairs; [`Settings`] is what the
//! program sees, and cannot be wrong. `config/default.toml` is compiled in and names every key, so that it is at
//! once the reference for people, the list of known keys and the type of each value. A deserialiser over the
//! merged table was refused: it no longer knows which file a bad value came from, and the error must say so.
//!
//! This is the only crate that reads the environment.

mod environment;
mod error;
mod layers;
mod model;
mod reader;
mod secret;
mod settings;

pub use environment::Environment;
pub use error::SettingsError;
pub use layers::{DEFAULT_FILE, Overrides};
pub use model::{Model, Provider, Storing, TokenLimitField};
pub use secret::Secret;
pub use settings::{
    Answering, Content, Data, Embedding, Http, Ingesting, Log, LogFormat, Retrieval, Settings,
};

#[cfg(test)]
mod tests;
