//! One session of the dense model, through fastembed.

use crate::assets::{
    self, CONFIG, HubModel, MODEL, SPECIAL_TOKENS, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, of_bytes, unreadable,
};
use crate::error::OpenError;
use crate::options::{DEFAULT_MODEL, EmbedOptions};
use fastembed::{InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use tokenizers::Tokenizer;
use viva_core::id::Digest;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::BoxError;
use viva_core::vector::DenseVector;

/// The graph of the default model; its weights are in [`WEIGHTS`]. Written by `model/make_graph.py`.
static GRAPH: &[u8] = include_bytes!("../../model/all-minilm-l6-v2.onnx");
const DIMENSION: usize = 384;
/// Where all-MiniLM-L6-v2 cuts a text, special tokens included: `max_seq_length` of its `sentence_bert_config.json`. It
/// was trained on texts of at most 128.
const WINDOW: usize = 256;
/// The same for models of the hub, whose own limit fastembed applies where it is lower.
const HUB_WINDOW: usize = 512;
/// The runtime's setting for the folder of the weights that a graph held in memory only names
/// (`onnxruntime_session_options_config_keys.h`).
const WEIGHTS_FOLDER: &str = "session.model_external_initializers_file_folder_path";

/// Something that turns texts into vectors, one thread at a time.
pub(crate) trait Dense {
    /// A vector for each text, in their order.
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<DenseVector>, BoxError>;
}

impl Dense for TextEmbedding {
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<DenseVector>, BoxError> {
        Ok(TextEmbedding::embed(self, texts, Some(texts.len().max(1)))?)
    }
}

/// Makes sessions of one model.
pub(crate) struct Blueprint {
    choice: Choice,
    cache_dir: PathBuf,
    environment: Environment,
    threads: usize,
}

enum Choice {
    Default,
    Hub(Box<HubModel>),
}

/// A session and what is known of its model.
pub(crate) struct Loaded {
    /// The session.
    pub model: TextEmbedding,
    /// Which model it is.
    pub identity: ModelIdentity,
    /// The model's window, special tokens included.
    pub window: usize,
    /// Its tokenizer, which neither cuts nor pads.
    pub tokenizer: Tokenizer,
}

/// The bytes of a model, ready for fastembed.
struct Parts {
    name: String,
    file: PathBuf,
    tokenizer_file: PathBuf,
    digest: Digest,
    dimension: usize,
    window: usize,
    vocabulary: Option<usize>,
    /// The folder of the weights that the graph only names; `None` where they are in `model`.
    weights: Option<PathBuf>,
    model: UserDefinedEmbeddingModel,
}

impl Blueprint {
    /// Finds the model that the options name.
    pub(crate) fn new(options: &EmbedOptions, environment: Environment) -> Result<Self, OpenError> {
        let choice = match options.model.as_str() {
            DEFAULT_MODEL => Choice::Default,
            name => Choice::Hub(Box::new(HubModel::find(name)?)),
        };
        let cache_dir = options.cache_dir.clone();
        Ok(Self { choice, cache_dir, environment, threads: options.threads.max(1) })
    }

    /// Reads and checks the files, and makes a session of them.
    pub(crate) fn load(&self) -> Result<Loaded, OpenError> {
        let parts = match &self.choice {
            Choice::Default => default_parts(&MODEL.folder_in(&self.cache_dir))?,
            Choice::Hub(model) => hub_parts(model, &self.cache_dir)?,
        };
        self.assemble(parts)
    }

    fn assemble(&self, parts: Parts) -> Result<Loaded, OpenError> {
        let Parts { name, file, tokenizer_file, digest, dimension, window, vocabulary, weights, model } =
            parts;
        let mut options = InitOptionsUserDefined::new()
            .with_environment(self.environment.clone())
            .with_max_length(window)
            .with_intra_threads(self.threads)
            // Weights that the session rearranges for its own use are given back, and not kept for later runs.
            .with_session_config("session.use_device_allocator_for_initializers", "1")
            // The session's threads spin while a run needs them and not after it, when the search needs the processors.
            .with_session_config("session.force_spinning_stop", "1");
        if let Some(folder) = &weights {
            // The runtime maps the file: what it rearranges is released, and of the rest only what is used is in memory.
            options = options.with_session_config(WEIGHTS_FOLDER, folder.to_string_lossy());
        }
        let refused = |source: BoxError| OpenError::Model { file: file.clone(), source };
        let mut model = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| refused(error.into()))?;
        let found = model.tokenizer.get_vocab_size(true);
        if let Some(expected) = vocabulary.filter(|expected| found > *expected) {
            return Err(OpenError::Tokenizer { file: tokenizer_file, expected, found });
        }
        // The first run also allocates what later runs need, so that the first query finds a warm session.
        let found = Dense::embed(&mut model, &["warm up"]).map_err(refused)?.first().map_or(0, Vec::len);
        if found != dimension {
            return Err(OpenError::Dimension { file, expected: dimension, found });
        }
        let window = model.tokenizer.get_truncation().map_or(window, |cut| cut.max_length);
        let tokenizer = counting(&model.tokenizer).map_err(|source| OpenError::Model { file, source })?;
        let identity = ModelIdentity { name, file: digest, dimension: dimension as u32 };
        Ok(Loaded { model, identity, window, tokenizer })
    }
}

