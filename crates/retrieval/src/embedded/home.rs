//! Opening the embedded index for searching.

use super::engine::EmbeddedEngine;
use super::layout::{Layout, Pointer};
use super::lock::{HeldLock, Holder, LockError, OpenError};
use super::seal;
use super::shard::Shard;
use crate::durable;
use crate::home::{Home, HomeError, Wanted, chain};
use crate::manifest_record::ManifestRecord;
use crate::options::EmbeddedOptions;
use crate::roster::Roster;
use crate::search::Searcher;
use async_trait::async_trait;
use std::collections::HashSet;
use std::fmt::Display;
use std::fs;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use viva_core::guide::Guide;
use viva_core::manifest::Manifest;
use viva_core::ports::Edition;

/// The embedded index, held for searching by this process alone.
///
/// The lock is let go when this and every edition opened from it are gone.
pub struct EmbeddedHome {
    options: EmbeddedOptions,
    holder: Holder,
    permits: Arc<Semaphore>,
    shared: Arc<Shared>,
}

/// What must outlive every open shard.
struct Shared {
    layout: Layout,
    lock: HeldLock,
    /// Generations that this process has open.
    open: Mutex<HashSet<String>>,
}

impl EmbeddedHome {
    /// Takes the index for searching, for `holder`. The index itself may not be there yet.
    pub fn open(options: EmbeddedOptions, holder: Holder) -> Result<Self, OpenError> {
        let folder = options.folder.clone();
        let unusable = |source| OpenError::Folder { folder: folder.clone(), source };
        fs::create_dir_all(&options.folder).map_err(unusable)?;
        let layout = Layout::new(options.folder.clone());
        let lock = HeldLock::take(&layout.search_lock(), &holder).map_err(|error| match error {
            LockError::Held(holder) => OpenError::Held { holder, folder: folder.clone() },
            LockError::Io(source) => unusable(source),
        })?;
        let permits = Arc::new(Semaphore::new(options.threads.max(1)));
        let shared = Arc::new(Shared { layout, lock, open: Mutex::default() });
        Ok(Self { options, holder, permits, shared })
    }

    /// Says to others that this process answers at `address`.
    pub fn announce(&self, address: impl Into<String>) -> Result<(), OpenError> {
        let holder = Holder { address: Some(address.into()), ..self.holder.clone() };
        let folder = self.options.folder.clone();
        self.shared.lock.describe(&holder).map_err(|source| OpenError::Folder { folder, source })
    }
}

#[async_trait]
impl Home for EmbeddedHome {
    async fn current(&self) -> Result<Option<String>, HomeError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            shared.sweep();
            let pointer =
                shared.layout.read_pointer().map_err(|error| HomeError::Broken(error.to_string()))?;
            Ok(pointer.map(|pointer| pointer.generation))
        })
        .await
    }

    async fn open(&self, generation: &str, wanted: &Wanted) -> Result<Edition, HomeError> {
        let (shared, wanted, generation) = (Arc::clone(&self.shared), wanted.clone(), generation.to_owned());
        let (permits, options) = (Arc::clone(&self.permits), self.options.search);
        blocking(move || {
            let opened = shared.open(&generation, &wanted)?;
            let engine = EmbeddedEngine { shard: Arc::new(opened.shard), permits };
            let search = Arc::new(Searcher { engine, roster: opened.roster, options });
            Ok(Edition { manifest: opened.manifest, guide: Arc::new(opened.guide), search })
        })
        .await
    }
}

/// What is in a generation.
struct Opened {
    shard: Shard,
    roster: Roster,
    manifest: Manifest,
    guide: Guide,
}

impl Shared {
    fn open(self: &Arc<Self>, generation: &str, wanted: &Wanted) -> Result<Opened, HomeError> {
        // Noted before it is looked at, so that nobody sweeps it away the while.
        let note = Note::take(self, generation)?;
        let pointer = self.layout.read_pointer().map_err(|error| HomeError::Broken(error.to_string()))?;
        let Some(Pointer { list, .. }) = pointer.filter(|pointer| pointer.generation == generation) else {
            return Err(HomeError::Unavailable(format!(
                "`{generation}` was replaced while it was being opened"
            )));
        };
        let folder = self.layout.generation(generation);
        let broken = |reason: &dyn Display| {
            HomeError::Broken(format!("{}: {reason}; ingest again to rebuild it", folder.display()))
        };
        let of_record = |error| HomeError::of_record(error, &broken);
        let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| broken(&error));
        seal::verify(&folder, list).map_err(|error| broken(&chain(&error)))?;
        let record = ManifestRecord::read(&read(MANIFEST)?).map_err(of_record)?;
        let manifest = record.manifest().map_err(of_record)?;
        wanted.check(&manifest)?;
        let guide = record.guide(&read(GUIDE)?).map_err(of_record)?;
        let shard = Shard::open(&folder).map_err(|error| broken(&error))?.afterwards(move || drop(note));
        let chunks = shard.chunks(generation).map_err(|error| broken(&chain(&error)))?;
        let roster = Roster::new(chunks);
        match roster.disagreement(&guide, manifest.chunks) {
            Some(reason) => Err(broken(&reason)),
            None => Ok(Opened { shard, roster, manifest, guide }),
        }
    }

    /// Removes generations that serve no more and that nobody has open. Only while nobody builds: a finished build
    /// is a generation for a moment before the pointer names it.
    fn sweep(&self) {
        let swept = || -> io::Result<()> {
            let old = self.left_over()?;
            if old.is_empty() {
                return Ok(());
            }
            let Some(_building) = HeldLock::take_for_tidying(&self.layout.build_lock()) else {
                return Ok(()); // next time
            };
            self.left_over()?
                .iter()
                .try_for_each(|name| durable::remove_folder(&self.layout.generation(name)))
        };
        if let Err(error) = swept() {
            tracing::warn!(%error, "an old index could not be removed");
        }
    }

    fn left_over(&self) -> io::Result<Vec<String>> {
        let mut generations = self.layout.replaced()?;
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        generations.retain(|name| !open.contains(name));
        Ok(generations)
    }
}

/// Notes that this process has a generation open, until it is dropped. It keeps the lock on the folder, too.
struct Note {
    shared: Arc<Shared>,
    generation: String,
}

impl Note {
    fn take(shared: &Arc<Shared>, generation: &str) -> Result<Self, HomeError> {
        let is_new = shared.open.lock().unwrap_or_else(PoisonError::into_inner).insert(generation.to_owned());
        if is_new {
            return Ok(Self { shared: Arc::clone(shared), generation: generation.to_owned() });
        }
        // The engine must not open one folder twice.
        Err(HomeError::Unavailable(format!("`{generation}` is still being closed by an earlier reader")))
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.generation);
        self.shared.sweep();
    }
}

/// The stored manifest.
pub(super) const MANIFEST: &str = "manifest.json";
/// The stored guide.
pub(super) const GUIDE: &str = "guide.json";

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HomeError> + Send + 'static,
) -> Result<T, HomeError> {
    let result = tokio::task::spawn_blocking(work).await;
    result
        .unwrap_or_else(|error| Err(HomeError::Broken(format!("the engine panicked while opening: {error}"))))
}
