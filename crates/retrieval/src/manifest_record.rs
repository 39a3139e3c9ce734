//! The manifest as it is stored with an index: a mirror of the domain type in JSON.

use crate::guide_record::read_guide;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use viva_core::guide::Guide;
use viva_core::id::Digest;
use viva_core::manifest::{Manifest, Mismatch, ModelIdentity, SCHEMA_VERSION};
use viva_core::ports::BoxError;

/// What is stored beside the chunks of one edition.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ManifestRecord {
    schema: u32,
    revision: String,
    chunker: String,
    model_name: String,
    model_file: String,
    model_dimension: u32,
    sparse: String,
    mean_terms: f32,
    questions: u32,
    chunks: u32,
    built_at: u64,
    /// SHA-256 of the guide's text, in hexadecimal digits.
    guide: String,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error(transparent)]
    Mismatch(Mismatch),
    #[error("its {0} cannot be read")]
    Unreadable(&'static str, #[source] Option<BoxError>),
    #[error("{0}")]
    Disagrees(String),
}

impl ManifestRecord {
    /// Mirrors `manifest`; `guide` is the text of [`crate::guide_record::write_guide`].
    pub(crate) fn new(manifest: &Manifest, guide: &str) -> Self {
        let Manifest { schema, revision, chunker, model, sparse, mean_terms, questions, chunks, built_at } =
            manifest;
        let ModelIdentity { name, file, dimension } = model;
        Self {
            schema: *schema,
            revision: revision.to_string(),
            chunker: chunker.clone(),
            model_name: name.clone(),
            model_file: file.to_string(),
            model_dimension: *dimension,
            sparse: sparse.clone(),
            mean_terms: *mean_terms,
            questions: *questions,
            chunks: *chunks,
            built_at: *built_at,
            guide: sha256(guide.as_bytes()).to_string(),
        }
    }

    /// As JSON text.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads JSON text. The schema is looked at first: another one may have other fields.
    pub(crate) fn read(text: &str) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        let unreadable = |error: serde_json::Error| RecordError::Unreadable("manifest", Some(error.into()));
        let Version { schema: found } = serde_json::from_str(text).map_err(unreadable)?;
        if found != SCHEMA_VERSION {
            return Err(RecordError::Mismatch(Mismatch::Schema { found, wanted: SCHEMA_VERSION }));
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    /// The manifest.
    pub(crate) fn manifest(&self) -> Result<Manifest, RecordError> {
        let digest = |text: &str| Digest::from_hex(text).ok_or(RecordError::Unreadable("manifest", None));
        let Self {
            schema,
            revision,
            chunker,
            model_name,
            model_file,
            model_dimension,
            sparse,
            mean_terms,
            questions,
            chunks,
            built_at,
            guide: _, // of the storage, not of the domain
        } = self;
        let model = ModelIdentity {
            name: model_name.clone(),
            file: digest(model_file)?,
            dimension: *model_dimension,
        };
        Ok(Manifest {
            schema: *schema,
            revision: digest(revision)?,
            chunker: chunker.clone(),
            model,
            sparse: sparse.clone(),
            mean_terms: *mean_terms,
            questions: *questions,
            chunks: *chunks,
            built_at: *built_at,
        })
    }

    /// Reads the guide's text back and checks it against this record.
    pub(crate) fn guide(&self, text: &str) -> Result<Guide, RecordError> {
        if sha256(text.as_bytes()).to_string() != self.guide {
            return Err(RecordError::Disagrees("its guide is not the one that was ingested".to_owned()));
        }
        let guide = read_guide(text)?;
        let questions = guide.questions().count();
        if guide.revision().to_string() != self.revision || questions != self.questions as usize {
            return Err(RecordError::Disagrees(format!(
                "its guide has {questions} questions in revision {}, its manifest says {} in {:.12}",
                guide.revision().short(),
                self.questions,
                self.revision
            )));
        }
        Ok(guide)
    }
}

fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
