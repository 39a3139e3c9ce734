//! What passed before need not run again.
//!
//! Only passes are kept: a failure is worth a second look, because it may come from a busy machine.

use super::RunError;
use super::environment::Environment;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use viva_core::id::Digest;

/// What a result depends on: the blocks of a chain so far, each with its output.
#[derive(Clone, Default)]
pub(super) struct Key(Sha256);

impl Key {
    pub(super) fn add(&mut self, code: &str, output: Option<&str>) {
        for text in [Some(code), output] {
            self.0.update([u8::from(text.is_some())]);
            self.0.update((text.unwrap_or_default().len() as u64).to_le_bytes());
            self.0.update(text.unwrap_or_default());
        }
    }

    pub(super) fn finish(&self, environment: &Environment) -> Digest {
        let mut hasher = self.0.clone();
        hasher.update(environment.id.0);
        Digest(hasher.finalize().into())
    }
}

/// The folder of results: a file each, holding what was printed.
pub(super) struct Results(PathBuf);

impl Results {
    pub(super) fn open(cache: &Path) -> Result<Self, RunError> {
        let path = cache.join("results");
        match std::fs::create_dir_all(&path) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(RunError::Cache { path, source }),
        }
    }

    pub(super) fn get(&self, key: &Digest) -> Result<Option<String>, RunError> {
        let path = self.0.join(key.to_string());
        match std::fs::read_to_string(&path) {
            Ok(printed) => Ok(Some(printed)),
            // Missing, or not written by us: run the block.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
                Ok(None)
            }
            Err(source) => Err(RunError::Cache { path, source }),
        }
    }

    /// Written beside and renamed, so that a run that is cut off leaves no half result.
    pub(super) fn put(&self, key: &Digest, printed: &str) -> Result<(), RunError> {
        let path = self.0.join(key.to_string());
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            file.write_all(printed.as_bytes())?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| RunError::Cache { path: path.clone(), source })
    }
}
