//! The only door to the content folder.
//!
//! Everything is opened through `cap-std`, which resolves each path below the folder it was handed and
//! refuses to leave it, by `..` or by a link. Checking paths as text before opening them was refused:
//! it is wrong as soon as a link changes between the check and the opening.

use crate::diagnostic::{Diagnostic, FileRef, Position};
use crate::source::Source;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 10 << 20;
/// The deepest folder that is looked into.
const MAX_FOLDER_DEPTH: usize = 16;
/// The most files of one root.
const MAX_FILES: usize = 20_000;

pub(crate) const MODULE_FILE: &str = "module.yaml";
pub(crate) const SYLLABUS_FILE: &str = "syllabus.yaml";
pub(crate) const REQUIREMENTS_FILE: &str = "requirements.txt";

/// One folder (or single file) that a guide is read from.
#[derive(Debug)]
pub(crate) struct Root {
    index: usize,
    /// The folder's own name, or the single file's stem.
    pub(crate) name: String,
    dir: Dir,
    /// Markdown and text files, sorted.
    pub(crate) texts: Vec<String>,
    /// Every `module.yaml`, sorted.
    pub(crate) modules: Vec<String>,
    pub(crate) has_syllabus: bool,
    pub(crate) has_requirements: bool,
}

impl Root {
    /// Opens root number `index` and lists it; `None` where that is impossible, which is reported.
    pub(crate) fn open(index: usize, path: &Path, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut failed = |error: &io::Error| {
            let message = format!("cannot read `{}`: {error}; name a folder or a file", path.display());
            diagnostics.push(FileRef::new(index, ".").error(Position::START, "root-unreadable", message));
        };
        let opened = match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => Self::open_folder(index, path),
            Ok(found) if found.is_file() => Self::open_single(index, path),
            Ok(_) => Err(io::Error::other("neither a folder nor a regular file")),
            Err(error) => Err(error),
        };
        let mut root = opened.inspect_err(|error| failed(error)).ok()?;
        if root.texts.is_empty() {
            root.list(diagnostics);
        }
        if root.texts.is_empty() && root.modules.is_empty() {
            let message = format!("`{}` holds no Markdown or text file", path.display());
            diagnostics.push(FileRef::new(index, ".").error(Position::START, "root-empty", message));
        }
        Some(root)
    }

    fn open_folder(index: usize, path: &Path) -> io::Result<Self> {
        let name = match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => path.canonicalize()?.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Self {
            index,
            name,
            dir,
            texts: Vec::new(),
            modules: Vec::new(),
            has_syllabus: false,
            has_requirements: false,
        })
    }

    fn open_single(index: usize, path: &Path) -> io::Result<Self> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| io::Error::other("its name is not UTF-8"))?;
        if !is_text(name) {
            return Err(io::Error::other("only .md, .markdown and .txt files are read"));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut root = Self::open_folder(index, parent.unwrap_or_else(|| Path::new(".")))?;
        stem_of(name).clone_into(&mut root.name);
        root.texts = vec![name.to_owned()];
        Ok(root)
    }

    /// Lists the tree. Links to folders are not followed: they can form a ring.
    fn list(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let mut folders = vec![(String::new(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let at = if folder.is_empty() { "." } else { folder.as_str() };
            let entries = match self.dir.read_dir(at) {
                Ok(entries) => entries,
                Err(error) => {
                    let message = format!("cannot list the folder: {error}");
                    diagnostics.push(self.error(at, "folder-unreadable", message));
                    continue;
                }
            };
            for entry in entries {
                match entry {
                    Ok(entry) => {
                        if let Some(sub_folder) = self.sort_in(&folder, &entry, diagnostics) {
                            if depth < MAX_FOLDER_DEPTH {
                                folders.push((sub_folder, depth + 1));
                            } else {
                                let message = format!("folders deeper than {MAX_FOLDER_DEPTH} are not read");
                                diagnostics.push(self.error(&sub_folder, "folder-too-deep", message));
                            }
                        }
                    }
                    Err(error) => {
                        let message = format!("cannot list the whole folder: {error}");
                        diagnostics.push(self.error(at, "folder-unreadable", message));
                    }
                }
            }
        }
        self.texts.sort_unstable();
        self.modules.sort_unstable();
        if self.texts.len() > MAX_FILES {
            let message = format!("only the first {MAX_FILES} files of {} are read", self.texts.len());
            diagnostics.push(self.error(".", "too-many-files", message));
            self.texts.truncate(MAX_FILES);
        }
    }

    /// Puts one directory entry where it belongs; gives back a folder to look into.
    fn sort_in(
        &mut self,
        folder: &str,
        entry: &cap_std::fs::DirEntry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let name = entry.file_name();
        let readable = name.to_str().filter(|name| !name.chars().any(char::is_control));
        let Some(name) = readable else {
            let path = join(folder, &name.to_string_lossy());
            let message = "rename it: only UTF-8 names without control characters are read";
            diagnostics.push(self.error(&path, "file-name", message));
            return None;
        };
        if name.starts_with('.') {
            return None;
        }
        let path = join(folder, name);
        let kind = entry.file_type().ok();
        if kind.is_some_and(|kind| kind.is_dir()) {
            return Some(path);
        }
        if kind.is_some_and(|kind| kind.is_symlink())
            && self.dir.metadata(&path).is_ok_and(|target| target.is_dir())
        {
            let message = "a link to a folder is not followed; put the folder here or give it as a root";
            diagnostics.push(FileRef::new(self.index, path).warning(
                Position::START,
                "linked-folder",
                message,
            ));
            return None;
        }
        match (folder.is_empty(), name) {
            (_, MODULE_FILE) => self.modules.push(path),
            (true, SYLLABUS_FILE) => self.has_syllabus = true,
            (true, REQUIREMENTS_FILE) => self.has_requirements = true,
            _ if is_text(name) && !name.eq_ignore_ascii_case("readme.md") => self.texts.push(path),
            _ => {}
        }
        None
    }

    /// Reads one file as text, or says why not.
    pub(crate) fn read(&self, path: &str) -> Result<Source, Diagnostic> {
        let bytes = self.read_bytes(path)?;
        match String::from_utf8(bytes) {
            Ok(text) => match text.find('\0') {
                None => Ok(Source::new(FileRef::new(self.index, path), text)),
                Some(offset) => Err(self.refuse_byte(path, &text[..offset], "nul-byte", "a NUL byte")),
            },
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..offset]);
                Err(self.refuse_byte(path, &before, "not-utf8", "a byte that is not UTF-8"))
            }
        }
    }

    fn refuse_byte(&self, path: &str, before: &str, rule: &'static str, what: &str) -> Diagnostic {
        let source = Source::new(FileRef::new(self.index, path), before.to_owned());
        let at = source.position(source.text.len());
        let offset = before.len();
        let message = format!("{what} at byte offset {offset}; the file is skipped: save it as UTF-8 text");
        source.file.error(at, rule, message)
    }

    /// Metadata is asked for first, so that no device is ever opened; the file is opened without
    /// blocking and asked again, in case it was exchanged for a pipe in between.
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let unreadable = |error: io::Error| {
            let message = format!("cannot read the file: {error}; it is skipped");
            let escapes = error.kind() == io::ErrorKind::PermissionDenied
                && self.dir.symlink_metadata(path).is_ok_and(|found| found.is_symlink());
            let rule = if escapes { "outside-root" } else { "file-unreadable" };
            self.error(path, rule, message)
        };
        let irregular =
            || self.error(path, "not-a-file", "not a regular file (a pipe, socket or device); it is skipped");
        let too_large = || {
            let message = format!("larger than {} MiB; it is skipped: split it", MAX_FILE_BYTES >> 20);
            self.error(path, "file-too-large", message)
        };
        if !self.dir.metadata(path).map_err(unreadable)?.is_file() {
            return Err(irregular());
        }
        let file = self.dir.open_with(path, &without_blocking()).map_err(unreadable)?;
        let found = file.metadata().map_err(unreadable)?;
        if !found.is_file() {
            return Err(irregular());
        }
        if found.len() > MAX_FILE_BYTES {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(found.len() as usize + 1);
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_FILE_BYTES { Err(too_large()) } else { Ok(bytes) }
    }

    fn error(&self, path: &str, rule: &'static str, message: impl AsRef<str>) -> Diagnostic {
        FileRef::new(self.index, path).error(Position::START, rule, message)
    }
}

fn without_blocking() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_text(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|e| ["md", "markdown", "txt"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// The folder of a file's path; empty for a file that stands in the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file's name without folders and extension.
pub(crate) fn stem_of(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
