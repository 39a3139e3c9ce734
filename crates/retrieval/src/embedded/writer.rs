//! Building an embedded index beside the serving one.

use super::home::{GUIDE, MANIFEST};
use super::layout::{Layout, Pointer};
use super::lock::{HeldLock, Holder, LockError};
use super::seal;
use super::shard::{Shard, panic_text};
use crate::durable::{self, index_error};
use crate::guide_record::write_guide;
use crate::manifest_record::ManifestRecord;
use async_trait::async_trait;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viva_core::chunk::EmbeddedChunk;
use viva_core::guide::Guide;
use viva_core::id::Digest;
use viva_core::manifest::Manifest;
use viva_core::ports::{BoxError, ChunkIndex, Ids, IndexBuild, IndexError};

/// Room that must be left on the disk before the engine is given more: it writes through memory maps, where a full
/// disk is not an error but a signal that ends the process.
const HEADROOM: u64 = 64 << 20;

/// Writes the embedded index. One process at a time builds; a server may search the while.
pub struct EmbeddedWriter {
    layout: Layout,
    holder: Holder,
    ids: Arc<dyn Ids>,
}

impl EmbeddedWriter {
    /// A writer to the index in `folder`, for `holder`; new generations are named by `ids`.
    pub fn new(folder: PathBuf, holder: Holder, ids: Arc<dyn Ids>) -> Self {
        Self { layout: Layout::new(folder), holder, ids }
    }
}

#[async_trait]
impl ChunkIndex for EmbeddedWriter {
    async fn manifest(&self) -> Result<Option<Manifest>, IndexError> {
        let layout = self.layout.clone();
        blocking("reading", layout.folder().to_owned(), move || Ok(read_manifest(&layout))).await
    }

    async fn begin(&self) -> Result<Box<dyn IndexBuild>, IndexError> {
        let (layout, holder, id) = (self.layout.clone(), self.holder.clone(), self.ids.fresh());
        let place = layout.folder().to_owned();
        let build =
            blocking("beginning an index in", place, move || Build::begin(layout, &holder, &id)).await?;
        Ok(Box::new(EmbeddedBuild { folder: build.folder.clone(), build: Some(build) }))
    }
}

/// An index that cannot be read counts as none, and so does one that is not as it was written: an ingest of
/// unchanged content must not find that there is nothing to do.
fn read_manifest(layout: &Layout) -> Option<Manifest> {
    // A server may remove a replaced generation between the two readings: then the pointer is a new one.
    (0..2).find_map(|_| {
        let pointer = layout.read_pointer().ok().flatten()?;
        let folder = layout.generation(&pointer.generation);
        seal::check(&folder, pointer.list).ok()?;
        let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
        ManifestRecord::read(&text).ok()?.manifest().ok()
    })
}

/// An index that is being built in a folder of its own.
struct Build {
    layout: Layout,
    /// Where it is built.
    folder: PathBuf,
    /// What it will be called.
    generation: String,
    shard: Option<Arc<Shard>>,
    lock: Arc<HeldLock>,
}

impl Build {
    fn begin(layout: Layout, holder: &Holder, id: &str) -> Result<Self, IndexError> {
        let failed = |error: io::Error| index_error("preparing", layout.folder(), error);
        fs::create_dir_all(layout.folder()).map_err(failed)?;
        let lock = HeldLock::take(&layout.build_lock(), holder).map_err(|error| match error {
            LockError::Held(holder) => IndexError::Locked { holder: holder.to_string() },
            LockError::Io(error) => failed(error),
        })?;
        layout.remove_builds().map_err(failed)?;
        remove_unread(&layout).map_err(failed)?;
        require_room(layout.folder(), 0)?;
        let (folder, generation) = layout.build(id);
        fs::create_dir(&folder).map_err(failed)?;
        Ok(Self { layout, folder, generation, shard: None, lock: Arc::new(lock) })
    }

    fn shard(&mut self, dimension: usize) -> Result<Arc<Shard>, IndexError> {
        if let Some(shard) = &self.shard {
            return Ok(Arc::clone(shard));
        }
        let shard = Shard::create(&self.folder, dimension)
            .map_err(|error| index_error("creating an index in", &self.folder, error))?;
        // An abandoned build is cleared away when its shard is closed, and holds the lock until then.
        let (folder, lock) = (self.folder.clone(), Arc::clone(&self.lock));
        let shard = Arc::new(shard.afterwards(move || {
            if let Err(error) = durable::remove_folder(&folder) {
                tracing::warn!(%error, "an abandoned index could not be removed");
            }
            drop(lock);
        }));
        Ok(Arc::clone(self.shard.insert(shard)))
    }

