//! Models that fastembed knows by name, kept as the hub's own cache below ours.
//!
//! The files are fetched with the hub's client and handed to fastembed as bytes, rather than by fastembed itself:
//! so the folder is ours whatever the environment says, and the model file has a checksum to name it by.

use super::setup::{Progress, SetupReport};
use super::{Asset, AssetState, unreadable};
use crate::error::{OpenError, SetupError};
use crate::options::DEFAULT_MODEL;
use fastembed::{EmbeddingModel, ModelInfo, TextEmbedding};
use hf_hub::api::sync::{ApiBuilder, ApiError};
use hf_hub::{Cache, Repo, RepoType};
use std::fs;
use std::path::{Path, PathBuf};

/// Files that fastembed needs beside the model's own.
pub(crate) const TOKENIZER_FILES: [&str; 4] =
    ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// How like a wrong name a known one must be to be offered, 0 to 1 (Jaro-Winkler).
const NEAR: f64 = 0.75;
const NEAR_NAMES: usize = 5;

/// A model of fastembed's list.
#[derive(Debug, Clone)]
pub(crate) struct HubModel {
    /// The name that people write: the last part of the repository's, `-q` at the end where it is quantised.
    pub name: String,
    /// What fastembed knows of it.
    pub info: ModelInfo<EmbeddingModel>,
}

/// Every model of fastembed's list, by name.
fn known_models() -> Vec<HubModel> {
    let mut models: Vec<_> = TextEmbedding::list_supported_models().into_iter().map(HubModel::new).collect();
    models.sort_by(|a, b| a.name.cmp(&b.name));
    models
}

impl HubModel {
    fn new(info: ModelInfo<EmbeddingModel>) -> Self {
        let repository = info.model_code.rsplit('/').next().unwrap_or(&info.model_code);
        let mut name = repository.to_lowercase();
        let variant = format!("{:?}", info.model);
        for (ending, suffix) in [("Q", "-q"), ("Q4", "-q4")] {
            if variant.ends_with(ending) && !name.ends_with(suffix) {
                name.push_str(suffix);
            }
        }
        Self { name, info }
    }

