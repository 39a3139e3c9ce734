//! The settings that the program sees: valid, with units in their types.

use crate::environment::Environment;
use crate::error::{SettingsError, Source};
use crate::layers::{Layers, Overrides, SECRETS};
use crate::model::{self, Model, Storing};
use crate::reader::Reader;
use crate::secret::Secret;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Every setting, checked. Made by [`Settings::load`] alone.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The HTTP service.
    pub http: Http,
    /// Where Viva keeps its files.
    pub data: Data,
    /// What is ingested.
    pub content: Content,
    /// The encoders.
    pub embed: Embedding,
    /// The index.
    pub retrieval: Retrieval,
    /// Answers.
    pub answer: Answering,
    /// The language model, where one is configured.
    pub model: Option<Model>,
    /// Conversations and interviews.
    pub store: Storing,
    /// Ingest.
    pub ingest: Ingesting,
    /// The log.
    pub log: Log,
    layers: Layers,
}

/// `[http]`
#[derive(Debug, Clone)]
pub struct Http {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Further host names under which the service may be called.
    pub hosts: Vec<String>,
    /// The key that every API call must carry.
    pub api_key: Option<Secret>,
    /// Whether the service may listen beyond loopback without a key.
    pub trusted_network: bool,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// The longest that one request may take.
    pub request_timeout: Duration,
    /// The same for requests that a model has a part in: as long as `[model]` allows it, and never less than the others.
    pub answer_timeout: Duration,
    /// The longest that a client may take to send its headers.
    pub header_timeout: Duration,
    /// Requests answered at once.
    pub max_concurrent: usize,
    /// Streams that one owner (the bearer of a key; everybody, where none is set) may have open at once.
    pub streams_per_owner: usize,
    /// How long the end waits for running requests.
    pub shutdown_grace: Duration,
}

/// `[data]`
#[derive(Debug, Clone)]
pub struct Data {
    /// The folder.
    pub dir: PathBuf,
}

/// `[content]`
#[derive(Debug, Clone)]
pub struct Content {
    /// Folders or files, at least one; the first is the guide.
    pub paths: Vec<PathBuf>,
}

/// `[embed]`
#[derive(Debug, Clone)]
pub struct Embedding {
    /// The dense model's name.
    pub model: String,
    /// Folder of fetched models and runtimes.
    pub cache_dir: PathBuf,
    /// ONNX Runtime library in place of the fetched one.
    pub runtime: Option<PathBuf>,
    /// The Python whose pip fetches.
    pub python: String,
    /// Encoder sessions while serving.
    pub workers: usize,
    /// Threads of each.
    pub threads: usize,
    /// Encoder sessions while ingesting.
    pub ingest_workers: usize,
    /// Threads of each.
    pub ingest_threads: usize,
    /// Query vectors kept in memory.
    pub query_cache: usize,
}

/// `[retrieval]`
#[derive(Debug, Clone)]
pub struct Retrieval {
    /// A Qdrant server's gRPC address; `None`: embedded.
    pub qdrant_url: Option<String>,
    /// That server's key.
    pub qdrant_api_key: Option<Secret>,
    /// Name of the collection.
    pub collection: String,
    /// Chunks that each leg contributes.
    pub candidates_per_leg: usize,
    /// Damping of reciprocal rank fusion.
    pub rrf_k: usize,
    /// The longest that a search may take.
    pub timeout: Duration,
}

/// `[answer]`
#[derive(Debug, Clone)]
pub struct Answering {
    /// The most evidence for one answer, in tokens of the encoder.
    pub evidence_tokens: usize,
}

/// `[ingest]`
#[derive(Debug, Clone)]
pub struct Ingesting {
    /// Whether `serve` ingests changed content by itself.
    pub auto: bool,
    /// Size of a chunk, in tokens of the encoder.
    pub chunk_tokens: usize,
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    /// A level, or filters by target.
    pub filter: String,
    /// How lines are written.
    pub format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, one object a line.
    Json,
}

impl Settings {
    /// Defaults < file < environment < flags.
    pub fn load(overrides: &Overrides, environment: &Environment) -> Result<Self, SettingsError> {
        let layers = Layers::load(overrides, environment)?;
        let read = Reader(&layers);
        let model = model::model(&read)?;
        Ok(Self {
            http: http(&read, model.as_ref())?,
            data: Data { dir: read.path("data.dir")? },
            content: content(&read)?,
            embed: embedding(&read, environment)?,
            retrieval: retrieval(&read)?,
            answer: Answering { evidence_tokens: read.number("answer.evidence_tokens", 100..=20_000)? },
            model,
            store: model::storing(&read)?,
            ingest: Ingesting {
                auto: read.flag("ingest.auto")?,
                chunk_tokens: read.number("ingest.chunk_tokens", 32..=4096)?,
            },
            log: log(&read)?,
            layers,
        })
    }

