//! What a test plays on: the program, serving a guide, and a browser that looks at it.

use crate::driver::{Chromium, Tab};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;
use viva_model_server::{Answer, ModelServer, Request};
use viva_tests::{GuideFolder, Program, Server};

/// A question that the small guide covers, with an answer of three sections.
pub(crate) const GIL: &str = "explain the global interpreter lock";
/// Another one.
pub(crate) const LOCKS: &str = "explain a mutex for critical sections";
/// One that it does not cover.
pub(crate) const PIZZA: &str = "best pizza dough recipe for a wood oven";

/// A running service and a window on it.
pub(crate) struct Stage {
    pub(crate) tab: Tab,
    pub(crate) chromium: Chromium,
    pub(crate) server: Server,
    models: Option<ModelServer>,
    _folder: TempDir,
}

impl Stage {
    /// The small guide, answered from its own text.
    pub(crate) async fn extractive() -> Self {
        Self::with_guide(|_| {}).await
    }

    /// The small guide with what `change` makes of it.
    pub(crate) async fn with_guide(change: impl FnOnce(&GuideFolder)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guide = GuideFolder::small(&folder.path().join("content"));
        change(&guide);
        let program = program(folder.path());
        Self::serving(folder, program, None).await
    }

    /// The small guide, with answers written by a model that follows `script`.
    pub(crate) async fn generated(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        GuideFolder::small(&folder.path().join("content"));
        let models = ModelServer::start(script).await.unwrap();
        let program = with_model(program(folder.path()), &models);
        Self::serving(folder, program, Some(models)).await
    }

    /// The real guide, answered from its own text.
    pub(crate) async fn real() -> Self {
        let (folder, program) = real_guide();
        Self::serving(folder, program, None).await
    }

    /// The real guide, with answers written by a model that follows `script`.
    pub(crate) async fn real_generated(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let (folder, program) = real_guide();
        let models = ModelServer::start(script).await.unwrap();
        let program = with_model(program, &models);
        Self::serving(folder, program, Some(models)).await
    }

    async fn serving(folder: TempDir, program: Program, models: Option<ModelServer>) -> Self {
        let server = Server::start(&program, &[]);
        let chromium = Chromium::launch().await;
        let tab = chromium.tab(&server.url("")).await;
        Self { tab, chromium, server, models, _folder: folder }
    }

    /// The model's server.
    pub(crate) fn models(&self) -> &ModelServer {
        self.models.as_ref().expect("this stage was made with a model")
    }

    /// Another window of the same browser.
    pub(crate) async fn another_tab(&self) -> Tab {
        self.chromium.tab(&self.server.url("")).await
    }

    /// Opens the page of a new question, asks, and waits for the answer.
    pub(crate) async fn asks(&self, question: &str) {
        self.tab.open("/").await;
        self.sends(question).await;
        self.answered(1).await;
    }

    /// Writes a question into the box and sends it.
    pub(crate) async fn sends(&self, question: &str) {
        self.tab.click("#question").await;
        self.tab.write(question).await;
        self.tab.press("Enter").await;
    }

    /// Waits until the turn of this number is complete.
    pub(crate) async fn answered(&self, number: u32) {
        let done = format!(
            "!find('#turn-{number} .answer[aria-busy]') && find('#turn-{number} .after > *:not(.status)')"
        );
        self.tab
            .until(&format!("{done} && find('[data-stop][hidden], #question') && !find('[data-stop]')"))
            .await;
    }

    /// The conversation at hand as the API tells it.
    pub(crate) async fn conversation(&self) -> Value {
        let path = self.tab.path().await;
        let id = path.trim_start_matches("/c/").split(['#', '?', '/']).next().unwrap_or_default().to_owned();
        let (status, conversation) = self.server.get(&format!("/api/v1/conversations/{id}")).await;
        assert_eq!(status, 200, "{path}: {conversation}");
        conversation
    }

    /// The browser has nothing to complain of: no exception, nothing that the policy stopped, no dialog, and no request to
    /// anybody else.
    pub(crate) fn is_calm(&self) {
        let seen = self.tab.seen();
        assert!(seen.console.is_empty() && seen.dialogs.is_empty(), "{:?} {:?}", seen.console, seen.dialogs);
        let ours = self.server.url("/");
        let foreign: Vec<&String> =
            seen.requests.iter().filter(|url| !url.starts_with(&ours) && *url != "about:blank").collect();
        assert!(foreign.is_empty(), "{foreign:?}");
    }

    /// The service is gone at once, without a word.
    pub(crate) fn kill_server(&self) {
        let pid = self.server.pid().to_string();
        std::process::Command::new("kill").args(["-KILL", &pid]).status().expect("kill can be run");
    }

    /// Ends all of it; what a test forgets to end is killed.
    pub(crate) async fn close(self) {
        self.chromium.close().await;
    }
}

/// Fails with the first difference of two long texts.
#[track_caller]
pub(crate) fn is_same(left: &str, right: &str) {
    let same = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(80)).take(240).collect::<String>();
    assert!(left == right, "they differ at character {same}:\n{}\n{}", around(left), around(right));
}

fn program(folder: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_viva-under-test"), folder)
}

fn with_model(program: Program, models: &ModelServer) -> Program {
    program
        .with("VIVA_MODEL__PROVIDER", "openai")
        .with("VIVA_MODEL__NAME", "scripted")
        .with("VIVA_MODEL__BASE_URL", models.base_url())
        .with("VIVA_MODEL__API_KEY", "sk-canary-of-the-test")
        .with("VIVA_MODEL__RETRIES", 0)
}

/// The index of the real guide is kept between runs, and shared with the tests of `it`; what is written while it is
/// served goes into a copy.
fn real_guide() -> (TempDir, Program) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("content");
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guide");
    std::fs::create_dir_all(&kept).unwrap();
    let made = program(&kept).with("VIVA_CONTENT__PATHS", content.display());
    made.json(&["ingest", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    copy(&made.data().join("index"), &folder.path().join("data/index"));
    let program = program(folder.path()).with("VIVA_CONTENT__PATHS", content.display());
    (folder, program)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if entry.is_dir() {
            copy(&entry, &to.join(name));
        } else {
            std::fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}
