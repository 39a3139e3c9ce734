//! What an index was made from.

use crate::id::Digest;

/// The version of the payload and the collection schema. Raised when either changes.
pub const SCHEMA_VERSION: u32 = 1;

/// What an index was made from: checked before the first query, so that a change of model or chunker is
/// noticed before a question is answered wrongly.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema: u32,
    /// Revision of the guide that was indexed.
    pub revision: Digest,
    /// Name and version of the chunker, with its settings.
    pub chunker: String,
    /// The dense encoder.
    pub model: ModelIdentity,
    /// Name and version of the sparse encoder, with its settings.
    pub sparse: String,
    /// Mean length of a chunk in BM25 terms; document vectors are normalised by it.
    pub mean_terms: f32,
    /// How many questions are in it.
    pub questions: u32,
    /// How many chunks are in it.
    pub chunks: u32,
    /// When it was finished, in seconds since 1970.
    pub built_at: u64,
}

/// A dense encoder that cannot be confused with another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelIdentity {
    /// For people: `all-MiniLM-L6-v2`.
    pub name: String,
    /// Digest of the model file.
    pub file: Digest,
    /// Components of a vector.
    pub dimension: u32,
}

/// Why an index cannot answer for the present settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Written by another version of the schema.
    #[error("the index has schema {found}, this program writes schema {wanted}")]
    Schema {
        /// In the index.
        found: u32,
        /// Of this program.
        wanted: u32,
    },
    /// Embedded with another model.
    #[error("the index was embedded with `{found}`, the settings name `{wanted}`")]
    Model {
        /// In the index.
        found: String,
        /// In the settings.
        wanted: String,
    },
    /// Encoded with another sparse encoder.
    #[error("the index was encoded with `{found}`, the settings name `{wanted}`")]
    Sparse {
        /// In the index.
        found: String,
        /// In the settings.
        wanted: String,
    },
}

impl Manifest {
    /// Whether queries encoded with `model` and `sparse` may be asked of this index.
    pub fn answers_for(&self, model: &ModelIdentity, sparse: &str) -> Result<(), Mismatch> {
        if self.schema != SCHEMA_VERSION {
            return Err(Mismatch::Schema { found: self.schema, wanted: SCHEMA_VERSION });
        }
        if self.model != *model {
            let describe = |m: &ModelIdentity| format!("{} ({}, {})", m.name, m.dimension, m.file.short());
            return Err(Mismatch::Model { found: describe(&self.model), wanted: describe(model) });
        }
        if self.sparse != sparse {
            return Err(Mismatch::Sparse { found: self.sparse.clone(), wanted: sparse.to_owned() });
        }
        Ok(())
    }
}
