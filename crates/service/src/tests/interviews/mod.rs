//! Interviews over HTTP, on the real SQLite store.

pub(super) mod content;
mod course;
mod grading;
mod refusals;
pub(super) mod reviewing;
mod store;

use super::app::{Setup, TestApp};
use super::client::Reply;
use super::ports::{SwitchedLibrary, edition};
use super::store::TestStore;
use serde_json::{Value, json};
use std::sync::Arc;
use viva_core::guide::Guide;
use viva_core::ports::{ChatModel, Clock, Edition, Embedder, Ids, InterviewStore, Library};
use viva_interview::Examiner;
use viva_interview::grading::{Boosted, Calibration, Judge, Node, SemanticGrader, feature_index};

/// An examiner on the ports of a service.
pub(crate) fn examiner(
    embedder: &Arc<dyn Embedder>,
    library: &Arc<SwitchedLibrary>,
    store: &Arc<TestStore>,
    model: Option<Arc<dyn ChatModel>>,
    (clock, ids): (&Arc<dyn Clock>, &Arc<dyn Ids>),
) -> Arc<Examiner> {
    let judge = Judge::new(SemanticGrader::new(Arc::clone(embedder), by_words()), model);
    let (clock, ids) = (Arc::clone(clock), Arc::clone(ids));
    let (store, library) =
        (Arc::clone(store) as Arc<dyn InterviewStore>, Arc::clone(library) as Arc<dyn Library>);
    Arc::new(Examiner::new(store, library, judge, clock, ids))
}

/// A calibration that goes by shared words alone, so that a scripted encoder will do.
fn by_words() -> Calibration {
    let levels = |name: &str, middle: f64, high: f64| {
        let feature = feature_index(name).unwrap();
        let (low, even, sure) = (Node::Leaf(-3.0), Node::Leaf(0.0), Node::Leaf(3.0));
        let tree =
            vec![Node::Split(feature, middle, 1, 2), low, Node::Split(feature, high, 3, 4), even, sure];
        Boosted::new(0.0, vec![tree])
    };
    Calibration {
        support: levels("lexical", 0.42, 0.54),
        contradiction: levels("excess", 2.0, 2.0),
        partial_from: 0.3,
        covered_from: 0.6,
        contradicted_from: 0.5,
        ..Calibration::fitted().unwrap()
    }
}

/// A service whose guide has something to examine.
pub(super) fn setup() -> Setup {
    let setup = Setup::new();
    let guide = with_guide(&setup, content::guide());
    *setup.library.0.lock().unwrap() = Ok(guide);
    setup
}

pub(super) async fn start() -> TestApp {
    setup().start().await
}

/// The scripted edition with another guide.
pub(super) fn with_guide(setup: &Setup, guide: Guide) -> Arc<Edition> {
    let scripted = edition(&setup.script);
    let manifest = scripted.manifest.clone();
    Arc::new(Edition { manifest, guide: Arc::new(guide), search: Arc::clone(&scripted.search) })
}

async fn post(app: &TestApp, target: &str, body: &Value) -> Reply {
    app.call("POST", target).json(&body.to_string()).send().await
}

/// An interview that begins.
async fn begun(app: &TestApp, body: &Value) -> Value {
    let reply = post(app, "/api/v1/interviews", body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let interview = reply.json();
    assert_eq!(reply.header("location"), Some(address(&interview).as_str()));
    interview
}

/// An interview about the one question on the GIL.
async fn about_gil(app: &TestApp, mode: &str, follow_ups: u8) -> Value {
    let body = json!({
        "mode": mode, "modules": ["threads"], "level": "mid", "questions": 1,
        "follow_ups_per_question": follow_ups, "seed": 3,
    });
    begun(app, &body).await
}

fn address(interview: &Value) -> String {
    format!("/api/v1/interviews/{}", interview["id"].as_str().unwrap())
}

async fn act(app: &TestApp, interview: &Value, action: &str, body: &Value) -> Reply {
    post(app, &format!("{}/{action}", address(interview)), body).await
}

async fn answer(app: &TestApp, interview: &Value, text: &str) -> Value {
    let reply = act(app, interview, "answers", &json!({ "answer": text })).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn show(app: &TestApp, interview: &Value) -> Value {
    app.get(&address(interview)).send().await.json()
}

async fn report(app: &TestApp, interview: &Value) -> Value {
    let reply = app.get(&format!("{}/report", address(interview))).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The scores of a report.
fn scores(report: &Value) -> Vec<f64> {
    let questions = report["questions"].as_array().unwrap();
    questions.iter().filter_map(|question| question["grade"]["score"].as_f64()).collect()
}
