//! What a grade costs, and 200 interviews at once: `cargo bench -p viva-tests --bench examining`.
//!
//! Graded without a model, on the guide's own first module, over HTTP. The answers are the guide's own words, cut at 200.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use viva_tests::{Program, Server};

/// Words of an answer.
const WORDS: usize = 200;
/// Grades that are timed.
const GRADES: usize = 200;
/// Interviews at once.
const AT_ONCE: usize = 200;
/// Questions of each.
const QUESTIONS: usize = 2;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/01-python-fundamentals");
    let program = Program::new(env!("CARGO_BIN_EXE_viva-under-test"), folder.path())
        .with("VIVA_CONTENT__PATHS", format!("[\"{}\"]", content.canonicalize().unwrap().display()))
        .with("VIVA_HTTP__MAX_CONCURRENT", 2000);
    let server = Server::start(&program, &[]);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answers = answers(&server).await;
    grades(&client, &server, &answers).await;
    interviews(&client, &server, &answers).await;
}

/// Question ids, each with an answer of [`WORDS`] words.
async fn answers(server: &Server) -> Vec<(String, String)> {
    let (_, listed) = server.get("/api/v1/questions").await;
    let mut answers = Vec::new();
    for question in listed["questions"].as_array().unwrap() {
        let id = question["id"].as_str().unwrap().to_owned();
        let (_, entry) = server.get(&format!("/api/v1/questions/{id}")).await;
        let sections = entry["sections"].as_array().unwrap().iter();
        let text: Vec<&str> = sections
            .filter(|one| one["section"] != "example")
            .filter_map(|one| one["text"].as_str())
            .collect();
        let words: Vec<&str> = text.iter().flat_map(|text| text.split_whitespace()).take(WORDS).collect();
        answers.push((id, words.join(" ")));
    }
    answers
}

async fn post(client: &reqwest::Client, server: &Server, path: &str, body: &Value) -> Value {
    let response = client.post(server.url(path)).json(body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// One after another, each answer for the first time: nothing of it is cached.
async fn grades(client: &reqwest::Client, server: &Server, answers: &[(String, String)]) {
    let mut times = Vec::new();
    for n in 0..GRADES {
        let (question, answer) = &answers[n % answers.len()];
        let body = json!({ "question_id": question, "answer": format!("Attempt {n}. {answer}") });
        let started = Instant::now();
        post(client, server, "/api/v1/grade", &body).await;
        times.push(started.elapsed());
    }
    println!("a grade of {WORDS} words: {}", quantiles(times));
}

/// Each begins, answers its questions and fetches its report; then the next step.
async fn interviews(client: &reqwest::Client, server: &Server, answers: &[(String, String)]) {
    let started = Instant::now();
    let sittings = (0..AT_ONCE).map(|n| sitting(client, server, &answers[n % answers.len()].1, n));
    let times: Vec<Duration> = futures::future::join_all(sittings).await.into_iter().flatten().collect();
    println!(
        "{AT_ONCE} interviews of {QUESTIONS} questions at once: all ended with a report after {:.1} s; an answer and its grade: {}",
        started.elapsed().as_secs_f64(),
        quantiles(times)
    );
}

async fn sitting(client: &reqwest::Client, server: &Server, answer: &str, n: usize) -> Vec<Duration> {
    let body = json!({ "questions": QUESTIONS, "mode": "practice", "follow_ups_per_question": 0, "seed": n });
    let started = post(client, server, "/api/v1/interviews", &body).await;
    let id = started["id"].as_str().unwrap();
    let mut times = Vec::new();
    for attempt in 0..QUESTIONS {
        let body = json!({ "answer": format!("Candidate {n}, attempt {attempt}. {answer}") });
        let began = Instant::now();
        post(client, server, &format!("/api/v1/interviews/{id}/answers"), &body).await;
        times.push(began.elapsed());
    }
    let (status, report) = server.get(&format!("/api/v1/interviews/{id}/report")).await;
    assert_eq!((status, report["questions"].as_array().map(Vec::len)), (200, Some(QUESTIONS)), "{report}");
    times
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    format!("p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms", at(0.5), at(0.9), at(0.99))
}