    fn add(&mut self, chunks: Vec<EmbeddedChunk>) -> Result<(), IndexError> {
        let Some(dimension) = chunks.first().and_then(|chunk| chunk.dense.first()).map(Vec::len) else {
            return Ok(());
        };
        let floats: usize =
            chunks.iter().map(|chunk| chunk.dense.len() * dimension + chunk.chunk.text.len()).sum();
        require_room(&self.folder, 4 * floats as u64)?;
        let shard = self.shard(dimension)?;
        shard.add(chunks).map_err(|error| index_error("adding chunks to", &self.folder, error))
    }

    fn finish(mut self, guide: &str, manifest: &Manifest) -> Result<(), IndexError> {
        let folder = self.folder.clone();
        let failed = |doing: &'static str| {
            let folder = folder.clone();
            move |error: BoxError| index_error(doing, &folder, error)
        };
        let shard = self.shard(manifest.model.dimension as usize)?;
        shard.flush().map_err(failed("flushing"))?;
        drop(shard);
        // From here on nobody else has the shard: the build is closed before its files are read again.
        if let Some(shard) = self.shard.take().and_then(Arc::into_inner) {
            shard.close().map_err(failed("closing"))?;
        }
        let counted = count_again(&folder).map_err(failed("reopening"))?;
        if counted != manifest.chunks as usize {
            let reason = format!("it holds {counted} chunks where {} were to be indexed", manifest.chunks);
            return Err(failed("checking")(reason.into()));
        }
        let write = |name: &str, text: &str| durable::write_synced(&folder.join(name), text.as_bytes());
        write(GUIDE, guide).map_err(|error| failed("writing the guide to")(error.into()))?;
        let record = ManifestRecord::new(manifest, guide).write();
        write(MANIFEST, &record).map_err(|error| failed("writing the manifest to")(error.into()))?;
        let list = seal::seal(&folder).map_err(|error| failed("sealing")(error.into()))?;
        self.publish(list).map_err(|error| failed("publishing")(error.into()))
    }

    fn publish(self, list: Digest) -> io::Result<()> {
        let sealed = self.layout.generation(&self.generation);
        fs::rename(&self.folder, &sealed)?;
        durable::sync_parent(&sealed)?;
        // Should this fail, the new generation stays: the pointer may name it already. The next build will see.
        self.layout.switch(&Pointer { generation: self.generation.clone(), list })?;
        if let Err(error) = remove_unread(&self.layout) {
            tracing::warn!(%error, "an old index could not be removed");
        }
        Ok(())
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        if self.shard.is_none() && self.folder.exists() {
            let _ = durable::remove_folder(&self.folder); // the next build tries again
        }
    }
}

/// The build, while it is not at work on a blocking thread.
struct EmbeddedBuild {
    folder: PathBuf,
    build: Option<Build>,
}

impl EmbeddedBuild {
    fn take(&mut self) -> Result<Build, IndexError> {
        let lost = || index_error("continuing", &self.folder, "the build was interrupted before");
        self.build.take().ok_or_else(lost)
    }
}

#[async_trait]
impl IndexBuild for EmbeddedBuild {
    async fn add(&mut self, chunks: Vec<EmbeddedChunk>) -> Result<(), IndexError> {
        let mut build = self.take()?;
        let work = move || {
            let added = build.add(chunks);
            Ok((build, added))
        };
        let (build, added) = blocking("adding chunks to", self.folder.clone(), work).await?;
        self.build = Some(build);
        added
    }

    async fn finish(mut self: Box<Self>, guide: &Guide, manifest: &Manifest) -> Result<(), IndexError> {
        let build = self.take()?;
        let (guide, manifest) = (write_guide(guide), manifest.clone());
        blocking("finishing", self.folder.clone(), move || build.finish(&guide, &manifest)).await
    }
}

fn count_again(folder: &Path) -> Result<usize, BoxError> {
    let shard = Shard::open(folder)?;
    let counted = shard.count()?;
    shard.close()?;
    Ok(counted)
}

/// Removes every generation but the serving one, if nobody searches; else that is for the searcher to do. Only for
/// the holder of the build lock.
fn remove_unread(layout: &Layout) -> io::Result<()> {
    let Some(_searching) = HeldLock::take_for_tidying(&layout.search_lock()) else {
        return Ok(());
    };
    layout.replaced()?.iter().try_for_each(|name| durable::remove_folder(&layout.generation(name)))
}

fn require_room(place: &Path, bytes: u64) -> Result<(), IndexError> {
    let available = fs4::available_space(place).map_err(|error| index_error("looking at", place, error))?;
    if available < bytes.saturating_add(HEADROOM) {
        return Err(index_error("filling", place, io::Error::from(ErrorKind::StorageFull)));
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    doing: &'static str,
    place: PathBuf,
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> Result<T, IndexError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            let reason: BoxError = match error.try_into_panic() {
                Ok(panic) => panic_text(&*panic).into(),
                Err(error) => error.into(),
            };
            Err(index_error(doing, &place, reason))
        }
    }
}
