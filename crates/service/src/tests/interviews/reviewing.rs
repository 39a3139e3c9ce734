//! The review schedule and progress.

use super::content::{GOOD, PART};
use super::{about_gil, answer, begun, post, start};
use crate::tests::app::TestApp;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use viva_core::conversation::Owner;
use viva_core::examination::Review;
use viva_core::id::QuestionId;
use viva_core::ports::InterviewStore;

/// Puts a question into the schedule as if it had been asked long ago.
pub(in crate::tests) async fn asked_long_ago(app: &TestApp, question: &str, days_overdue: u32) {
    let day = Duration::from_hours(24);
    // The scripted clock began in 2026.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_371_942);
    let review = Review {
        question: QuestionId::new(question).unwrap(),
        due: now - day * days_overdue,
        last: now - day * (days_overdue + 4),
        stability: 4.0,
        difficulty: 5.0,
        repetitions: 2,
        lapses: 1,
        phase: 2,
        scheduled_days: 4,
    };
    app.store.schedule(&Owner("local".into()), &review, None).await.unwrap();
}

async fn due(app: &TestApp) -> Vec<String> {
    let due = app.get("/api/v1/reviews/due").send().await.json();
    due["due"].as_array().unwrap().iter().map(|one| one["question_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_due_can_be_asked_and_is_due_no_more() {
    let app = start().await;
    assert!(due(&app).await.is_empty());
    assert_eq!(post(&app, "/api/v1/reviews", &json!({})).await.code(409), "nothing_due");
    asked_long_ago(&app, "weakref", 3).await;
    asked_long_ago(&app, "gil", 9).await;
    asked_long_ago(&app, "gone-from-the-guide", 20).await;
    assert_eq!(due(&app).await, ["gil", "weakref"], "the longest overdue first");
    let listed = app.get("/api/v1/reviews/due").send().await.json();
    assert_eq!(listed["due"][0]["question"], "What is the GIL?");
    assert_eq!((&listed["due"][0]["repetitions"], &listed["due"][0]["lapses"]), (&json!(2), &json!(1)));

    // The body may be left out.
    let reply = app.call("POST", "/api/v1/reviews").send().await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let review = reply.json();
    assert_eq!((&review["of"], &review["prompt"]["question_id"]), (&json!(2), &json!("gil")));
    let mut now = answer(&app, &review, GOOD).await;
    while now["prompt"]["question_id"] == "gil" {
        now = answer(&app, &review, GOOD).await;
    }
    assert_eq!(due(&app).await, ["weakref"]);
    let filtered = post(&app, "/api/v1/reviews", &json!({"modules": ["threads"]})).await;
    assert_eq!(filtered.code(409), "nothing_due");
    assert_eq!(post(&app, "/api/v1/reviews", &json!({"questions": 0})).await.fields(), ["questions"]);
}

#[tokio::test]
async fn grades_add_up_to_progress() {
    let app = start().await;
    let empty = app.get("/api/v1/progress").send().await.json();
    assert_eq!(
        empty,
        json!({"grades": 0, "questions": 0, "mean": null, "due": 0, "modules": [], "focus": [], "days": []})
    );
    let interview = about_gil(&app, "practice", 0).await;
    let graded = answer(&app, &interview, PART).await["grade"]["score"].clone();
    let memory =
        begun(&app, &json!({"modules": ["memory"], "questions": 2, "follow_ups_per_question": 0})).await;
    for _ in 0..2 {
        answer(&app, &memory, "I don't know").await;
    }
    let progress = app.get("/api/v1/progress").send().await.json();
    assert_eq!((&progress["grades"], &progress["questions"]), (&json!(3), &json!(3)));
    let module = |id: &str| -> Value {
        let modules = progress["modules"].as_array().unwrap();
        modules.iter().find(|module| module["id"] == id).unwrap().clone()
    };
    assert_eq!(module("threads"), json!({"id": "threads", "graded": 1, "of": 3, "mean": graded, "due": 0}));
    assert_eq!(module("memory")["mean"], json!(0.0));
    assert_eq!(progress["days"][0]["day"], "2026-11-22");
    assert_eq!(progress["days"][0]["grades"], 3);
}
