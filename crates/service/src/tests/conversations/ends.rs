//! Turns that end early: stopped, left, deleted.

use crate::tests::app::{DEADLINE, TestApp};
use crate::tests::model::always;
use crate::tests::talk::{LIST, only_end};
use serde_json::json;
use viva_model_server::{Answer, ModelServer};

/// A model that falls silent after three words.
async fn silent() -> ModelServer {
    always(Answer::of_length(100).silent_after(3)).await
}

#[tokio::test]
async fn a_stopped_turn_is_kept_with_what_it_said() {
    let server = silent().await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let (mut stream, turn) = app.begins(&id, "What is the GIL?").await;
    stream.until("word3").await;
    let shown = app.turn(&id, &turn).send().await.json();
    assert_eq!((&shown["state"], &shown["partial"]), (&json!("running"), &json!("word1 word2 word3")));
    let stopped = app.stop(&id, &turn).send().await;
    assert_eq!((stopped.status, stopped.body.len()), (202, 0));
    let events = stream.reply().await.events();
    let (end, problem) = only_end(&events);
    assert_eq!((end, problem["code"].as_str()), ("error", Some("interrupted")));
    assert!(server.wait_until(|seen| seen.hang_ups.len() == 1).await);
    let kept = app.turn(&id, &turn).send().await.json();
    assert_eq!((&kept["state"], &kept["partial"]), (&json!("failed"), &json!("word1 word2 word3")));
    assert_eq!((&kept["answer"], &kept["error"]["status"]), (&json!(null), &json!(502)));
    assert_eq!(app.stop(&id, &turn).send().await.code(409), "turn_not_running");
    assert_eq!(app.deepens(&id).send().await.code(409), "nothing_to_deepen", "it is no answer");
}

#[tokio::test]
async fn everybody_who_watches_a_stopped_turn_is_told() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (mut first, turn) = app.begins(&id, "wait here for the GIL").await;
    let mut second = app.turn(&id, &turn).stream().open().await;
    second.until("event: meta").await;
    app.arrived(1).await;
    assert_eq!(app.stop(&id, &turn).send().await.status, 202);
    for stream in [&mut first, &mut second] {
        assert_eq!(only_end(&stream.reply().await.events()).1["code"], "interrupted");
    }
    app.abandoned(1).await;
}

#[tokio::test]
async fn a_turn_whose_client_leaves_is_kept_as_failed() {
    let app = TestApp::start().await;
    let (streamed, whole) = (app.conversation().await, app.conversation().await);
    let (stream, _) = app.begins(&streamed, "wait here for the GIL").await;
    let open = app.asks(&whole, "wait here for the GIL").open().await;
    app.arrived(2).await;
    drop((stream, open));
    app.abandoned(2).await;
    for id in [&streamed, &whole] {
        let turn = app.ended_turn(id).await;
        assert_eq!((&turn["state"], &turn["error"]["code"]), (&json!("failed"), &json!("interrupted")));
        assert_eq!(turn["partial"], "");
        assert_eq!(app.asks(id, "What is the GIL?").send().await.status, 200, "the next one is answered");
    }
}

#[tokio::test]
async fn a_client_that_leaves_at_any_moment_blocks_nothing() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for n in 0..30 {
        let call = app.asks(&id, "What is the GIL?");
        let connection = if n % 2 == 0 { call.open().await } else { call.stream().open().await };
        for _ in 0..n * 3 {
            tokio::task::yield_now().await;
        }
        drop(connection);
    }
    let answered = async { while app.asks(&id, "What is the GIL?").send().await.status != 200 {} };
    tokio::time::timeout(DEADLINE, answered).await.expect("no turn is left running");
    let turns = app.turns(&id).await;
    assert!(turns.iter().all(|turn| turn["state"] != "running"));
    let numbers: Vec<u64> = turns.iter().map(|turn| turn["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=turns.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_conversation_can_be_deleted_while_it_answers() {
    let server = silent().await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let (mut stream, turn) = app.begins(&id, "What is the GIL?").await;
    stream.until("word3").await;
    assert_eq!(app.call("DELETE", &format!("{LIST}/{id}")).send().await.status, 204);
    assert_eq!(only_end(&stream.reply().await.events()).1["code"], "interrupted");
    assert!(server.wait_until(|seen| seen.hang_ups.len() == 1).await);
    assert_eq!(app.turn(&id, &turn).send().await.code(404), "no_such_turn");
    assert_eq!(app.stop(&id, &turn).send().await.code(404), "no_such_turn");
    assert_eq!(app.asks(&id, "What is the GIL?").send().await.code(404), "no_such_conversation");
}
