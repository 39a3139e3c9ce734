//! What is embedded and indexed.

use crate::guide::{Level, SectionKind};
use crate::id::{Digest, FocusArea, ModuleId, QuestionId, Role};
use crate::vector::{DenseVector, SparseVector};

/// One unit of retrieval: a card, or a section or a part of one, with its heading path in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The question it belongs to.
    pub question: QuestionId,
    /// That question's module.
    pub module: ModuleId,
    /// What it is a chunk of.
    pub origin: Origin,
    /// Verbatim text of the guide (for a card: the question and its aliases, a line each).
    pub text: String,
    /// What the encoders see, a row of the dense vector each. A section has one row: heading path and
    /// text. A card has a row for the question and one for each alias, so that the closest wording counts.
    pub passages: Vec<String>,
    /// For filters.
    pub level: Option<Level>,
    /// For filters.
    pub roles: Vec<Role>,
    /// For filters.
    pub focus: Vec<FocusArea>,
}

/// What a [`Chunk`] was cut from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The question's card: its wording and its aliases.
    Card,
    /// Part number `part` (from 0) of a section.
    Section {
        /// Which section.
        kind: SectionKind,
        /// The fragment of its address, unique within the question.
        anchor: String,
        /// Position within the section, from 0.
        part: u16,
    },
}

/// Names one chunk: the same question, section, part and content give the same id in every home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkId(pub u128);

/// A chunk with everything that the index stores of it.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedChunk {
    /// Its name.
    pub id: ChunkId,
    /// Digest of `passages`; equal digests share their dense rows.
    pub content: Digest,
    /// The chunk.
    pub chunk: Chunk,
    /// One row for each passage.
    pub dense: Vec<DenseVector>,
    /// The BM25 vector of the whole chunk.
    pub sparse: SparseVector,
}
