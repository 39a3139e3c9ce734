//! What Viva adds to a model's own stream, and what open streams cost: `cargo bench -p viva-tests --bench streams`.
//!
//! The model server answers after 50 ms with 60 pieces, 10 ms apart, so that the bare stream is the same every time. What
//! is printed is the difference between an answer through Viva and the bare one, less the retrieval that Viva itself reports.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use futures::StreamExt;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use viva_model_server::{Answer, ModelServer};
use viva_tests::{GuideFolder, Program, Server};

const FIRST: Duration = Duration::from_millis(50);
const GAP: Duration = Duration::from_millis(10);
const PIECES: usize = 60;
const ROUNDS: usize = 20;
const OPEN: usize = 500;

/// One stream: to its first text, to its end, and what of it was retrieval, in milliseconds.
#[derive(Clone, Copy)]
struct Timed {
    first: f64,
    total: f64,
    retrieval: f64,
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    let models = ModelServer::start(|_| Answer::of_length(PIECES).after(FIRST).gap(GAP)).await.unwrap();
    let program = Program::new(env!("CARGO_BIN_EXE_viva-under-test"), folder.path())
        .with("VIVA_MODEL__PROVIDER", "openai")
        .with("VIVA_MODEL__NAME", "scripted")
        .with("VIVA_MODEL__BASE_URL", models.base_url())
        .with("VIVA_HTTP__MAX_CONCURRENT", 2000)
        .with("VIVA_HTTP__STREAMS_PER_OWNER", 2000);
    let server = Server::start(&program, &[]);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    println!("| at once | | bare p50 ms | through Viva p50 ms | retrieval p50 ms | added p50 ms |");
    println!("|---|---|---|---|---|---|");
    for at_once in [1, 32] {
        let bare = rounds(at_once, || bare(&client, &models)).await;
        let viva = rounds(at_once, || through(&client, &server)).await;
        for (name, of) in [("first text", (|t: &Timed| t.first) as fn(&Timed) -> f64), ("whole", |t| t.total)]
        {
            let (b, v, r) = (median(&bare, of), median(&viva, of), median(&viva, |t| t.retrieval));
            println!("| {at_once} | {name} | {b:.1} | {v:.1} | {r:.1} | {:.1} |", v - b - r);
        }
    }
    open_streams(&client, &models, &server).await;
}

async fn rounds<F: Future<Output = Timed>>(at_once: usize, one: impl Fn() -> F) -> Vec<Timed> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS.div_ceil(at_once.min(ROUNDS)).max(3) {
        all.extend(futures::future::join_all((0..at_once).map(|_| one())).await);
    }
    all
}

async fn bare(client: &reqwest::Client, models: &ModelServer) -> Timed {
    let body =
        json!({ "model": "scripted", "stream": true, "messages": [{ "role": "user", "content": "hi" }] });
    let started = Instant::now();
    let response =
        client.post(format!("{}/chat/completions", models.base_url())).json(&body).send().await.unwrap();
    let mut bytes = response.bytes_stream();
    let mut first = None;
    while let Some(piece) = bytes.next().await {
        // The first event names the speaker, with no text yet.
        let piece = piece.unwrap();
        if first.is_none() && contains(&piece, b"\"content\":\"") && !contains(&piece, b"\"content\":\"\"") {
            first = Some(started.elapsed());
        }
    }
    Timed { first: ms(first.unwrap()), total: ms(started.elapsed()), retrieval: 0.0 }
}

async fn through(client: &reqwest::Client, server: &Server) -> Timed {
    let created: Value = client
        .post(server.url("/api/v1/conversations"))
        .json(&json!({}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let path = format!("/api/v1/conversations/{}/turns", created["id"].as_str().unwrap());
    let started = Instant::now();
    let mut bytes = ask(client, server, &path).await.bytes_stream();
    let (mut first, mut all) = (None, Vec::new());
    while let Some(piece) = bytes.next().await {
        let piece = piece.unwrap();
        if first.is_none() && contains(&piece, b"event: delta") {
            first = Some(started.elapsed());
        }
        all.extend_from_slice(&piece);
    }
    let total = started.elapsed();
    let text = String::from_utf8(all).unwrap();
    let done = text
        .split("event: done\n")
        .nth(1)
        .and_then(|frame| frame.lines().find_map(|l| l.strip_prefix("data: ")));
    let done: Value = serde_json::from_str(done.unwrap()).unwrap();
    let timings = &done["timings_ms"];
    let retrieval = timings["embed"].as_f64().unwrap() + timings["search"].as_f64().unwrap();
    Timed { first: ms(first.unwrap()), total: ms(total), retrieval }
}

async fn ask(client: &reqwest::Client, server: &Server, path: &str) -> reqwest::Response {
    client
        .post(server.url(path))
        .header("accept", "text/event-stream")
        .json(&json!({ "question": "explain the global interpreter lock" }))
        .send()
        .await
        .unwrap()
}

/// Streams held open by a slow model, the memory that they take, and whether all of them end well.
async fn open_streams(client: &reqwest::Client, models: &ModelServer, server: &Server) {
    let before = resident_kib(server.pid());
    models.follow(|_| Answer::of_length(20).after(Duration::from_secs(20)).gap(Duration::from_millis(200)));
    let streams: Vec<_> = (0..OPEN)
        .map(|_| {
            let (client, url) = (client.clone(), server.url("/api/v1/ask"));
            tokio::spawn(async move {
                let body = json!({ "question": "explain the global interpreter lock" });
                let response =
                    client.post(url).header("accept", "text/event-stream").json(&body).send().await?;
                let status = response.status();
                response.text().await.map(|text| (status, text))
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(18)).await;
    let during = resident_kib(server.pid());
    let mut good = 0;
    for stream in streams {
        if let Ok(Ok((status, text))) = stream.await {
            good += usize::from(
                status.is_success()
                    && text.contains("event: done")
                    && text.contains("\"mode\":\"generated\""),
            );
        }
    }
    let each = during.saturating_sub(before) as f64 / OPEN as f64;
    println!(
        "\n{good} of {OPEN} open streams ended with a generated answer; {each:.0} KiB of memory for each"
    );
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn median(all: &[Timed], of: fn(&Timed) -> f64) -> f64 {
    let mut values: Vec<f64> = all.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
