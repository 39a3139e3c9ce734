//! `GET /api/v1/search`.

use super::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn hits_have_the_documented_shape() {
    let app = TestApp::start().await;
    let found = app.get("/api/v1/search?q=What%20is%20the%20GIL%3F&k=3").send().await.json();
    assert_eq!(found["query"], json!({"original": "What is the GIL?", "standalone": "What is the GIL?"}));
    assert_eq!(found["covered"], true);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 3);
    let first = &hits[0];
    assert_eq!((&first["question_id"], &first["module"]), (&json!("gil"), &json!("threading")));
    assert_eq!(first["question"], "What is the GIL?");
    assert_eq!(first["url"], format!("/questions/gil#{}", first["section"].as_str().unwrap()));
    assert_eq!(first["legs"]["dense"], json!({"rank": 10, "score": 0.9}));
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores[0] > 0.0);
    let timings: Vec<&String> = found["timings_ms"].as_object().unwrap().keys().collect();
    assert_eq!(timings, ["embed", "search", "total"]);
}

#[tokio::test]
async fn a_section_is_hit_once_and_k_counts_sections() {
    let app = TestApp::start().await;
    for (k, expected) in [(1, 1), (2, 2), (50, 10)] {
        let found = app.get(&format!("/api/v1/search?q=what+the+please+notes&k={k}")).send().await.json();
        let mut urls: Vec<String> = found["hits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| hit["url"].as_str().unwrap().to_owned())
            .collect();
        urls.sort();
        urls.dedup();
        assert_eq!((urls.len(), found["hits"].as_array().unwrap().len()), (expected, expected), "k={k}");
    }
    let five = app.get("/api/v1/search?q=what+the+please").send().await.json();
    assert_eq!(five["hits"].as_array().unwrap().len(), 5, "where k is absent");
}

#[tokio::test]
async fn filters_are_applied_and_empty_ones_are_none() {
    let app = TestApp::start().await;
    for (filter, expected) in [
        ("module=asyncio", vec!["event-loop"]),
        ("level=senior", vec!["locks"]),
        ("role=python-engineer", vec!["event-loop", "gil"]),
        ("role=python-engineer&module=threading", vec!["gil"]),
        ("module=&level=&role=", vec!["event-loop", "gil", "locks", "notes"]),
    ] {
        let found =
            app.get(&format!("/api/v1/search?q=what+the+please+notes&k=50&{filter}")).send().await.json();
        let mut ids: Vec<&str> = found["hits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| hit["question_id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_parameter() {
    let app = TestApp::start().await;
    for (query, fields) in [
        ("", vec!["q"]),
        ("q=", vec!["q"]),
        ("q=%00", vec!["q"]),
        ("q=x&k=0", vec!["k"]),
        ("q=x&k=51", vec!["k"]),
        ("q=x&k=-1", vec!["k"]),
        ("q=x&k=1.5", vec!["k"]),
        ("q=x&k=", vec!["k"]),
        ("q=x&k=99999999999999999999", vec!["k"]),
        ("q=x&limit=3", vec!["limit"]),
        ("q=x&q=y", vec!["q"]),
        ("q=x&module=nope", vec!["module"]),
        ("q=x&level=expert", vec!["level"]),
        ("q=x&role=king", vec!["role"]),
        ("k=0&module=nope&level=x&role=y", vec!["q", "k", "module", "level", "role"]),
    ] {
        let reply = app.get(&format!("/api/v1/search?{query}")).send().await;
        assert_eq!(reply.fields(), fields, "{query}");
    }
    let rules = app.get("/api/v1/search?q=x&level=x&role=y").send().await.json();
    assert_eq!(rules["errors"][0]["rule"], "one of junior, mid, senior, principal");
    assert_eq!(rules["errors"][1]["rule"], "one of data-engineer, python-engineer");
}

#[tokio::test]
async fn hostile_queries_never_break() {
    let app = TestApp::start().await;
    for query in [
        "q=%ff%fe",
        "q=%",
        "q=%zz",
        "q=%ed%a0%80",
        "q=%E2%80%AE",
        "q=a%0d%0aSet-Cookie:x",
        "q=+%2B&&&",
        "=&q=x",
    ] {
        let status = app.get(&format!("/api/v1/search?{query}")).send().await.status;
        assert!(status == 200 || status == 422, "{query}: {status}");
    }
    let long = format!("/api/v1/search?q={}", "a".repeat(33_000));
    assert_eq!(app.get(&long).send().await.fields(), ["q"]);
}

#[tokio::test]
async fn a_failing_port_is_a_problem() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/api/v1/search?q=encoder+down").send().await.code(503), "unavailable");
    assert_eq!(app.get("/api/v1/search?q=index+slow").send().await.code(504), "timeout");
    assert_eq!(app.get("/api/v1/search?q=index+broken").send().await.code(500), "internal");
    assert_eq!(app.get("/api/v1/search?q=encoder+panics").send().await.code(500), "internal");
}
