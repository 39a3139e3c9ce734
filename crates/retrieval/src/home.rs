//! What a home of the index offers the shelf.

use crate::manifest_record::RecordError;
use async_trait::async_trait;
use std::error::Error;
use std::fmt::Display;
use viva_core::manifest::{Manifest, Mismatch, ModelIdentity};
use viva_core::ports::Edition;

/// A place where editions are kept: [`EmbeddedHome`](crate::EmbeddedHome) or [`ServedHome`](crate::ServedHome).
#[async_trait]
pub trait Home: Send + Sync {
    /// The name of the serving generation; `None` where nothing was ingested.
    async fn current(&self) -> Result<Option<String>, HomeError>;

    /// Opens that generation, checked in full; an index made with other settings than `wanted` is refused unread.
    async fn open(&self, generation: &str, wanted: &Wanted) -> Result<Edition, HomeError>;
}

/// What queries will be encoded with; an index made otherwise cannot answer them.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The dense encoder.
    pub model: ModelIdentity,
    /// The sparse encoder.
    pub sparse: String,
}

impl Wanted {
    pub(crate) fn check(&self, manifest: &Manifest) -> Result<(), HomeError> {
        manifest.answers_for(&self.model, &self.sparse).map_err(HomeError::Mismatch)
    }
}

/// Why an edition cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// The home cannot be reached just now; it may be later.
    #[error("{0}")]
    Unavailable(String),
    /// What is there cannot be used, and waiting will not help.
    #[error("{0}")]
    Broken(String),
    /// It was made with other settings.
    #[error(transparent)]
    Mismatch(Mismatch),
}

impl HomeError {
    /// Sorts a record's error; `broken` words the rest.
    pub(crate) fn of_record(error: RecordError, broken: &dyn Fn(&dyn Display) -> Self) -> Self {
        match error {
            RecordError::Mismatch(mismatch) => Self::Mismatch(mismatch),
            other => broken(&chain(&other)),
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.ends_with(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}
