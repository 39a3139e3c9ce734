//! Answers as server-sent events.

use super::app::{DEADLINE, TestApp};
use crate::answering::numbered;
use crate::problem::About;
use crate::server::Lifecycle;
use crate::sse::{Rhythm, Source, frames, respond};
use futures::{StreamExt, stream};
use std::time::Duration;
use viva_core::ports::NotReady;
use viva_core::turn::{AnswerEvent, Failure, FailureKind};

#[tokio::test]
async fn the_stream_is_the_answer_step_by_step() {
    let app = TestApp::start().await;
    let whole = app.ask("What is the GIL?").send().await.json();
    let reply = app.ask("What is the GIL?").stream().send().await;
    assert_eq!((reply.status, reply.media_type()), (200, "text/event-stream"));
    assert_eq!(reply.header("cache-control"), Some("no-cache, no-transform"));
    assert_eq!(reply.header("x-accel-buffering"), Some("no"));
    assert_eq!(reply.header("content-length"), None);
    let events = reply.events();
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    let mut kinds = names.clone();
    kinds.dedup();
    assert_eq!(names[..3], ["meta", "query", "sources"]);
    assert!(names.contains(&"delta") && names.contains(&"citation"));
    assert_eq!(names[names.len() - 3..], ["grounding", "followups", "done"]);

    let text: String =
        events.iter().filter(|(n, _)| n == "delta").map(|(_, d)| d["text"].as_str().unwrap()).collect();
    let done = &events.last().unwrap().1;
    assert_eq!(done["answer"], text);
    for member in
        ["answer", "citations", "query", "covered", "mode", "depth", "follow_ups", "revision", "grounding"]
    {
        assert_eq!(done[member], whole[member], "{member}");
    }
    let cited: Vec<u64> =
        events.iter().filter(|(n, _)| n == "citation").map(|(_, d)| d["n"].as_u64().unwrap()).collect();
    let mut once = cited.clone();
    once.dedup();
    assert_eq!(cited, once, "a citation is told at its first use only");
}

#[tokio::test]
async fn text_cannot_break_the_framing() {
    let app = TestApp::start().await;
    let question = "What is\n\nevent: done\ndata: {}\n\n: the GIL?\r\n\r\nid: 1";
    let events = app.ask(question).stream().send().await.events();
    assert_eq!(events[1].1["original"].as_str().unwrap(), question.replace("\r\n", "\n"));
    assert_eq!(events.last().unwrap().0, "done");
}

#[tokio::test]
async fn a_stream_that_fails_ends_with_one_problem() {
    let app = TestApp::start().await;
    for (question, code) in [
        ("encoder down", "unavailable"),
        ("is the index slow?", "timeout"),
        ("is the index broken?", "internal"),
        ("encoder panics", "internal"),
    ] {
        let reply = app.ask(question).stream().send().await;
        assert_eq!(reply.status, 200, "the stream had begun");
        assert!(!reply.text().contains("canary-internal"), "{}", reply.text());
        let (name, data) = reply.events().pop().unwrap();
        assert_eq!((name.as_str(), data["code"].as_str()), ("error", Some(code)), "{question}");
        assert_eq!(data["request_id"].as_str(), reply.header("x-request-id"));
        assert_eq!(data["instance"], "/api/v1/ask");
    }
    assert_eq!(app.get("/livez").send().await.status, 200, "the process lives");
}

#[tokio::test]
async fn what_is_refused_before_the_stream_is_a_plain_problem() {
    let app = TestApp::start().await;
    assert_eq!(app.post_ask("{}").stream().send().await.fields(), ["question"]);
    let app = TestApp::without_index(NotReady::Empty).await;
    assert_eq!(app.ask("x").stream().send().await.code(503), "no_index");
}

#[tokio::test]
async fn events_come_as_they_happen() {
    let app = TestApp::start().await;
    let mut connection = app.ask("wait here for the GIL").stream().open().await;
    connection.until("event: meta").await;
    app.script.gate.send_replace(true);
    connection.until("event: done").await;
}

#[tokio::test]
async fn a_client_that_leaves_drops_the_answer() {
    let app = TestApp::start().await;
    let mut streaming = app.ask("wait here for the GIL").stream().open().await;
    streaming.until("event: meta").await;
    app.arrived(1).await;
    drop(streaming);
    app.abandoned(1).await;
    let whole = app.ask("wait here for the GIL").open().await;
    app.arrived(2).await;
    drop(whole);
    app.abandoned(2).await;
}

async fn names(
    events: impl futures::Stream<Item = AnswerEvent> + Send + 'static,
    lifecycle: Lifecycle,
) -> Vec<&'static str> {
    frames(source(events, &lifecycle), about(), DEADLINE).map(|(_, frame)| frame.name()).collect().await
}

fn source<E: futures::Stream<Item = AnswerEvent>>(
    events: E,
    lifecycle: &Lifecycle,
) -> Source<impl futures::Stream<Item = (usize, AnswerEvent)> + use<E>, impl Future<Output = ()> + use<E>> {
    Source { events: numbered(events), after: 0, cut: lifecycle.streams_end() }
}

fn about() -> About {
    About { request_id: "id".into(), path: "/".into() }
}

fn delta() -> AnswerEvent {
    AnswerEvent::Delta("x".into())
}

fn failed() -> AnswerEvent {
    AnswerEvent::Failed(Failure { kind: FailureKind::Interrupted, detail: "x".into() })
}

#[tokio::test]
async fn whatever_happens_there_is_exactly_one_last_event() {
    let running = Lifecycle::default;
    assert_eq!(
        names(stream::iter([delta(), failed(), delta(), failed()]), running()).await,
        ["delta", "error"]
    );
    assert_eq!(names(stream::iter([delta()]), running()).await, ["delta", "error"], "no last event");
    assert_eq!(names(stream::iter([]), running()).await, ["error"], "no event at all");
    let panicking = stream::iter([1, 2]).map(|n| if n == 2 { panic!("scripted") } else { delta() });
    assert_eq!(names(panicking, running()).await, ["delta", "error"], "a panic");
    let ending = running();
    ending.end_in(Duration::ZERO).await;
    let endless = stream::iter([delta()]).chain(stream::pending());
    assert_eq!(names(endless, ending).await, ["delta", "error"], "the end of the process");
}

#[tokio::test]
async fn silence_ends_a_stream_and_pings_keep_it_open_before() {
    let silent = stream::iter([delta()]).chain(stream::pending());
    let lifecycle = Lifecycle::default();
    let ended = frames(source(silent, &lifecycle), about(), Duration::from_millis(50));
    assert_eq!(ended.map(|(_, frame)| frame.name()).collect::<Vec<_>>().await, ["delta", "error"]);

    let slow = stream::once(async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        delta()
    });
    let rhythm = Rhythm { ping: Duration::from_millis(20), max_silence: DEADLINE };
    let response = respond(source(slow, &lifecycle), about(), rhythm);
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let text = std::str::from_utf8(&body).unwrap();
    assert!(
        text.starts_with(": ping\n\n") && text.contains("event: delta\nid: 1\ndata: {\"seq\":1,"),
        "{text}"
    );
    assert_eq!(Rhythm::USUAL.ping, Duration::from_secs(15));
}
