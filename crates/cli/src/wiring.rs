//! The one place that chooses concrete types.

use crate::failure::{Failure, Outcome};
use crate::system::{SystemClock, UuidIds};
use crate::terminal::progress::{Bar, note};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use viva_assistant::coverage::Calibration;
use viva_assistant::{Assistant, Blend, Options, Parts, Weights};
use viva_core::ports::{ChatModel, ChunkIndex, Clock, Embedder, Ids, Library};
use viva_embed::{EmbedOptions, Encoder};
use viva_ingest::{ChunkerOptions, Ingest, IngestOptions, IngestPorts};
use viva_retrieval::{
    ApiKey, EmbeddedHome, EmbeddedOptions, EmbeddedWriter, FileVectorCache, Holder, Home, OpenError,
    SearchOptions, ServedHome, ServedOptions, ServedWriter, Shelf, Wanted,
};
use viva_settings::{Environment, Settings};

mod examiner;
mod model;
mod store;

pub(crate) use examiner::learn;

/// Where the index is searched.
pub(crate) enum OpenedHome {
    /// Below the data folder, held by this process.
    Embedded(Arc<EmbeddedHome>),
    /// On a Qdrant server.
    Served(Arc<ServedHome>),
}

impl OpenedHome {
    pub(crate) fn as_home(&self) -> Arc<dyn Home> {
        match self {
            Self::Embedded(home) => Arc::clone(home) as Arc<dyn Home>,
            Self::Served(home) => Arc::clone(home) as Arc<dyn Home>,
        }
    }
}

/// Why the index cannot be searched by this process.
pub(crate) enum NoHome {
    /// Another process holds it.
    Held(Box<(Holder, Failure)>),
    /// It cannot be used.
    Failed(Failure),
}

impl From<OpenError> for NoHome {
    fn from(error: OpenError) -> Self {
        let failure = Failure::of(&error);
        match error {
            OpenError::Held { holder, .. } => Self::Held(Box::new((holder, failure))),
            OpenError::Folder { .. } => Self::Failed(failure.hint("choose another folder with --data-dir")),
        }
    }
}

/// Builds the parts that the settings name.
#[derive(Clone)]
pub(crate) struct Wiring {
    pub(crate) settings: Arc<Settings>,
    pub(crate) environment: Arc<Environment>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

impl Wiring {
    pub(crate) fn new(settings: Settings, environment: Environment) -> Self {
        let environment = Arc::new(environment);
        Self {
            settings: Arc::new(settings),
            environment,
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(UuidIds),
        }
    }

    fn embed_options(&self) -> EmbedOptions {
        let embed = &self.settings.embed;
        EmbedOptions {
            model: embed.model.clone(),
            runtime: embed.runtime.clone(),
            python: embed.python.clone(),
            workers: embed.workers,
            threads: embed.threads,
            query_cache: embed.query_cache,
            ..EmbedOptions::new(embed.cache_dir.clone())
        }
    }

    pub(crate) fn setup_options(&self) -> EmbedOptions {
        self.embed_options()
    }

    /// Fetches what is missing, with a bar; says nothing where nothing is.
    pub(crate) fn set_up(&self) -> Outcome {
        let options = self.embed_options();
        if viva_embed::missing(&options).map_err(|error| Failure::of(&error))?.is_empty() {
            return Ok(());
        }
        crate::commands::setup::fetch(&options)
    }

    /// The encoder for questions.
    pub(crate) fn encoder(&self) -> Outcome<Arc<dyn Embedder>> {
        self.set_up()?;
        open(&self.embed_options())
    }

    /// The encoder for questions without its cache, for measuring.
    pub(crate) fn uncached_encoder(&self) -> Outcome<Arc<dyn Embedder>> {
        self.set_up()?;
        open(&EmbedOptions { query_cache: 0, ..self.embed_options() })
    }

    /// The encoder for an ingest: as many passages a second as this machine can.
    pub(crate) fn ingest_encoder(&self) -> Outcome<Arc<dyn Embedder>> {
        self.set_up()?;
        let embed = &self.settings.embed;
        let options = EmbedOptions {
            workers: embed.ingest_workers,
            threads: embed.ingest_threads,
            query_cache: 0,
            // What the sessions hold is given back while the index is written.
            rests: true,
            ..self.embed_options()
        };
        open(&options)
    }

    fn index_folder(&self) -> PathBuf {
        self.settings.data.dir.join("index")
    }

    fn search_options(&self) -> SearchOptions {
        let retrieval = &self.settings.retrieval;
        SearchOptions {
            leg_depth: retrieval.candidates_per_leg,
            rrf_k: u32::try_from(retrieval.rrf_k).unwrap_or(u32::MAX),
        }
    }

    fn served_options(&self, url: &str) -> ServedOptions {
        let retrieval = &self.settings.retrieval;
        ServedOptions {
            api_key: retrieval.qdrant_api_key.as_ref().map(|key| ApiKey::new(key.reveal())),
            alias: retrieval.collection.clone(),
            deadline: retrieval.timeout,
            search: self.search_options(),
            ..ServedOptions::new(url)
        }
    }

