//! The virtual environment that examples run in.

use super::{Progress, RunError, RunOptions};
use sha2::{Digest as _, Sha256};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use viva_core::id::Digest;

/// Says that an environment is complete.
const MARKER: &str = ".complete";
/// Part of the digest, so that a change of how examples are run is a change of every key.
const FORMAT: &str = "viva-examples/1";

/// A complete virtual environment.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) python: PathBuf,
    /// `PATH` of the examples.
    pub(super) path: OsString,
    /// Such as `cpython 3.11.7`.
    pub(super) version: String,
    /// Digest of requirements and version.
    pub(super) id: Digest,
    pub(super) has_java: bool,
}

impl Environment {
    /// Finds the environment for these requirements, or makes it. It is built in place, because scripts
    /// in it hold its path; a marker written last tells a complete one from one that was cut off, and
    /// a lock keeps two processes from building the same.
    pub(super) fn prepare(
        options: &RunOptions,
        requirements: &str,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Self, RunError> {
        let version = version(&options.python)?;
        let requirements = normalised(requirements);
        let id = digest(&requirements, &version);
        let cache = absolute(&options.cache)?;
        let folder = cache.join(format!("venv-{}", id.short()));
        let lock = cache.join(format!("venv-{}.lock", id.short()));
        std::fs::create_dir_all(&cache).map_err(failed(&cache))?;
        let lock_file = File::options().create(true).append(true).open(&lock).map_err(failed(&lock))?;
        lock_file.lock().map_err(failed(&lock))?;
        let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let python = programs.join(if cfg!(windows) { "python.exe" } else { "python" });
        // The interpreter is a link that dangles after the system's Python was replaced.
        if !(folder.join(MARKER).is_file() && python.is_file()) {
            build(&folder, &python, &options.python, &requirements, progress)?;
        }
        drop(lock_file);
        let all = std::iter::once(programs).chain(std::env::split_paths(&options.path));
        let path = std::env::join_paths(all)
            .map_err(|error| RunError::Cache { path: folder, source: io::Error::other(error) })?;
        let has_java = has_java(options);
        Ok(Self { python, path, version, id, has_java })
    }
}

fn build(
    folder: &Path,
    python: &Path,
    base: &Path,
    requirements: &str,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<(), RunError> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(failed(folder))?;
    }
    progress(Progress::Preparing { step: "making a virtual environment" });
    let mut venv = Command::new(base);
    venv.args(["-m", "venv"]);
    if requirements.is_empty() {
        venv.arg("--without-pip");
    }
    run(venv.arg(folder))?;
    if !requirements.is_empty() {
        progress(Progress::Preparing { step: "installing the packages of requirements.txt" });
        let list = folder.join("requirements.txt");
        std::fs::write(&list, requirements).map_err(failed(&list))?;
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"]);
        run(pip.arg(&list))?;
    }
    let marker = folder.join(MARKER);
    std::fs::write(&marker, "").map_err(failed(&marker))
}

/// What the interpreter calls itself.
fn version(python: &Path) -> Result<String, RunError> {
    const PROGRAM: &str = "import platform, sys; print(sys.implementation.name, platform.python_version())";
    let mut command = Command::new(python);
    command.args(["-c", PROGRAM]).stdin(Stdio::null());
    let output =
        command.output().map_err(|source| RunError::PythonMissing { python: python.to_owned(), source })?;
    if !output.status.success() {
        return Err(refused(&command, &output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a step of the preparation. It keeps the caller's variables: a proxy or an index is set there.
fn run(command: &mut Command) -> Result<(), RunError> {
    command.stdin(Stdio::null());
    let output = command
        .output()
        .map_err(|source| RunError::PythonMissing { python: PathBuf::from(command.get_program()), source })?;
    if output.status.success() {
        return Ok(());
    }
    // `venv` complains on standard output, `pip` on standard error.
    Err(refused(command, &[output.stdout, output.stderr].concat()))
}

fn refused(command: &Command, said: &[u8]) -> RunError {
    const MOST_LINES: usize = 20;
    let said = String::from_utf8_lossy(said);
    let lines: Vec<_> = said.trim().lines().collect();
    let detail = lines[lines.len().saturating_sub(MOST_LINES)..].join("\n");
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let command = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    RunError::Environment { command, detail }
}

/// Without comments and blank lines, which install nothing.
fn normalised(requirements: &str) -> String {
    let lines = requirements.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    lines.join("\n")
}

fn digest(requirements: &str, version: &str) -> Digest {
    let mut hasher = Sha256::new();
    for text in [FORMAT, version, requirements] {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    Digest(hasher.finalize().into())
}

fn has_java(options: &RunOptions) -> bool {
    let is_named = options.variables.iter().any(|(name, _)| name == "JAVA_HOME");
    let program = if cfg!(windows) { "java.exe" } else { "java" };
    is_named || std::env::split_paths(&options.path).any(|folder| folder.join(program).is_file())
}

fn absolute(path: &Path) -> Result<PathBuf, RunError> {
    std::path::absolute(path).map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> RunError {
    let path = path.to_owned();
    |source| RunError::Cache { path, source }
}