    /// The effective settings as TOML, each with its origin where that is not the defaults; secrets redacted.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for (key, written) in &self.layers.0 {
            let (this_section, name) = key.split_once('.').unwrap_or(("", key));
            if this_section != section {
                let gap = if section.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}[{this_section}]");
                section = this_section;
            }
            let is_secret = (SECRETS.contains(&key.as_str()) || model::has_password(key, &written.value))
                && written.value.as_str() != Some("");
            let value = if is_secret { "\"[redacted]\"".to_owned() } else { written.value.to_string() };
            let _ = match &written.origin {
                Source::Default => writeln!(text, "{name} = {value}"),
                origin => writeln!(text, "{name} = {value}  # from {origin}"),
            };
        }
        text
    }
}

/// What is granted beyond a model's own time: for finding the evidence, and for answering from the guide where it fails.
const BESIDE_MODEL: Duration = Duration::from_secs(10);

fn http(read: &Reader<'_>, model: Option<&Model>) -> Result<Http, SettingsError> {
    let bind: SocketAddr = read.parsed("http.bind", "an address and a port, such as \"127.0.0.1:8080\"")?;
    let api_key = read.secret("http.api_key")?;
    let trusted_network = read.flag("http.trusted_network")?;
    if !bind.ip().is_loopback() && api_key.is_none() && !trusted_network {
        let rule = "a loopback address unless VIVA_HTTP__API_KEY is set or http.trusted_network is true";
        return Err(read.refuse("http.bind", rule));
    }
    let request_timeout = Duration::from_secs(read.number("http.request_timeout_seconds", 1..=3600)?);
    let generated = model.map_or(Duration::ZERO, |model| model.whole.saturating_add(BESIDE_MODEL));
    Ok(Http {
        bind,
        hosts: read.texts("http.hosts")?,
        api_key,
        trusted_network,
        body_limit: read.number::<usize>("http.body_limit_kib", 1..=10_240)? * 1024,
        request_timeout,
        answer_timeout: request_timeout.max(generated),
        header_timeout: Duration::from_secs(read.number("http.header_timeout_seconds", 1..=600)?),
        max_concurrent: read.number("http.max_concurrent", 1..=10_000)?,
        streams_per_owner: read.number("http.streams_per_owner", 1..=10_000)?,
        shutdown_grace: Duration::from_secs(read.number("http.shutdown_grace_seconds", 0..=600)?),
    })
}

fn content(read: &Reader<'_>) -> Result<Content, SettingsError> {
    let paths: Vec<PathBuf> = read.texts("content.paths")?.into_iter().map(PathBuf::from).collect();
    if paths.is_empty() {
        return Err(read.refuse("content.paths", "a list of at least one folder or file"));
    }
    Ok(Content { paths })
}

fn embedding(read: &Reader<'_>, environment: &Environment) -> Result<Embedding, SettingsError> {
    let cache_dir = match (read.optional_path("embed.cache_dir")?, &environment.cache_dir) {
        (Some(path), _) => path,
        (None, Some(base)) => base.join("viva"),
        (None, None) => {
            return Err(read.refuse("embed.cache_dir", "set, because this user has no cache folder"));
        }
    };
    Ok(Embedding {
        model: read.required("embed.model")?.to_owned(),
        cache_dir,
        runtime: read.optional_path("embed.runtime")?,
        python: read.required("embed.python")?.to_owned(),
        workers: read.number("embed.workers", 1..=64)?,
        threads: read.number("embed.threads", 1..=64)?,
        ingest_workers: read.number("embed.ingest_workers", 1..=64)?,
        ingest_threads: read.number("embed.ingest_threads", 1..=64)?,
        query_cache: read.number("embed.query_cache", 0..=1_000_000)?,
    })
}

fn retrieval(read: &Reader<'_>) -> Result<Retrieval, SettingsError> {
    let qdrant_url = read.optional("retrieval.qdrant_url")?.map(str::to_owned);
    if let Some(url) = &qdrant_url
        && !(url.starts_with("http://") || url.starts_with("https://"))
    {
        return Err(read.refuse("retrieval.qdrant_url", "an http:// or https:// address of the gRPC port"));
    }
    let collection = read.required("retrieval.collection")?.to_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if collection.len() > 64 || !collection.chars().all(is_plain) {
        return Err(read.refuse("retrieval.collection", "letters, digits, `-` and `_`, at most 64"));
    }
    Ok(Retrieval {
        qdrant_url,
        qdrant_api_key: read.secret("retrieval.qdrant_api_key")?,
        collection,
        candidates_per_leg: read.number("retrieval.candidates_per_leg", 10..=1000)?,
        rrf_k: read.number("retrieval.rrf_k", 1..=1000)?,
        timeout: Duration::from_millis(read.number("retrieval.timeout_ms", 10..=60_000)?),
    })
}

fn log(read: &Reader<'_>) -> Result<Log, SettingsError> {
    let format = match read.text("log.format")? {
        "text" => LogFormat::Text,
        "json" => LogFormat::Json,
        _ => return Err(read.refuse("log.format", "\"text\" or \"json\"")),
    };
    Ok(Log { filter: read.required("log.filter")?.to_owned(), format })
}
