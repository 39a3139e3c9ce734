//! The real encoder, the real guide, the labelled answers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use viva_core::guide::Guide;
use viva_embed::{EmbedOptions, Encoder, default_cache_dir, setup};
use viva_eval::grading::LabelledAnswer;
use viva_eval::set::Half;
use viva_interview::grading::{Calibration, SemanticGrader};

/// One encoder for all tests.
pub(crate) fn encoder() -> Arc<Encoder> {
    static ENCODER: OnceLock<Arc<Encoder>> = OnceLock::new();
    let open = || {
        let options = EmbedOptions::new(user_cache());
        setup(&options, &mut |_| {}).unwrap();
        Arc::new(Encoder::open(&options).unwrap())
    };
    Arc::clone(ENCODER.get_or_init(open))
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings to be given the folder by")]
fn user_cache() -> PathBuf {
    let home = std::env::var_os("HOME").expect("HOME names the user's folder");
    let xdg = std::env::var_os("XDG_CACHE_HOME");
    default_cache_dir(Path::new(&home), xdg.as_ref().map(Path::new))
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn guide() -> &'static Guide {
    static GUIDE: OnceLock<Guide> = OnceLock::new();
    GUIDE.get_or_init(|| viva_guide::read(&[root().join("content")]).guide)
}

pub(crate) fn grader() -> SemanticGrader {
    SemanticGrader::new(encoder(), Calibration::fitted().unwrap())
}

pub(crate) fn labelled(half: Half) -> Vec<LabelledAnswer> {
    let text = std::fs::read_to_string(root().join("tests/eval/grading.jsonl")).unwrap();
    viva_eval::grading::parse(&text).unwrap().into_iter().filter(|case| case.half == half).collect()
}

/// Runs a future to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
