//! A model that fails before it has said anything: the guide's own text answers, and says why.

use crate::tests::app::{Setup, TestApp};
use crate::tests::model::{SAID, always, options};
use crate::tests::talk::only_end;
use serde_json::{Value, json};
use std::time::Duration;
use viva_llm::ModelOptions;
use viva_model_server::{Answer, ErrorShape, ModelServer};

#[track_caller]
fn is_extractive(answer: &Value, reason: &str, what: &str) {
    assert_eq!((&answer["mode"], &answer["covered"]), (&json!("extractive"), &json!(true)), "{what}");
    assert_eq!(answer["degraded"]["reason"], reason, "{what}: {}", answer["degraded"]);
    assert!(!answer["degraded"]["detail"].as_str().unwrap().is_empty());
    assert!(!answer["citations"].as_array().unwrap().is_empty());
    assert!(answer["answer"].as_str().unwrap().contains("gil"), "{answer}");
}

async fn with(server: &ModelServer, change: impl FnOnce(&mut ModelOptions)) -> TestApp {
    let mut options = options(&server.base_url());
    change(&mut options);
    Setup::new().model(options).await.start().await
}

#[tokio::test]
async fn every_failure_before_the_first_word_has_its_reason() {
    let late = Duration::from_mins(5);
    for (answer, reason) in [
        (Answer::hang_up(), "model_unavailable"),
        (Answer::status(500, "canary-internal <html>"), "model_unavailable"),
        (Answer::status(502, "<html><h1>Bad Gateway</h1></html>"), "model_unavailable"),
        (Answer::of_length(9).reset_after(0), "model_unavailable"),
        (Answer::of_length(9).error_after(0, ErrorShape::Object, "overloaded", None), "model_unavailable"),
        (Answer::text(""), "model_unavailable"),
        (Answer::text("late").after(late), "model_timeout"),
        (Answer::of_length(9).silent_after(0), "model_timeout"),
        (Answer::rate_limited(None), "model_rate_limited"),
        (Answer::rate_limited(Some("86400")), "model_rate_limited"),
        (Answer::openai_error(401, "invalid_api_key", "wrong key"), "model_rejected"),
        (Answer::openai_error(404, "model_not_found", "no such model"), "model_rejected"),
        (Answer::openai_error(400, "content_filter", "filtered"), "model_rejected"),
    ] {
        let what = format!("{answer:?}");
        let server = always(answer).await;
        let app = with(&server, |options| options.limits.first_token = Duration::from_millis(400)).await;
        let id = app.conversation().await;
        let whole = app.ask("What is the GIL?").send().await;
        assert_eq!(whole.status, 200, "{what}");
        assert!(!whole.text().contains("canary-internal"), "{what}: {}", whole.text());
        is_extractive(&whole.json(), reason, &what);
        let events = app.asks(&id, "What is the GIL?").stream().send().await.events();
        let (end, done) = only_end(&events);
        assert_eq!(end, "done", "{what}");
        is_extractive(done, reason, &what);
        assert_eq!(app.turns(&id).await[0]["answer"]["degraded"], done["degraded"], "it is kept");
    }
}

#[tokio::test]
async fn a_model_that_is_down_is_left_alone_and_found_again() {
    let server = always(Answer::text(SAID)).await;
    let address = server.address();
    let app = with(&server, |options| {
        options.retry.breaker.rest = Duration::from_millis(200);
        options.retry.breaker.longest_rest = Duration::from_millis(200);
    })
    .await;
    app.warm().await;
    let state = async || app.get("/readyz").send().await.json();
    assert_eq!(state().await["model"], json!({"name": "test-model", "state": "good"}));
    drop(server);
    let mut failures = 0;
    while state().await["model"]["state"] != "resting" {
        is_extractive(&app.ask("What is the GIL?").send().await.json(), "model_unavailable", "down");
        failures += 1;
        assert!(failures < 50, "the breaker must open");
    }
    let ready = app.get("/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")), "no model is needed");
    let back = loop {
        if let Ok(server) = ModelServer::start_at(address, |_| Answer::text(SAID)).await {
            break server;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    while app.ask("What is the GIL?").send().await.json()["mode"] != "generated" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!back.requests().is_empty());
    assert_eq!(state().await["model"]["state"], "good");
}

#[tokio::test]
async fn when_the_days_tokens_are_spent_the_guide_answers() {
    let server = always(Answer::text(SAID).usage(900, 200)).await;
    let app = with(&server, |options| options.tokens_per_day = Some(1000)).await;
    app.warm().await;
    assert_eq!(app.ask("What is the GIL?").send().await.json()["mode"], "generated");
    let id = app.conversation().await;
    is_extractive(&app.asks(&id, "What is the GIL?").send().await.json(), "budget", "spent");
    assert_eq!(server.requests().len(), 1, "the model was not asked");
    let ready = app.get("/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["model"]["state"]), (200, &json!("out_of_budget")));
}

#[tokio::test]
async fn without_a_model_there_is_none() {
    let app = TestApp::start().await;
    app.warm().await;
    let ready = app.get("/readyz").send().await.json();
    assert_eq!(ready["model"], json!({"name": null, "state": "none"}));
    assert_eq!(ready["store"]["ok"], true);
    assert_eq!(app.ask("What is the GIL?").send().await.json()["degraded"], json!(null));
}
