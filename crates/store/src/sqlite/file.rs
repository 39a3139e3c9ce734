//! The database's file, outside of SQLite.

use crate::error::OpenError;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

/// How every SQLite file begins (<https://www.sqlite.org/fileformat.html#magic_header_string>).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Makes the folder and an empty file where there is none, readable for their owner alone, and refuses what is no
/// database before SQLite touches it.
pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
    let not_writable =
        |source: std::io::Error| OpenError::NotWritable { path: path.to_owned(), source: Box::new(source) };
    let not_ours = |detail: &str| OpenError::NotOurs { path: path.to_owned(), detail: detail.to_owned() };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(not_writable)?;
    }
    if path.is_dir() {
        return Err(not_ours("it is a folder"));
    }
    let mut file = open(path).map_err(not_writable)?;
    let mut start = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).map_err(not_writable)?;
    if start.is_empty() || start == MAGIC {
        return Ok(());
    }
    Err(not_ours("it does not begin as SQLite files do, or its beginning is damaged"))
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// `path` with `.suffix` at its end.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// An empty file for `VACUUM INTO`, whatever was there.
pub(super) fn make_empty(path: &Path) -> Result<(), OpenError> {
    let done = open(path).and_then(|file| file.set_len(0));
    done.map_err(|source| OpenError::NotWritable { path: path.to_owned(), source: Box::new(source) })
}

/// Makes `part` durable and gives it its name.
pub(super) fn put(part: &Path, name: &Path) -> Result<(), OpenError> {
    let done = File::open(part).and_then(|file| file.sync_all()).and_then(|()| fs::rename(part, name));
    let done = done.and_then(|()| match name.parent() {
        // A rename is durable when its folder is.
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    });
    done.map_err(|source| OpenError::NotWritable { path: name.to_owned(), source: Box::new(source) })
}
