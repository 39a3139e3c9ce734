//! Checksums of files, and reading files that are only used if they are intact.
//!
//! SHA-256 runs at more than a gigabyte a second on processors with instructions for it, so everything is hashed in
//! full at every start; a cheaper mark (size and time of change) was refused, since it misses a flipped bit.

use super::pinned::PinnedFile;
use crate::error::OpenError;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use viva_core::id::Digest;

const BUFFER: usize = 256 * 1024;

/// The checksum of bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The checksum of a file, read in pieces.
pub(crate) fn of_file(path: &Path) -> io::Result<Digest> {
    copy(&mut File::open(path)?, &mut io::sink())
}

/// Copies all of `from` into `to` and gives the checksum of it.
pub(crate) fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(Digest(hash.finalize().into())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = buffer.get(..count).unwrap_or_default();
        hash.update(read);
        to.write_all(read)?;
    }
}

/// Checks a file of a folder without keeping its content; gives its checksum.
pub(crate) fn verify(folder: &Path, file: &PinnedFile) -> Result<Digest, OpenError> {
    let path = folder.join(file.name);
    compare(&path, file, of_file(&path))
}

/// Reads a file of a folder; what is returned is what was checked.
pub(crate) fn read(folder: &Path, file: &PinnedFile) -> Result<Vec<u8>, OpenError> {
    let path = folder.join(file.name);
    let bytes = std::fs::read(&path).map_err(|source| unreadable(&path, source))?;
    compare(&path, file, Ok(of_bytes(&bytes)))?;
    Ok(bytes)
}

/// The error for a file that could not be read.
pub(crate) fn unreadable(path: &Path, source: io::Error) -> OpenError {
    let file = path.to_owned();
    if source.kind() == io::ErrorKind::NotFound {
        OpenError::Missing { file }
    } else {
        OpenError::Unreadable { file, source }
    }
}

fn compare(path: &Path, file: &PinnedFile, found: io::Result<Digest>) -> Result<Digest, OpenError> {
    let found = found.map_err(|source| unreadable(path, source))?;
    if found.to_string() == file.sha256 {
        return Ok(found);
    }
    Err(OpenError::Damaged { file: path.to_owned(), expected: file.sha256, found })
}
