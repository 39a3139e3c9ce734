//! The one ONNX Runtime of this process.

use crate::assets::{runtime, verify};
use crate::error::OpenError;
use crate::options::EmbedOptions;
use ort::environment::Environment;
use ort::logging::LogLevel;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A process loads one library, and the library makes one environment, so both are kept until the process ends.
static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

struct Loaded {
    library: PathBuf,
    is_pinned: bool,
    environment: Environment,
}

/// Loads the runtime that the options name, or gives the one that was loaded before. The pinned library is checked
/// before any of its code runs; the user's own is taken as it is.
pub fn load(options: &EmbedOptions) -> Result<Environment, OpenError> {
    let (library, is_pinned) = match &options.runtime {
        Some(library) => (library.clone(), false),
        None => (pinned_library(&options.cache_dir)?, true),
    };
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = &*loaded {
        if loaded.library == library || (loaded.is_pinned && is_pinned) {
            return Ok(loaded.environment.clone());
        }
        return Err(OpenError::OtherRuntime { loaded: loaded.library.clone(), wanted: library });
    }
    if !library.is_file() {
        return Err(OpenError::Missing { file: library });
    }
    let environment = start(&library)?;
    *loaded = Some(Loaded { library, is_pinned, environment: environment.clone() });
    Ok(environment)
}

fn pinned_library(cache_dir: &Path) -> Result<PathBuf, OpenError> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let wheel = runtime().ok_or(OpenError::Platform { os, arch })?;
    let [file, ..] = wheel.files else { return Err(OpenError::Platform { os, arch }) };
    let folder = wheel.folder_in(cache_dir);
    verify(&folder, file)?;
    Ok(folder.join(file.name))
}

fn start(library: &Path) -> Result<Environment, OpenError> {
    let builder = ort::init_from(library).map_err(|source| OpenError::Runtime {
        library: library.to_owned(),
        source: source.to_string().into(),
    })?;
    builder
        .with_name("viva")
        .with_telemetry(false)
        .with_logger(Arc::new(|level: LogLevel, _: &str, _: &str, place: &str, message: &str| match level {
            LogLevel::Error | LogLevel::Fatal => tracing::warn!(place, "ONNX Runtime: {message}"),
            _ => tracing::trace!(place, "ONNX Runtime: {message}"),
        }))
        .build()
        .map_err(|source| OpenError::Runtime {
            library: library.to_owned(),
            source: source.to_string().into(),
        })
}
