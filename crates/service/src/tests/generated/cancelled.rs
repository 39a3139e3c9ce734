//! A client that leaves takes its answer with it: the model's own side sees the end of the connection.

use crate::tests::app::TestApp;
use crate::tests::client::{Call, Connection};
use crate::tests::model::always;
use serde_json::json;
use std::time::{Duration, Instant};
use viva_model_server::{Answer, ModelServer};

/// From the client's leaving to the model's seeing it (`reliability.md`, row 10).
const SOON: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeTheFirstWord,
    InTheMiddle,
}

/// Leaves at that moment, and proves that the model was told.
async fn leaves(server: &ModelServer, call: Call, is_stream: bool, moment: Moment) {
    let before = server.seen();
    let mut connection: Connection = if is_stream { call.stream().open().await } else { call.open().await };
    let asked = before.requests.len() + 1;
    assert!(server.wait_until(|seen| seen.requests.len() == asked).await);
    match (moment, is_stream) {
        (Moment::InTheMiddle, true) => connection.until("word3").await,
        // Nothing shows from outside how far an answer has come that is sent whole.
        (Moment::InTheMiddle, false) => tokio::time::sleep(Duration::from_millis(200)).await,
        (Moment::BeforeTheFirstWord, _) => {}
    }
    let left = Instant::now();
    drop(connection);
    let gone = before.hang_ups.len() + 1;
    assert!(server.wait_until(|seen| seen.hang_ups.len() == gone).await, "the model must be told");
    let took = left.elapsed();
    assert!(took < SOON, "{took:?} at {moment:?}, stream {is_stream}");
    assert!(server.wait_until(|seen| seen.open == 0).await, "no connection is left");
}

#[tokio::test]
async fn on_every_route_and_in_every_phase() {
    for (moment, answer) in [
        (Moment::BeforeTheFirstWord, Answer::of_length(9).after(Duration::from_mins(5))),
        (Moment::InTheMiddle, Answer::of_length(9).silent_after(3)),
    ] {
        let server = always(answer).await;
        let app = TestApp::with_model(&server).await;
        for is_stream in [true, false] {
            leaves(&server, app.ask("What is the GIL?"), is_stream, moment).await;
            let id = app.conversation().await;
            leaves(&server, app.asks(&id, "What is the GIL?"), is_stream, moment).await;
            let turn = app.ended_turn(&id).await;
            let said = if moment == Moment::InTheMiddle { "word1 word2 word3" } else { "" };
            assert_eq!((&turn["state"], &turn["partial"]), (&json!("failed"), &json!(said)));
            assert_eq!(turn["error"]["code"], "interrupted");
        }
        let places = app.get("/metrics").send().await;
        assert!(places.text().contains("viva_turns_running 0"));
    }
}

#[tokio::test]
async fn before_the_search_is_done_the_model_is_not_asked() {
    let server = always(Answer::text("never")).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let calls = [app.ask("wait here for the GIL"), app.asks(&id, "wait here for the GIL")];
    for (n, call) in calls.into_iter().enumerate() {
        let connection = call.stream().open().await;
        app.arrived(n + 1).await;
        drop(connection);
        app.abandoned(n + 1).await;
    }
    assert_eq!(app.ended_turn(&id).await["state"], "failed");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn one_of_two_watchers_leaving_changes_nothing() {
    let server = always(Answer::of_length(20).gap(Duration::from_millis(20))).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let (first, turn) = app.begins(&id, "What is the GIL?").await;
    let mut second = app.turn(&id, &turn).stream().open().await;
    second.until("word1").await;
    drop(first);
    second.until("event: done").await;
    assert!(server.seen().hang_ups.is_empty());
}
