//! The seal of a generation: a list of its files with lengths and checksums.
//!
//! Made when a build is finished, verified before the engine sees a file: a flipped bit, a truncated or a missing
//! file is found at opening and never by a wrong answer. CRC-32 is enough against accidents and costs a fraction of
//! a cryptographic digest (a generation is some 165 MB of mostly empty files); the list itself is bound to the
//! pointer by SHA-256. The engine rewrites small files with the same content when it opens and closes a sealed
//! generation, cuts the idle tails of its bit sets, and starts a log of its own, which is no part of the seal.

use crate::durable;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use viva_core::id::Digest;

/// The name of the list.
const LIST: &str = "files.list";
/// The engine's write-ahead log: not read when a shard is opened, so of no use in a sealed generation.
const LOG: &str = "wal";

/// Length and checksum of a file.
pub(crate) type Sum = (u64, u32);

/// Why a generation is not what was sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("`{0}` is not as it was written")]
    Changed(String),
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{0}` cannot be read")]
    Io(String, #[source] io::Error),
}

/// Makes every file of `folder` durable, lists them, and returns the digest of the list.
pub(crate) fn seal(folder: &Path) -> io::Result<Digest> {
    durable::remove_folder(&folder.join(LOG))?;
    let mut lines = Vec::new();
    for (name, path) in walk(folder)? {
        File::open(&path)?.sync_all()?;
        let (length, sum) = sum(&path)?;
        lines.push(format!("{sum:08x} {length} {name}\n"));
    }
    let list = lines.concat();
    let path = folder.join(LIST);
    durable::write_synced(&path, list.as_bytes())?;
    sync_folders(folder)?;
    Ok(digest(list.as_bytes()))
}

/// Checks that `folder` is what was sealed as `expected`, and clears away what does not belong to it. Only for who is
/// about to open it: the engine's log and temporary files are among what is cleared away.
pub(crate) fn verify(folder: &Path, expected: Digest) -> Result<(), SealError> {
    let list = check(folder, expected)?;
    durable::remove_folder(&folder.join(LOG)).map_err(|error| unreadable(LOG, error))?;
    for (name, path) in walk(folder).map_err(|error| unreadable("the folder", error))? {
        if name != LIST && !list.contains_key(&name) {
            tracing::warn!(file = %path.display(), "removed a file that is no part of the index");
            fs::remove_file(&path).map_err(|error| unreadable(&name, error))?;
        }
    }
    Ok(())
}

/// Checks that every file that was sealed as `expected` is as it was; changes nothing, and may be done while another
/// process has the generation open. Returns the list.
pub(crate) fn check(folder: &Path, expected: Digest) -> Result<BTreeMap<String, Sum>, SealError> {
    let list = fs::read(folder.join(LIST)).map_err(|error| unreadable(LIST, error))?;
    let changed = || SealError::Changed(LIST.to_owned());
    if digest(&list) != expected {
        return Err(changed());
    }
    let list = parse(&list).ok_or_else(changed)?;
    for (name, sealed) in &list {
        if sum(&folder.join(name)).map_err(|error| unreadable(name, error))? != *sealed {
            return Err(SealError::Changed(name.clone()));
        }
    }
    Ok(list)
}

fn unreadable(name: &str, error: io::Error) -> SealError {
    match error.kind() {
        io::ErrorKind::NotFound => SealError::Missing(name.to_owned()),
        _ => SealError::Io(name.to_owned(), error),
    }
}

fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

fn parse(list: &[u8]) -> Option<BTreeMap<String, Sum>> {
    let line = |line: &str| {
        let mut fields = line.splitn(3, ' ');
        let sum = u32::from_str_radix(fields.next()?, 16).ok()?;
        let length = fields.next()?.parse().ok()?;
        Some((fields.next()?.to_owned(), (length, sum)))
    };
    std::str::from_utf8(list).ok()?.lines().map(line).collect()
}

/// The engine's bit sets: it gives them a mebibyte, and cuts off what it does not need when it opens them again.
fn has_idle_tail(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("flags_"))
}

/// Length and checksum of a file; of a bit set, those of what it says, without the zeros behind.
fn sum(path: &Path) -> io::Result<Sum> {
    if has_idle_tail(path) {
        let bytes = fs::read(path)?;
        let said = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        return Ok((said as u64, crc32fast::hash(&bytes[..said])));
    }
    let mut file = File::open(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, hasher.finalize()));
        }
        length += read as u64;
        hasher.update(&buffer[..read]);
    }
}

/// All files below `folder`, by name relative to it, in order.
fn walk(folder: &Path) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                files.insert(name.to_string_lossy().replace('\\', "/"), path);
            }
        }
    }
    Ok(files)
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_tail_may_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flags_a.dat");
        let write = |bytes: &[u8]| fs::write(&file, bytes).unwrap();
        write(&[&[0xff; 600][..], &[0; 4000]].concat());
        let sealed = seal(folder.path()).unwrap();
        write(&[&[0xff; 600][..], &[0; 424]].concat());
        check(folder.path(), sealed).unwrap();
        for damaged in [&[0xff; 599][..], &[0xfe; 600], &[&[0xff; 600][..], &[0; 100], &[1]].concat()] {
            write(damaged);
            assert!(matches!(check(folder.path(), sealed), Err(SealError::Changed(_))));
        }
    }
}
