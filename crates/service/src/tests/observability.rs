//! Request ids, log lines, metrics; and what must be in none of them.

use super::app::TestApp;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

thread_local! {
    /// What this thread has logged. Every test has a thread of its own, and its runtime has no other.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures what is logged from now on, thread by thread. A subscriber for each test would not do: whether an event is
/// of interest to anybody is remembered for the whole process.
pub(super) fn capture() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber =
            tracing_subscriber::fmt().with_writer(|| ThisThread).with_max_level(tracing::Level::TRACE);
        tracing::subscriber::set_global_default(subscriber.with_ansi(false).finish()).unwrap();
    });
}

/// What this thread has logged.
fn logged() -> String {
    LOGGED.with_borrow(|logged| String::from_utf8(logged.clone()).unwrap())
}

/// The line about the request of that name, once there is one.
async fn line(request_id: &str) -> String {
    loop {
        let text = logged();
        let answered = |line: &&str| line.contains("request answered") && line.contains(request_id);
        if let Some(line) = text.lines().find(answered) {
            return line.to_owned();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_response_has_a_request_id_of_its_own_or_the_clients() {
    let app = TestApp::start().await;
    let first = app.get("/livez").send().await.header("x-request-id").unwrap().to_owned();
    let second = app.get("/livez").send().await.header("x-request-id").unwrap().to_owned();
    assert_ne!(first, second);
    for good in ["0190f3c2-7b1e-7c00-8a5d-3f1f5d0c9a11", "abc_1.2", &"x".repeat(128)] {
        let reply = app.get("/nope").header("x-request-id", good).send().await;
        assert_eq!(reply.problem(404)["request_id"], *good);
    }
    for bad in ["", "a b", "<script>", "a\tb", "\"", &"x".repeat(129), "é"] {
        let reply = app.get("/nope").header("x-request-id", bad).send().await;
        assert!(reply.problem(404)["request_id"].as_str().unwrap().starts_with("01890000-"), "{bad}");
    }
    let two = app.get("/livez").header("x-request-id", "a").header("x-request-id", "b").send().await;
    assert!(two.header("x-request-id").unwrap().starts_with("01890000-"));
}

#[tokio::test]
async fn headers_cannot_be_injected() {
    let app = TestApp::start().await;
    for target in [
        "/questions/x%0d%0aset-cookie:%20a=b",
        "/%0d%0aset-cookie:%20a=b",
        "/api/v1/search?q=%0d%0aset-cookie:a",
    ] {
        let reply = app.get(target).send().await;
        assert_eq!(reply.header("set-cookie"), None, "{target}");
    }
    let reply = app.get("/livez").header("x-request-id", "a%0d%0aset-cookie: b").send().await;
    assert_eq!(reply.header("set-cookie"), None);
}

#[tokio::test]
async fn a_request_is_one_line_without_what_was_asked() {
    let app = TestApp::with_key("canary-secret-key").await;
    let ask = app.ask("canary-question what is the GIL?").header("x-api-key", "canary-secret-key");
    assert_eq!(ask.header("x-request-id", "r-1").send().await.status, 200);
    let search =
        app.get("/api/v1/search?q=canary-question").header("authorization", "Bearer canary-secret-key");
    assert_eq!(search.header("x-request-id", "r-2").send().await.status, 200);
    app.get("/canary-question%0aforged=1").header("x-request-id", "r-3").send().await;
    app.get("/api/v1/modules")
        .header("x-request-id", "r-4")
        .header("x-api-key", "canary-secret-guess")
        .send()
        .await;
    let refused =
        app.post_ask(r#"{"question": "x", "canary-question": 1}"#).header("x-api-key", "canary-secret-key");
    assert_eq!(refused.header("x-request-id", "r-5").send().await.status, 422);
    for (id, parts) in [
        ("r-1", ["http.method=POST", "http.route=\"/api/v1/ask\"", "http.status=\"200\"", "duration_ms="]),
        ("r-2", ["http.method=GET", "http.route=\"/api/v1/search\"", "http.status=\"200\"", "duration_ms="]),
        ("r-3", ["http.method=GET", "http.route=\"unmatched\"", "http.status=\"401\"", "duration_ms="]),
        ("r-4", ["http.method=GET", "http.route=\"/api/v1/modules\"", "http.status=\"401\"", "duration_ms="]),
        ("r-5", ["http.method=POST", "http.route=\"/api/v1/ask\"", "http.status=\"422\"", "duration_ms="]),
    ] {
        let line = line(id).await;
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        assert_eq!(logged().matches(&format!("request.id=\"{id}\"")).count(), 1, "once");
    }
    let ours: String = logged().lines().filter(|line| line.contains("viva_service")).collect();
    assert!(!ours.contains("canary"), "{ours}");
    assert!(!logged().contains("canary-secret"), "{}", logged());
}

#[tokio::test]
async fn internal_detail_is_logged_once_under_the_request_id() {
    let app = TestApp::start().await;
    for (id, question, detail) in [
        ("e-1", "encoder down", "worker 3 is gone"),
        ("e-2", "encoder panics", "the encoder panicked"),
        ("e-3", "index broken", "the index failed"),
    ] {
        let reply = app.ask(question).header("x-request-id", id).send().await;
        assert!(!reply.text().contains("canary-internal"));
        let streamed = format!("{id}-s");
        app.ask(question).header("x-request-id", &streamed).stream().send().await;
        for id in [id, &streamed] {
            let text = logged();
            let failed: Vec<&str> = text
                .lines()
                .filter(|l| l.contains("request failed") && l.contains(&format!("\"{id}\"")))
                .collect();
            assert!(failed.len() == 1 && failed[0].contains(detail), "{id}: {failed:?}");
        }
    }
}

#[tokio::test]
async fn metrics_count_by_route_and_status() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        app.get("/questions/gil").send().await;
    }
    app.get("/questions/nope-1").send().await;
    app.get("/questions/nope-2").send().await;
    app.get("/scanner/1").send().await;
    app.get("/scanner/2").send().await;
    let expected = [
        "viva_http_requests_total{route=\"/questions/{id}\",status=\"200\"} 3",
        "viva_http_requests_total{route=\"/questions/{id}\",status=\"404\"} 2",
        "viva_http_requests_total{route=\"unmatched\",status=\"404\"} 2",
        "viva_http_request_duration_seconds_count{route=\"/questions/{id}\"} 5",
        "viva_http_requests_in_flight 1",
        "viva_index_ready 1",
    ];
    loop {
        let reply = app.get("/metrics").send().await;
        assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        let text = reply.text();
        assert!(!text.contains("scanner") && !text.contains("nope"));
        for line in text.lines() {
            assert!(
                line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line.split(' ').count() == 2,
                "{line}"
            );
        }
        if expected.iter().all(|line| text.lines().any(|found| found == *line)) {
            return;
        }
        // A request is counted when its connection has let go of it, which may be after its client has read it.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_client_that_left_is_counted_as_gone() {
    let app = TestApp::start().await;
    let leaving = app.ask("wait here").open().await;
    app.arrived(1).await;
    drop(leaving);
    app.abandoned(1).await;
    while !app.get("/metrics").send().await.text().contains("{route=\"/api/v1/ask\",status=\"499\"} 1") {
        tokio::task::yield_now().await;
    }
}
