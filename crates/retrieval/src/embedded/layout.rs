//! What lies where in the folder of the index.
//!
//! ```text
//! index/
//!   LOCK            held by whoever searches, with its name in it
//!   BUILD.LOCK      held by whoever builds
//!   CURRENT         the serving generation and the digest of its list of files
//!   gen-<id>/       a sealed generation: files.list, manifest.json, guide.json, the engine's segments
//!   build-<id>/     one that is being built, or was when its builder was killed
//! ```
//! `CURRENT` is replaced by a rename, so a kill at any moment leaves the old pointer or the new one, and each
//! points at a generation that was sealed before. A symbolic link in its place was refused: it cannot carry the
//! digest that tells a swapped folder from the right one.

use crate::durable;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use viva_core::id::Digest;

const GENERATION: &str = "gen-";
const BUILD: &str = "build-";

/// The folder of an embedded index.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    folder: PathBuf,
}

/// What `CURRENT` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// The folder's name, `gen-<id>`.
    pub(crate) generation: String,
    /// Digest of its list of files.
    pub(crate) list: Digest,
}

impl Pointer {
    /// One line: the generation, the digest of its list, and a checksum of both.
    fn write(&self) -> String {
        let line = format!("{} {}", self.generation, self.list);
        format!("{line} {:08x}\n", crc32fast::hash(line.as_bytes()))
    }

    fn parse(text: &str) -> Option<Self> {
        let (generation, list) = text.split_once(' ')?;
        let list = Digest::from_hex(list.split_once(' ')?.0)?;
        let pointer = Self { generation: generation.to_owned(), list };
        let is_name = generation.starts_with(GENERATION) && !generation.contains(['/', '\\']);
        (is_name && pointer.write() == text).then_some(pointer)
    }
}

impl Layout {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn search_lock(&self) -> PathBuf {
        self.folder.join("LOCK")
    }

    pub(crate) fn build_lock(&self) -> PathBuf {
        self.folder.join("BUILD.LOCK")
    }

    pub(crate) fn current(&self) -> PathBuf {
        self.folder.join("CURRENT")
    }

    /// A folder that is called `name`.
    pub(crate) fn generation(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folders of the build `id`: while it is built, and when it is done.
    pub(crate) fn build(&self, id: &str) -> (PathBuf, String) {
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        (self.folder.join(format!("{BUILD}{id}")), format!("{GENERATION}{id}"))
    }

    /// The serving generation; `None` where nothing was ever finished.
    pub(crate) fn read_pointer(&self) -> io::Result<Option<Pointer>> {
        let text = match fs::read(self.current()) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Pointer::parse(&text).map(Some).ok_or_else(|| {
            let place = self.current().display().to_string();
            io::Error::new(
                ErrorKind::InvalidData,
                format!("`{place}` is damaged; ingest again to rebuild the index"),
            )
        })
    }

    /// Lets `pointer` be the serving generation from now on.
    pub(crate) fn switch(&self, pointer: &Pointer) -> io::Result<()> {
        durable::replace(&self.current(), pointer.write().as_bytes())
    }

    /// The generations that do not serve. None where the pointer is absent, damaged, or names nothing that is there:
    /// then any of them may be what it should have named, and nothing is to be removed on its word.
    pub(crate) fn replaced(&self) -> io::Result<Vec<String>> {
        let Ok(Some(Pointer { generation: current, .. })) = self.read_pointer() else {
            return Ok(Vec::new());
        };
        let mut generations = self.folders(GENERATION)?;
        if !generations.contains(&current) {
            return Ok(Vec::new());
        }
        generations.retain(|name| *name != current);
        Ok(generations)
    }

    /// Removes what unfinished builds left. Only for the holder of the build lock.
    pub(crate) fn remove_builds(&self) -> io::Result<()> {
        self.folders(BUILD)?.iter().try_for_each(|name| durable::remove_folder(&self.folder.join(name)))
    }

    fn folders(&self, prefix: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names
            .filter(|name: &io::Result<String>| name.as_ref().map_or(true, |name| name.starts_with(prefix)))
            .collect()
    }
}
