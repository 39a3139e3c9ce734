//! Streams that break off and are taken up again.

use crate::tests::app::TestApp;
use crate::tests::model::always;
use crate::tests::talk::{only_end, text_of};
use serde_json::Value;
use std::time::Duration;
use viva_model_server::Answer;

#[tokio::test]
async fn whoever_comes_back_misses_nothing_and_hears_nothing_twice() {
    let server = always(Answer::of_length(40).gap(Duration::from_millis(15))).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let (mut first, turn) = app.begins(&id, "What is the GIL?").await;
    let mut heard: Vec<(String, Value)> = Vec::new();
    // Cut at ever later points, by header and by parameter in turns.
    for (at, word) in ["word3\"", "word9\"", "word17\"", "word30\""].iter().enumerate() {
        let after = heard.last().map_or(0, |(_, data)| data["seq"].as_u64().unwrap());
        let call = if at % 2 == 0 {
            app.turn(&id, &turn).header("last-event-id", &after.to_string())
        } else {
            app.get(&format!("/api/v1/conversations/{id}/turns/{turn}?after_seq={after}"))
        };
        let mut watching = call.stream().open().await;
        watching.until(word).await;
        let events = watching.cut();
        assert!(!events.is_empty());
        heard.extend(events);
    }
    // The header says how far one has come since the address was made.
    let after = heard.last().unwrap().1["seq"].to_string();
    let target = format!("/api/v1/conversations/{id}/turns/{turn}?after_seq=1");
    heard.extend(app.get(&target).header("last-event-id", &after).stream().send().await.events());
    let whole = first.reply().await.events();
    assert_eq!(heard, whole);
    let (end, done) = only_end(&whole);
    assert_eq!((end, done["answer"].as_str().unwrap()), ("done", text_of(&whole).as_str()));
    assert_eq!(server.requests().len(), 1, "the model was asked once");
}

#[tokio::test]
async fn whoever_watches_does_not_end_the_turn_by_leaving() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (mut first, turn) = app.begins(&id, "wait here for the GIL").await;
    for _ in 0..3 {
        let mut watching = app.turn(&id, &turn).stream().open().await;
        watching.until("event: meta").await;
    }
    app.arrived(1).await;
    app.script.gate.send_replace(true);
    assert_eq!(only_end(&first.reply().await.events()).0, "done");
    assert_eq!(*app.script.abandoned.borrow(), 0);
}

#[tokio::test]
async fn a_turn_goes_on_while_anybody_watches() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (first, turn) = app.begins(&id, "wait here for the GIL").await;
    let mut watching = app.turn(&id, &turn).stream().open().await;
    watching.until("event: meta").await;
    app.arrived(1).await;
    drop(first);
    app.script.gate.send_replace(true);
    assert_eq!(only_end(&watching.reply().await.events()).0, "done");
}

#[tokio::test]
async fn an_ended_turn_is_told_again() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let whole = app.asks(&id, "What is the GIL?").stream().send().await.events();
    let done = only_end(&whole).1;
    let turn = done["id"].as_str().unwrap();
    let again = app.turn(&id, turn).stream().send().await.events();
    assert_eq!(again[0].1["seq"], 1);
    assert_eq!(text_of(&again), text_of(&whole));
    let member = |events: &[(String, Value)], name: &str| {
        events.iter().filter(|(n, _)| n == name).map(|(_, d)| d["url"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(member(&again, "citation"), member(&whole, "citation"));
    assert_eq!(only_end(&again).1["citations"], done["citations"]);
    // Whoever has seen some of it, or claims to have seen more than there was, gets the end, which has all.
    for after in [1, 3, whole.len() - 1, 4_000_000] {
        let rest = app.turn(&id, turn).header("last-event-id", &after.to_string()).stream().send().await;
        let rest = rest.events();
        assert_eq!(rest.len(), 1, "after {after}");
        let (end, data) = only_end(&rest);
        assert_eq!((end, data["seq"].as_u64().unwrap() as usize), ("done", after + 1));
        assert_eq!(data["answer"], done["answer"]);
    }
}

#[tokio::test]
async fn whoever_claims_to_have_seen_too_much_of_a_running_turn_gets_its_end() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (mut first, turn) = app.begins(&id, "wait here for the GIL").await;
    let mut ahead = app.turn(&id, &turn).header("last-event-id", "5000").stream().open().await;
    app.arrived(1).await;
    app.script.gate.send_replace(true);
    assert_eq!(only_end(&first.reply().await.events()).0, "done");
    let events = ahead.reply().await.events();
    assert_eq!((events.len(), only_end(&events).0), (1, "done"));
}

#[tokio::test]
async fn a_failed_turn_is_told_again_as_failed() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let failed = app.asks(&id, "encoder down").stream().send().await.events();
    assert_eq!(only_end(&failed).1["code"], "unavailable");
    let turn = app.ended_turn(&id).await;
    let id_of_turn = turn["id"].as_str().unwrap();
    assert_eq!((&turn["state"], &turn["error"]["code"]), (&"failed".into(), &"unavailable".into()));
    for after in ["0", "2"] {
        let call = app.turn(&id, id_of_turn).header("last-event-id", after).stream();
        assert_eq!(only_end(&call.send().await.events()).1["code"], "unavailable");
    }
}
