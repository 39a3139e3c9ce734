//! Qdrant, embedded or served: one schema, hybrid search, atomic switch.
//!
//! Both homes keep the same points: a multivector named `dense` (a row for each passage, compared by its best row),
//! a sparse vector named `bm25`, and one payload type with keyword indexes. Both answer through the ports of
//! `viva_core` with the same ranked ids for the same question.
//!
//! | to | embedded | served |
//! |---|---|---|
//! | build an index | [`EmbeddedWriter`] | [`ServedWriter`] |
//! | read it, through a [`Shelf`] | [`EmbeddedHome`] | [`ServedHome`] |
//!
//! [`FileVectorCache`] keeps dense vectors between builds.
//!
//! Decisions. An index is never changed in place: each build is a new generation beside the serving one, and a
//! pointer (a file, an alias) is switched in one step; patching was refused because the embedded engine does not
//! replay its log, and because half a patch is an index that nobody made. The engine fuses the legs; this crate only
//! settles ties (`settle`), which the engine leaves to chance. Chunks are read once, when an edition is opened
//! (`roster`), so that a broken payload is found then.

mod durable;
mod embedded;
mod guide_record;
mod home;
mod manifest_record;
mod options;
mod payload;
mod plan;
mod roster;
mod search;
mod served;
mod settle;
mod shelf;
mod vector_cache;

pub use embedded::{EmbeddedHome, EmbeddedWriter, Holder, OpenError};
pub use home::{Home, HomeError, Wanted};
pub use options::{ApiKey, EmbeddedOptions, SearchOptions, ServedOptions};
pub use served::{ServedHome, ServedWriter};
pub use shelf::Shelf;
pub use vector_cache::FileVectorCache;
