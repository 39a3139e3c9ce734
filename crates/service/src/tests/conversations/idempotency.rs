//! The same request sent twice is one turn.

use crate::tests::app::TestApp;
use crate::tests::client::Call;
use crate::tests::talk::{only_end, text_of};
use serde_json::json;

fn keyed(app: &TestApp, conversation: &str, question: &str, key: &str) -> Call {
    app.asks(conversation, question).header("idempotency-key", key)
}

#[tokio::test]
async fn the_same_request_is_the_same_turn_however_it_is_read() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let first = keyed(&app, &id, "What is the GIL?", "k-1").send().await.json();
    let again = keyed(&app, &id, "What is the GIL?", "k-1").send().await.json();
    assert_eq!(again, first);
    let streamed = keyed(&app, &id, "What is the GIL?", "k-1").stream().send().await.events();
    let (end, done) = only_end(&streamed);
    assert_eq!((end, &done["id"]), ("done", &first["id"]));
    assert_eq!(text_of(&streamed), first["answer"].as_str().unwrap());
    let names: Vec<&str> = streamed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["meta", "query", "delta"]);
    assert_eq!(app.turns(&id).await.len(), 1);

    for key in ["k-2", "K-1"] {
        let other = keyed(&app, &id, "What is the GIL?", key).send().await.json();
        assert_ne!(other["id"], first["id"], "{key}");
    }
    let elsewhere = app.conversation().await;
    assert_eq!(
        keyed(&app, &elsewhere, "What are locks?", "k-1").send().await.status,
        200,
        "a key is its conversation's"
    );
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    keyed(&app, &id, "What is the GIL?", "k").send().await;
    for body in [
        json!({"question": "What are locks?"}),
        json!({"question": "What is the GIL?", "depth": "deep"}),
        json!({"go_deeper": true}),
    ] {
        for call in [app.say(&id, &body), app.say(&id, &body).stream()] {
            let refused = call.header("idempotency-key", "k").send().await;
            assert_eq!(refused.code(409), "idempotency_key_reused", "{body}");
        }
    }
    assert_eq!(app.turns(&id).await.len(), 1);
}

#[tokio::test]
async fn whoever_repeats_a_running_request_watches_it() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let mut first = keyed(&app, &id, "wait here for the GIL", "k").stream().open().await;
    first.until("event: meta").await;
    let mut second = keyed(&app, &id, "wait here for the GIL", "k").stream().open().await;
    second.until("event: meta").await;
    let mut third = keyed(&app, &id, "wait here for the GIL", "k").open().await;
    let other = keyed(&app, &id, "What are locks?", "other").send().await;
    assert_eq!(other.code(409), "turn_running");
    app.script.gate.send_replace(true);
    let (first, second) = (first.reply().await.events(), second.reply().await.events());
    assert_eq!(first, second);
    assert_eq!(third.reply().await.json()["id"], first[0].1["id"]);
    assert_eq!(app.turns(&id).await.len(), 1);
}

#[tokio::test]
async fn many_pairs_are_as_many_turns() {
    let app = TestApp::start().await;
    let ids = futures::future::join_all((0..10).map(|_| app.conversation())).await;
    for round in 0..10 {
        let key = format!("round-{round}");
        let pairs = ids.iter().flat_map(|id| {
            let call = || keyed(&app, id, "What is the GIL?", &key);
            [call().stream().send(), call().send()]
        });
        let replies = futures::future::join_all(pairs).await;
        for pair in replies.chunks(2) {
            let events = pair[0].events();
            assert_eq!(only_end(&events).1["id"], pair[1].json()["id"]);
        }
    }
    for id in &ids {
        let turns = app.turns(id).await;
        assert_eq!(turns.len(), 10);
        assert!(turns.iter().all(|turn| turn["state"] == "answered"));
    }
}

#[tokio::test]
async fn a_repeated_request_that_failed_fails_alike() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for _ in 0..2 {
        let failed = keyed(&app, &id, "is the index slow?", "k").send().await;
        assert_eq!(failed.code(504), "timeout");
        let events = keyed(&app, &id, "is the index slow?", "k").stream().send().await.events();
        assert_eq!(only_end(&events).1["code"], "timeout");
    }
    assert_eq!(app.turns(&id).await.len(), 1);
}
