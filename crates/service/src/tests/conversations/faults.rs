//! A database that fails, a port that panics.

use crate::tests::app::TestApp;
use crate::tests::model::always;
use crate::tests::talk::{LIST, only_end};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use viva_core::ports::NotReady;
use viva_model_server::Answer;

#[tokio::test]
async fn a_database_that_is_away_is_said_so_and_comes_back() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let turn = app.asks(&id, "What is the GIL?").send().await.json()["id"].as_str().unwrap().to_owned();
    app.warm().await;
    let calls = || {
        [
            app.call("POST", LIST),
            app.get(LIST),
            app.get(&format!("{LIST}/{id}")),
            app.call("PATCH", &format!("{LIST}/{id}")).json(r#"{"title": "x"}"#),
            app.asks(&id, "What is the GIL?"),
            app.asks(&id, "What is the GIL?").stream(),
            app.deepens(&id),
            app.turn(&id, &turn),
            app.turn(&id, &turn).stream(),
            app.get(&format!("{LIST}/{id}/turns/{turn}/inspection")),
            app.stop(&id, &turn),
            app.call("DELETE", &format!("{LIST}/{id}")),
        ]
    };
    app.store.is_down.store(true, Ordering::SeqCst);
    for call in calls() {
        let refused = call.send().await;
        assert_eq!(refused.code(503), "store_unavailable");
        assert_eq!(refused.header("retry-after"), Some("2"));
    }
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200, "questions are answered");
    let ready = app.get("/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["store"]["ok"]), (200, &json!(false)));
    assert!(!ready.text().contains("canary-internal"));

    app.store.is_down.store(false, Ordering::SeqCst);
    assert_eq!(app.get("/readyz").send().await.json()["store"]["ok"], true);
    for call in calls() {
        let status = call.send().await.status;
        assert!(status < 300 || status == 409, "{status}");
    }
}

#[tokio::test]
async fn a_full_database_can_be_read() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    app.asks(&id, "What is the GIL?").send().await;
    app.store.is_full.store(true, Ordering::SeqCst);
    for call in [
        app.call("POST", LIST),
        app.asks(&id, "What is the GIL?"),
        app.asks(&id, "What is the GIL?").stream(),
        app.call("PATCH", &format!("{LIST}/{id}")).json(r#"{"title": "x"}"#),
        app.call("DELETE", &format!("{LIST}/{id}")),
    ] {
        assert_eq!(call.send().await.code(507), "storage_full");
    }
    assert_eq!(app.turns(&id).await.len(), 1);
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200);
    app.store.is_full.store(false, Ordering::SeqCst);
    assert_eq!(app.asks(&id, "What is the GIL?").send().await.status, 200);
}

#[tokio::test]
async fn a_turn_that_cannot_be_kept_is_not_said_to_be_done() {
    let app = TestApp::start().await;
    let (streamed, whole) = (app.conversation().await, app.conversation().await);
    let (mut stream, _) = app.begins(&streamed, "wait here for the GIL").await;
    let mut open = app.asks(&whole, "wait here for the GIL").open().await;
    app.arrived(2).await;
    app.store.is_full.store(true, Ordering::SeqCst);
    app.script.gate.send_replace(true);
    let events = stream.reply().await.events();
    assert_eq!((only_end(&events).0, &only_end(&events).1["code"]), ("error", &json!("unavailable")));
    assert_eq!(open.reply().await.code(503), "unavailable");
}

#[tokio::test]
async fn a_turn_outlives_a_short_absence_of_the_database() {
    let server = always(Answer::text("It is a lock [1].").after(Duration::from_millis(300))).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let (mut stream, turn) = app.begins(&id, "What is the GIL?").await;
    app.store.is_down.store(true, Ordering::SeqCst);
    stream.until("event: delta").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    app.store.is_down.store(false, Ordering::SeqCst);
    assert_eq!(only_end(&stream.reply().await.events()).0, "done");
    assert_eq!(app.turn(&id, &turn).send().await.json()["state"], "answered");
}

#[tokio::test]
async fn a_failing_port_fails_the_turn_alone() {
    let app = TestApp::start().await;
    for (question, status, code) in [
        ("encoder down", 503, "unavailable"),
        ("is the index slow?", 504, "timeout"),
        ("is the index broken?", 500, "internal"),
        ("encoder panics", 500, "internal"),
    ] {
        let id = app.conversation().await;
        assert_eq!(app.asks(&id, question).send().await.code(status), code, "{question}");
        let reply = app.asks(&id, question).stream().send().await;
        assert!(!reply.text().contains("canary-internal"), "{}", reply.text());
        let events = reply.events();
        assert_eq!((only_end(&events).0, &only_end(&events).1["code"]), ("error", &json!(code)));
        let turns = app.turns(&id).await;
        assert_eq!(turns.len(), 2);
        for turn in turns {
            assert_eq!((&turn["state"], &turn["error"]["code"]), (&json!("failed"), &json!(code)));
            assert!(!turn.to_string().contains("canary-internal"), "{turn}");
        }
        assert_eq!(app.asks(&id, "What is the GIL?").send().await.status, 200, "after {question}");
    }
}

#[tokio::test]
async fn without_an_index_conversations_can_be_read_and_not_continued() {
    let app = TestApp::without_index(NotReady::Empty).await;
    let id = app.conversation().await;
    assert_eq!(app.get(&format!("{LIST}/{id}")).send().await.status, 200);
    assert_eq!(app.asks(&id, "What is the GIL?").send().await.code(503), "no_index");
    assert_eq!(app.turns(&id).await.len(), 0);
}
