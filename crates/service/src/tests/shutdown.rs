//! The end with many answers open (`reliability.md`, row 29).

use super::app::{DEADLINE, Setup, TestApp};
use super::model::{always, options};
use super::talk::{LIST, only_end};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use viva_core::conversation::Owner;
use viva_core::ports::ConversationStore;
use viva_model_server::Answer;

/// How many streams are open, half of them turns of conversations.
const STREAMS: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_are_told_and_their_turns_are_kept() {
    let server = always(Answer::of_length(1000).gap(Duration::from_secs(2))).await;
    let mut setup = Setup::new().model(options(&server.base_url())).await;
    setup.http.max_concurrent = STREAMS + 10;
    // The default. Streams do not use it up: they are told to end long before.
    setup.http.shutdown_grace = Duration::from_secs(5);
    let mut app = setup.start().await;
    let mut streams = Vec::new();
    let mut conversations = Vec::new();
    for n in 0..STREAMS {
        let call = if n % 2 == 0 {
            app.ask("What is the GIL?")
        } else {
            let id = app.conversation().await;
            conversations.push(id.clone());
            app.asks(&id, "What is the GIL?")
        };
        let mut stream = call.stream().open().await;
        stream.until("word1").await;
        streams.push(stream);
    }
    let told = Instant::now();
    app.tell_to_end();
    for mut stream in streams {
        let events = stream.reply().await.events();
        let (end, problem) = only_end(&events);
        assert_eq!((end, &problem["code"]), ("error", &json!("shutting_down")));
    }
    let heard = told.elapsed();
    app.ended().await;
    println!("{STREAMS} streams: told within {heard:?}, ended after {:?}", told.elapsed());
    assert!(server.wait_until(|seen| seen.open == 0).await, "the model is left alone");
    let owner = Owner("local".to_owned());
    for id in &conversations {
        let turn = app.store.recent(&owner, id, 1).await.unwrap().pop().unwrap();
        let shown = format!("{:?}", turn.outcome);
        assert!(shown.contains("ShuttingDown") && shown.contains("word1"), "{shown}");
    }
}

#[tokio::test]
async fn a_turn_sent_whole_is_told_too() {
    let mut app = TestApp::with(|http| http.shutdown_grace = Duration::from_secs(2)).await;
    let id = app.conversation().await;
    let mut whole = app.asks(&id, "wait here for the GIL").open().await;
    app.arrived(1).await;
    app.tell_to_end();
    assert_eq!(whole.reply().await.code(503), "shutting_down");
    app.ended().await;
    let turns = app.store.turns(&Owner("local".to_owned()), &id, 0, 9).await.unwrap();
    assert!(format!("{:?}", turns[0].outcome).contains("ShuttingDown"));
}

#[tokio::test]
async fn the_end_comes_although_the_database_does_not() {
    let mut app = TestApp::with(|http| http.shutdown_grace = Duration::from_secs(1)).await;
    let id = app.conversation().await;
    let (mut stream, _) = app.begins(&id, "wait here for the GIL").await;
    app.arrived(1).await;
    app.store.is_down.store(true, Ordering::SeqCst);
    app.tell_to_end();
    let events = stream.reply().await.events();
    assert_eq!(only_end(&events).1["code"], "shutting_down");
    app.ended().await;
}

#[tokio::test]
async fn an_ended_service_leaves_a_database_that_the_next_one_goes_on_with() {
    let mut first = TestApp::start().await;
    let id = first.conversation().await;
    let (mut stream, turn) = first.begins(&id, "wait here for the GIL").await;
    first.arrived(1).await;
    first.tell_to_end();
    stream.rest().await;
    tokio::time::timeout(DEADLINE, first.ended()).await.unwrap();
    let next = Setup { store: Some(first.store.clone()), ..Setup::new() }.start().await;
    let kept = next.turn(&id, &turn).send().await.json();
    assert_eq!((&kept["state"], &kept["error"]["code"]), (&json!("failed"), &json!("shutting_down")));
    assert_eq!(next.asks(&id, "What is the GIL?").send().await.status, 200);
    assert_eq!(next.get(LIST).send().await.json()["conversations"][0]["turns"], 2);
}
