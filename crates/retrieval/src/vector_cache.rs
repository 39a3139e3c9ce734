//! Dense vectors of passages that were embedded before, in an append-only file.
//!
//! Records have one length, so a torn tail is cut off and a corrupted record skipped, and neither hides the records
//! after it. A database was refused: there is one writer, one key and nothing to query.
//!
//! ```text
//! header   "vivavec1"
//! record   digest of the passage (32) | components, little-endian f32 | CRC-32 of both (4)
//! ```

use crate::durable::{self, index_error};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use viva_core::id::Digest;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::{IndexError, VectorCache};
use viva_core::vector::DenseVector;

const HEADER: &[u8; 8] = b"vivavec1";
const DIGEST_BYTES: usize = 32;
const SUM_BYTES: usize = 4;

/// The vectors of one model, in `<folder>/<digest of the model>-<dimension>.bin`.
///
/// Memory holds the places of the vectors, not the vectors. The file is locked while this lives: two writers would
/// cut off each other's tails.
pub struct FileVectorCache {
    path: PathBuf,
    dimension: usize,
    content: Mutex<Content>,
    _lock: File,
}

struct Content {
    file: File,
    /// Where the next record goes.
    end: u64,
    /// Where each passage's record starts.
    places: HashMap<Digest, u64>,
}

impl FileVectorCache {
    /// Opens or makes the cache of `model` in `folder`.
    pub fn open(folder: &Path, model: &ModelIdentity) -> Result<Self, IndexError> {
        let path = folder.join(format!("{}-{}.bin", model.file, model.dimension));
        let failed = |error: io::Error| index_error("opening the vectors in", &path, error);
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(path.with_extension("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => IndexError::Locked { holder: "another process".to_owned() },
            TryLockError::Error(error) => failed(error),
        })?;
        let dimension = model.dimension as usize;
        let content = Content::open(&path, dimension).map_err(failed)?;
        Ok(Self { path, dimension, content: Mutex::new(content), _lock: lock })
    }

    /// How many vectors are known.
    pub fn len(&self) -> usize {
        self.locked(|content| content.places.len())
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Content) -> T) -> T {
        work(&mut self.content.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl VectorCache for FileVectorCache {
    fn known(&self, passages: &[Digest]) -> HashMap<Digest, DenseVector> {
        self.locked(|content| {
            let read = passages.iter().filter_map(|digest| {
                let place = *content.places.get(digest)?;
                // What cannot be read is embedded again: that is no error.
                let vector = content.read(place, self.dimension).ok().flatten()?;
                (vector.0 == *digest).then_some(vector)
            });
            read.collect()
        })
    }

    fn knows(&self, passage: &Digest) -> bool {
        self.locked(|content| content.places.contains_key(passage))
    }

    fn remember(&self, vectors: &[(Digest, DenseVector)]) -> Result<(), IndexError> {
        self.locked(|content| {
            let new: Vec<_> =
                vectors.iter().filter(|(digest, _)| !content.places.contains_key(digest)).collect();
            if let Some((_, vector)) = new.iter().find(|(_, vector)| vector.len() != self.dimension) {
                let reason =
                    format!("a vector has {} components instead of {}", vector.len(), self.dimension);
                return Err(index_error("remembering vectors in", &self.path, reason));
            }
            let records: Vec<u8> = new.iter().flat_map(|(digest, vector)| record(digest, vector)).collect();
            content
                .append(&records)
                .map_err(|error| index_error("remembering vectors in", &self.path, error))?;
            let places = (content.end..).step_by(record_bytes(self.dimension));
            content.places.extend(new.iter().map(|(digest, _)| *digest).zip(places));
            content.end += records.len() as u64;
            Ok(())
        })
    }

    fn retain(&self, live: &[Digest]) -> Result<(), IndexError> {
        let live: HashSet<&Digest> = live.iter().collect();
        self.locked(|content| {
            if content.places.keys().all(|digest| live.contains(digest)) {
                return Ok(());
            }
            let temporary = self.path.with_extension("new");
            let rewritten = content.copy_to(&temporary, &live, self.dimension).and_then(|()| {
                fs::rename(&temporary, &self.path)?;
                durable::sync_parent(&self.path)?;
                Content::open(&self.path, self.dimension)
            });
            match rewritten {
                Ok(new) => {
                    *content = new;
                    Ok(())
                }
                Err(error) => {
                    let _ = fs::remove_file(&temporary); // room for others; the old file is untouched
                    Err(index_error("rewriting the vectors in", &self.path, error))
                }
            }
        })
    }
}

impl Content {
    fn open(path: &Path, dimension: usize) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut header = Vec::new();
        Read::by_ref(&mut file).take(HEADER.len() as u64).read_to_end(&mut header)?;
        if header != HEADER {
            // New, torn at birth, or foreign: vectors can be computed again.
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(HEADER)?;
            file.sync_all()?;
            durable::sync_parent(path)?;
        }
        let start = HEADER.len() as u64;
        let records = (file.metadata()?.len() - start) / record_bytes(dimension) as u64;
        let end = start + records * record_bytes(dimension) as u64;
        file.set_len(end)?; // a torn tail
        file.seek(SeekFrom::Start(start))?;
        let mut places = HashMap::new();
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let mut bytes = vec![0; record_bytes(dimension)];
        for index in 0..records {
            reader.read_exact(&mut bytes)?;
            if let Some((digest, _)) = parse(&bytes) {
                places.insert(digest, start + index * record_bytes(dimension) as u64);
            }
        }
        let damaged = records as usize - places.len();
        if damaged > 0 {
            tracing::warn!(file = %path.display(), damaged, "some remembered vectors are damaged or repeated and are left out");
        }
        Ok(Self { file, end, places })
    }

    fn read(&mut self, place: u64, dimension: usize) -> io::Result<Option<(Digest, DenseVector)>> {
        let mut bytes = vec![0; record_bytes(dimension)];
        self.file.seek(SeekFrom::Start(place))?;
        self.file.read_exact(&mut bytes)?;
        Ok(parse(&bytes))
    }

    /// Adds bytes to the end, durably or not at all.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Half a record would be cut off at the next start; a process that lives on must not write after it.
            let _ = self.file.set_len(self.end);
        }
        written
    }

    fn copy_to(&mut self, path: &Path, live: &HashSet<&Digest>, dimension: usize) -> io::Result<()> {
        let mut places: Vec<u64> =
            self.places.iter().filter(|(digest, _)| live.contains(digest)).map(|(_, place)| *place).collect();
        places.sort_unstable();
        let mut copy = BufWriter::new(File::create(path)?);
        copy.write_all(HEADER)?;
        for place in places {
            if let Some((digest, vector)) = self.read(place, dimension)? {
                copy.write_all(&record(&digest, &vector))?;
            }
        }
        copy.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

fn record_bytes(dimension: usize) -> usize {
    DIGEST_BYTES + 4 * dimension + SUM_BYTES
}

fn record(digest: &Digest, vector: &[f32]) -> Vec<u8> {
    let mut bytes = digest.0.to_vec();
    bytes.extend(vector.iter().flat_map(|component| component.to_le_bytes()));
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// Reads a record; `None` where its checksum is wrong.
fn parse(bytes: &[u8]) -> Option<(Digest, DenseVector)> {
    let (content, sum) = bytes.split_last_chunk::<SUM_BYTES>()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*sum) {
        return None;
    }
    let (digest, components) = content.split_first_chunk::<DIGEST_BYTES>()?;
    let (components, _) = components.as_chunks::<4>();
    Some((Digest(*digest), components.iter().map(|component| f32::from_le_bytes(*component)).collect()))
}
