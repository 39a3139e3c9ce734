//! Files that are there after a power cut, and errors of the file system in the words of the ports.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use viva_core::ports::{BoxError, IndexError};

/// Puts `bytes` at `path` in one step: a reader sees the old content or the new one, also after a power cut.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    write_synced(Path::new(&temporary), bytes)?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Writes a file and waits until it is on the disk.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a new or renamed entry of a folder durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Removes a folder with all that is in it; one that is not there is no error.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `error` at `place`, in the words of the port. A full disk is told from other failures, also where the engine
/// reports it only in a sentence.
pub(crate) fn index_error(doing: impl Into<String>, place: &Path, error: impl Into<BoxError>) -> IndexError {
    let error = error.into();
    let is_full = match error.downcast_ref::<io::Error>() {
        Some(error) => matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded),
        None => error.to_string().contains("No space left on device"),
    };
    if is_full {
        return IndexError::StorageFull { place: place.display().to_string() };
    }
    IndexError::Failed { doing: format!("{} {}", doing.into(), place.display()), source: error }
}
