//! The real files, and copies of them that a test may spoil.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use viva_embed::{EmbedOptions, Encoder, default_cache_dir, inspect, setup};

/// The user's own cache folder with all files in it.
pub(crate) fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let options = EmbedOptions::new(user_cache());
        setup(&options, &mut |_| {}).unwrap();
        options.cache_dir
    })
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings to be given the folder by")]
fn user_cache() -> PathBuf {
    let home = std::env::var_os("HOME").expect("HOME names the user's folder");
    let xdg = std::env::var_os("XDG_CACHE_HOME");
    default_cache_dir(Path::new(&home), xdg.as_ref().map(Path::new))
}

/// One encoder for all tests that do not spoil it.
pub(crate) fn encoder() -> &'static Encoder {
    static ENCODER: OnceLock<Encoder> = OnceLock::new();
    ENCODER.get_or_init(|| Encoder::open(&EmbedOptions::new(cache().to_owned())).unwrap())
}

/// A cache folder of one's own with the files of the user's, as links: replace a file, never write into it.
pub(crate) fn copy() -> (TempDir, EmbedOptions) {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbedOptions::new(folder.path().join("viva"));
    for path in files(cache()) {
        let target = options.cache_dir.join(path.strip_prefix(cache()).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        if std::fs::hard_link(&path, &target).is_err() {
            std::fs::copy(&path, &target).unwrap();
        }
    }
    (folder, options)
}

/// The files that the default options need below a cache folder.
pub(crate) fn files(cache_dir: &Path) -> Vec<PathBuf> {
    let assets = inspect(&EmbedOptions::new(cache_dir.to_owned())).unwrap();
    assets.into_iter().map(|asset| asset.path).collect()
}

/// Replaces a file's content, leaving other names of the old content alone.
pub(crate) fn replace(path: &Path, content: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Runs a future without a runtime of its own.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