fn default_parts(folder: &Path) -> Result<Parts, OpenError> {
    let tokenizer_files = TokenizerFiles {
        tokenizer_file: assets::read(folder, &TOKENIZER)?,
        config_file: assets::read(folder, &CONFIG)?,
        special_tokens_map_file: assets::read(folder, &SPECIAL_TOKENS)?,
        tokenizer_config_file: assets::read(folder, &TOKENIZER_CONFIG)?,
    };
    let vocabulary = vocabulary(&tokenizer_files.config_file);
    let digest = assets::verify(folder, &WEIGHTS)?;
    let file = folder.join(WEIGHTS.name);
    Ok(Parts {
        name: DEFAULT_MODEL.to_owned(),
        tokenizer_file: folder.join(TOKENIZER.name),
        digest,
        dimension: DIMENSION,
        window: WINDOW,
        vocabulary,
        weights: Some(folder.to_owned()),
        model: UserDefinedEmbeddingModel::new(GRAPH.to_vec(), tokenizer_files).with_pooling(Pooling::Mean),
        file,
    })
}

fn hub_parts(model: &HubModel, cache_dir: &Path) -> Result<Parts, OpenError> {
    let read = |name: &str| {
        let path = model.path(cache_dir, name)?;
        std::fs::read(&path).map_err(|source| unreadable(&path, source))
    };
    let info = &model.info;
    let tokenizer_files = TokenizerFiles {
        tokenizer_file: read("tokenizer.json")?,
        config_file: read("config.json")?,
        special_tokens_map_file: read("special_tokens_map.json")?,
        tokenizer_config_file: read("tokenizer_config.json")?,
    };
    let vocabulary = vocabulary(&tokenizer_files.config_file);
    let graph = read(&info.model_file)?;
    let digest = of_bytes(&graph);
    let mut parts = UserDefinedEmbeddingModel::new(graph, tokenizer_files)
        .with_quantization(TextEmbedding::get_quantization_mode(&info.model));
    parts.pooling = TextEmbedding::get_default_pooling_method(&info.model);
    parts.output_key.clone_from(&info.output_key);
    for file in &info.additional_files {
        let name = Path::new(file).file_name().map_or_else(|| file.clone(), |n| n.to_string_lossy().into());
        parts = parts.with_external_initializer(name, read(file)?);
    }
    Ok(Parts {
        name: model.name.clone(),
        file: model.path(cache_dir, &info.model_file)?,
        tokenizer_file: model.path(cache_dir, "tokenizer.json")?,
        digest,
        dimension: info.dim,
        window: HUB_WINDOW,
        vocabulary,
        weights: None,
        model: parts,
    })
}

/// How many tokens the model knows, where its configuration tells.
fn vocabulary(config: &[u8]) -> Option<usize> {
    let config: serde_json::Value = serde_json::from_slice(config).ok()?;
    usize::try_from(config.get("vocab_size")?.as_u64()?).ok()
}

fn counting(tokenizer: &Tokenizer) -> Result<Tokenizer, BoxError> {
    let mut tokenizer = tokenizer.clone();
    tokenizer.with_padding(None).with_truncation(None)?;
    Ok(tokenizer)
}
