//! The embedded home: the engine in this process, its files in a folder.

mod engine;
mod home;
mod layout;
mod lock;
mod seal;
mod shard;
mod writer;

pub use home::EmbeddedHome;
pub use lock::{Holder, OpenError};
pub use writer::EmbeddedWriter;

/// Puts `plan` to a shard of `chunks` in `folder`.
#[cfg(test)]
pub(crate) fn test_shard(
    folder: &std::path::Path,
    chunks: Vec<viva_core::chunk::EmbeddedChunk>,
    plan: &crate::plan::Plan,
) -> crate::plan::Answer {
    let shard = shard::Shard::create(folder, chunks[0].dense[0].len()).unwrap();
    shard.add(chunks).unwrap();
    let answer = engine::run(&shard, plan).unwrap().collect().unwrap();
    shard.close().unwrap();
    answer
}
