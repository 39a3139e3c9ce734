//! Modules and questions.

use super::app::TestApp;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn modules_are_listed_by_number() {
    let app = TestApp::start().await;
    let listed = app.get("/api/v1/modules").send().await.json();
    assert_eq!(ids(&listed["modules"]), ["threading", "asyncio", "own"]);
    assert_eq!(
        listed["modules"][1],
        json!({"number": 2, "id": "asyncio", "title": "On asyncio", "summary": "", "prerequisites": ["threading"], "questions": 1})
    );
    assert_eq!(app.get("/api/v1/modules?level=mid").send().await.fields(), ["level"]);
}

#[tokio::test]
async fn questions_are_filtered() {
    let app = TestApp::start().await;
    for (query, expected) in [
        ("", vec!["gil", "locks", "event-loop", "notes"]),
        ("?module=threading", vec!["gil", "locks"]),
        ("?level=junior", vec!["event-loop"]),
        ("?role=python-engineer", vec!["gil", "event-loop"]),
        ("?focus=concurrency", vec!["locks", "event-loop"]),
        ("?focus=concurrency&role=data-engineer", vec!["locks"]),
        ("?module=own&level=", vec!["notes"]),
        ("?level=principal", vec![]),
    ] {
        let listed = app.get(&format!("/api/v1/questions{query}")).send().await.json();
        assert_eq!(ids(&listed["questions"]), expected, "{query}");
    }
    let refused = app.get("/api/v1/questions?module=x&focus=y&level=z&role=w").send().await;
    assert_eq!(refused.fields(), ["module", "level", "role", "focus"]);
    assert_eq!(refused.json()["errors"][3]["rule"], "one of concurrency, python-internals");
    assert_eq!(app.get("/api/v1/questions?page=2").send().await.fields(), ["page"]);
}

#[tokio::test]
async fn a_question_is_shown_whole() {
    let app = TestApp::start().await;
    let shown = app.get("/api/v1/questions/locks").send().await.json();
    assert_eq!(
        (&shown["id"], &shown["kind"], &shown["level"]),
        (&json!("locks"), &json!("structured"), &json!("senior"))
    );
    assert_eq!(shown["sections"][1]["section"], "explanation");
    assert_eq!(shown["sections"][1]["url"], "/questions/locks#explanation");
    assert_eq!(shown["key_points"], json!([{"weight": "essential", "text": "What locks is"}]));
    assert_eq!(shown["follow_ups"][0]["url"], "/questions/locks#follow-up-1");
    let plain = app.get("/api/v1/questions/notes").send().await.json();
    assert_eq!((&plain["kind"], &plain["level"]), (&json!("plain"), &Value::Null));
}

#[tokio::test]
async fn unknown_questions_are_not_found() {
    let app = TestApp::start().await;
    for id in [
        "nope",
        "GIL",
        "..",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "gil%00",
        "%F0%9F%92%A9",
        "a".repeat(5000).as_str(),
    ] {
        for path in ["/api/v1/questions/", "/questions/"] {
            let reply = app.get(&format!("{path}{id}")).send().await;
            assert_eq!(reply.code(404), "no_such_question", "{id}");
            assert!(reply.body.len() < 2000, "what was asked comes back short");
        }
    }
    let status = app.get("/api/v1/questions/%ff").send().await.status;
    assert!((400..500).contains(&status), "{status}");
}