    /// Finds a model by its short name, by the hub's (`Xenova/bge-small-en-v1.5`) or by fastembed's own
    /// (`BGESmallENV15`); case does not matter.
    pub(crate) fn find(name: &str) -> Result<Self, OpenError> {
        let models = known_models();
        let is_named = |model: &&Self| {
            let variant = format!("{:?}", model.info.model);
            [&model.name, &model.info.model_code, &variant]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        // Where a full-precision and a quantised variant share a repository, the repository names the first.
        let mut found: Vec<&Self> = models.iter().filter(is_named).collect();
        found.sort_by_key(|model| model.name.len());
        found.first().map(|model| (*model).clone()).ok_or_else(|| unknown(name, &models))
    }

    /// Every file that it needs, the model's own first.
    pub(crate) fn files(&self) -> Vec<String> {
        let own = [&self.info.model_file].into_iter().chain(&self.info.additional_files).cloned();
        own.chain(TOKENIZER_FILES.map(str::to_owned)).collect()
    }

    /// Where a file lies, if it is there.
    pub(crate) fn path(&self, cache_dir: &Path, file: &str) -> Result<PathBuf, OpenError> {
        let repository = Repo::new(self.info.model_code.clone(), RepoType::Model);
        let cached = Cache::new(hub_folder(cache_dir)).repo(repository).get(file);
        cached.ok_or_else(|| OpenError::Missing { file: self.expected(cache_dir, file) })
    }

    /// Those of its files that are not there.
    pub(super) fn missing(&self, cache_dir: &Path) -> Vec<PathBuf> {
        let is_missing = |file: &String| self.path(cache_dir, file).is_err();
        self.files()
            .iter()
            .filter(|file| is_missing(file))
            .map(|file| self.expected(cache_dir, file))
            .collect()
    }

    pub(super) fn inspect(&self, cache_dir: &Path) -> Vec<Asset> {
        let look = |file: String| match self.path(cache_dir, &file) {
            Ok(path) => {
                let state = match fs::metadata(&path) {
                    Ok(_) => AssetState::Unpinned,
                    Err(source) => AssetState::Bad(unreadable(&path, source)),
                };
                Asset { path, state }
            }
            Err(error) => Asset { path: self.expected(cache_dir, &file), state: AssetState::Bad(error) },
        };
        self.files().into_iter().map(look).collect()
    }

    /// Fetches those of its files that are not there.
    pub(super) fn fetch(
        &self,
        cache_dir: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
        report: &mut SetupReport,
    ) -> Result<(), SetupError> {
        for file in self.files() {
            if let Ok(path) = self.path(cache_dir, &file) {
                report.kept.push(path);
                continue;
            }
            let path = self.download(cache_dir, &file, progress).map_err(|source| OpenError::Hub {
                model: self.name.clone(),
                file,
                source: source.into(),
            })?;
            report.fetched.push(path);
        }
        Ok(())
    }

    fn download(
        &self,
        cache_dir: &Path,
        file: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, ApiError> {
        let builder = ApiBuilder::from_cache(Cache::new(hub_folder(cache_dir)));
        let repository = builder.with_progress(false).build()?.model(self.info.model_code.clone());
        repository.download_with_progress(file, Reporter { model: &self.name, bytes: 0, total: 0, progress })
    }

    fn expected(&self, cache_dir: &Path, file: &str) -> PathBuf {
        let repository = format!("models--{}", self.info.model_code.replace('/', "--"));
        hub_folder(cache_dir).join(repository).join("snapshots").join("main").join(file)
    }
}

fn hub_folder(cache_dir: &Path) -> PathBuf {
    cache_dir.join("hub")
}

fn unknown(name: &str, models: &[HubModel]) -> OpenError {
    let wanted = name.to_lowercase();
    let names = models.iter().map(|model| model.name.as_str()).chain([DEFAULT_MODEL]);
    let mut near: Vec<_> = names
        .map(|known| (strsim::jaro_winkler(&wanted, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, known)| *known);
    let near = near.into_iter().take(NEAR_NAMES).map(|(_, known)| known.to_owned()).collect();
    OpenError::UnknownModel { name: name.to_owned(), near }
}

/// Passes the hub's progress on to ours.
struct Reporter<'a> {
    model: &'a str,
    bytes: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress<'_>),
}

impl hf_hub::api::Progress for Reporter<'_> {
    fn init(&mut self, size: usize, _: &str) {
        self.total = size as u64;
    }

    fn update(&mut self, size: usize) {
        self.bytes += size as u64;
        (self.progress)(Progress::Fetching { package: self.model, bytes: self.bytes, total: self.total });
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_any_of_their_names() {
        for name in ["bge-small-en-v1.5", "Xenova/bge-small-en-v1.5", "BGESmallENV15", "BGE-small-EN-v1.5"] {
            assert_eq!(HubModel::find(name).unwrap().info.model, EmbeddingModel::BGESmallENV15, "{name}");
        }
        assert_eq!(HubModel::find("BGESmallENV15Q").unwrap().info.model, EmbeddingModel::BGESmallENV15Q);
        let shared = HubModel::find("nomic-ai/nomic-embed-text-v1.5").unwrap();
        assert_eq!(shared.info.model, EmbeddingModel::NomicEmbedTextV15);
    }

    #[test]
    fn every_model_has_a_name_of_its_own() {
        let names: Vec<_> = known_models().into_iter().map(|model| model.name).collect();
        let mut unique = names.clone();
        unique.dedup();
        assert_eq!(names, unique);
        assert!(names.len() > 30);
    }

    #[test]
    fn a_wrong_name_is_answered_with_near_ones() {
        let error = HubModel::find("bge-smal-en").unwrap_err().to_string();
        assert!(error.contains("`bge-smal-en`") && error.contains("`bge-small-en-v1.5`"), "{error}");
        let error = HubModel::find("all-minilm-l6").unwrap_err().to_string();
        assert!(error.contains("all-MiniLM-L6-v2"), "{error}");
        let error = HubModel::find("%").unwrap_err().to_string();
        assert!(error.contains("the default is"), "{error}");
    }
}