    /// Opens the home of the index for searching; [`NoHome::Held`] where another process has it.
    pub(crate) fn home(&self, command: &str) -> Result<OpenedHome, NoHome> {
        if let Some(url) = &self.settings.retrieval.qdrant_url {
            let home = ServedHome::new(self.served_options(url));
            return home
                .map(|home| OpenedHome::Served(Arc::new(home)))
                .map_err(|error| NoHome::Failed(Failure::of(&error)));
        }
        let threads = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let options = EmbeddedOptions { folder: self.index_folder(), search: self.search_options(), threads };
        let home = EmbeddedHome::open(options, Holder::this_process(command))?;
        Ok(OpenedHome::Embedded(Arc::new(home)))
    }

    pub(crate) fn shelf_of(home: &OpenedHome, embedder: &dyn Embedder) -> Arc<Shelf> {
        let wanted = Wanted { model: embedder.identity(), sparse: embedder.sparse_identity() };
        Arc::new(Shelf::new(home.as_home(), wanted))
    }

    fn writer(&self, command: &str) -> Outcome<Arc<dyn ChunkIndex>> {
        let ids = Arc::clone(&self.ids);
        match &self.settings.retrieval.qdrant_url {
            Some(url) => {
                let writer =
                    ServedWriter::new(self.served_options(url), ids).map_err(|error| Failure::of(&error))?;
                Ok(Arc::new(writer))
            }
            None => {
                Ok(Arc::new(EmbeddedWriter::new(self.index_folder(), Holder::this_process(command), ids)))
            }
        }
    }

    /// An ingest into the home that the settings name.
    pub(crate) fn ingest(
        &self,
        command: &str,
        embedder: Arc<dyn Embedder>,
        rebuild: bool,
    ) -> Outcome<Ingest> {
        let cache = FileVectorCache::open(&self.settings.data.dir.join("vectors"), &embedder.identity())
            .map_err(|error| Failure::of(&error))?;
        let ports = IngestPorts {
            index: self.writer(command)?,
            cache: Arc::new(cache),
            clock: Arc::clone(&self.clock),
            embedder,
        };
        let options = IngestOptions { chunker: self.chunker_options(), rebuild, ..IngestOptions::default() };
        Ok(Ingest::new(ports, options))
    }

    fn chunker_options(&self) -> ChunkerOptions {
        ChunkerOptions {
            passage_tokens: NonZeroUsize::new(self.settings.ingest.chunk_tokens),
            ..ChunkerOptions::default()
        }
    }

    /// The assistant over an encoder, a library and, where there is one, a language model.
    pub(crate) fn assistant(
        &self,
        embedder: Arc<dyn Embedder>,
        library: Arc<dyn Library>,
        model: Option<Arc<dyn ChatModel>>,
    ) -> Outcome<Arc<Assistant>> {
        let options = Options {
            // Room for everything that either leg found.
            candidates: self.settings.retrieval.candidates_per_leg * 2,
            evidence_tokens: self.settings.answer.evidence_tokens,
            weights: Weights::fitted().map_err(|error| Failure::of(&error))?,
            blend: Blend::fitted().map_err(|error| Failure::of(&error))?,
            calibration: Calibration::fitted().map_err(|error| Failure::of(&error))?,
            generation: model::generation(&self.settings),
        };
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        Ok(Arc::new(Assistant::new(Parts { embedder, library, model, clock, ids }, options)))
    }

    /// Everything for one command that searches: encoder, index, assistant; no language model.
    pub(crate) async fn searching(&self, home: &OpenedHome) -> Outcome<Arc<Assistant>> {
        self.asking(home, None).await
    }

    /// Everything for one command that asks, with the language model that the settings name.
    pub(crate) async fn asking(
        &self,
        home: &OpenedHome,
        model: Option<Arc<dyn ChatModel>>,
    ) -> Outcome<Arc<Assistant>> {
        let embedder = self.encoder()?;
        let library = Self::shelf_of(home, &*embedder);
        library.refresh().await.map_err(|reason| {
            let hint = "`viva ingest` builds the index; `viva` does so and serves";
            Failure::of(&reason).hint(hint)
        })?;
        self.assistant(embedder, library, model)
    }
}

/// How often a server looks for a new index.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);

fn open(options: &EmbedOptions) -> Outcome<Arc<dyn Embedder>> {
    let encoder = Encoder::open(options).map_err(|error| {
        Failure::of(&error).hint("`viva doctor` tells more; `viva setup` fetches model and runtime again")
    })?;
    Ok(Arc::new(encoder))
}

/// Shows a download.
pub(crate) fn download_bar() -> Bar {
    note("Fetching the embedding model and its runtime (once, about 110 MB)");
    Bar::new("fetching", true)
}
