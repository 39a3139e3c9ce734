//! The chunks of an open edition, by point, with their reading order.
//!
//! They are read once, when the edition is opened. A payload that cannot be read is then found before the first
//! query and never during one, a search moves only ids and scores, and ties can be broken by reading order in both
//! homes alike. Fetching payloads with every search was refused for these reasons; the guide is in memory anyway.

use std::collections::HashMap;
use std::sync::Arc;
use viva_core::chunk::{Chunk, ChunkId};
use viva_core::guide::Guide;

/// Every chunk of one edition.
pub(crate) struct Roster {
    chunks: HashMap<ChunkId, Entry>,
}

struct Entry {
    order: u32,
    chunk: Arc<Chunk>,
}

impl Roster {
    /// Sorts `chunks` by question, section and part.
    pub(crate) fn new(mut chunks: Vec<(ChunkId, Chunk)>) -> Self {
        chunks.sort_by(|(id, a), (other, b)| {
            (&a.question, &a.origin, id).cmp(&(&b.question, &b.origin, other))
        });
        let numbered = (0_u32..).zip(chunks);
        Self {
            chunks: numbered
                .map(|(order, (id, chunk))| (id, Entry { order, chunk: Arc::new(chunk) }))
                .collect(),
        }
    }

    /// How many chunks there are.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len()
    }

    /// The place of a chunk in reading order, from 0.
    pub(crate) fn order(&self, id: ChunkId) -> Option<u32> {
        self.chunks.get(&id).map(|entry| entry.order)
    }

    /// The chunk itself.
    pub(crate) fn chunk(&self, id: ChunkId) -> Option<&Arc<Chunk>> {
        self.chunks.get(&id).map(|entry| &entry.chunk)
    }

    /// Why the chunks are not those of `guide`, where `expected` of them were indexed.
    pub(crate) fn disagreement(&self, guide: &Guide, expected: u32) -> Option<String> {
        if self.len() != expected as usize {
            return Some(format!("it holds {} chunks, its manifest says {expected}", self.len()));
        }
        let stray = self.chunks.values().find(|entry| guide.question(&entry.chunk.question).is_none())?;
        Some(format!("it holds a chunk of `{}`, which its guide does not have", stray.chunk.question))
    }
}
