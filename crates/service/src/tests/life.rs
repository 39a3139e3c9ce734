//! Beginning and end.

use super::app::{DEADLINE, TestApp, bind, http, state};
use std::time::Duration;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_port_in_use_is_named_with_a_way_out() {
    let app = TestApp::start().await;
    let mut http = http();
    http.bind = app.address;
    let state = state(&app.script, &app.library, &app.store, None);
    let Err(refused) = bind(&http, state).await else { panic!("bound twice") };
    let message = refused.to_string();
    for part in [&app.address.to_string(), "in use", "--bind", "http.bind", "VIVA_HTTP__BIND"] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn an_idle_service_ends_at_once_and_its_port_is_free() {
    let mut app = TestApp::start().await;
    let idle = TcpStream::connect(app.address).await.unwrap();
    assert_eq!(app.get("/livez").send().await.status, 200);
    app.tell_to_end();
    app.ended().await;
    drop(idle);
    assert!(TcpStream::connect(app.address).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn what_runs_is_finished() {
    let mut app = TestApp::start().await;
    let mut whole = app.ask("wait here for the GIL").open().await;
    let mut stream = app.ask("wait here for the GIL").stream().open().await;
    stream.until("event: meta").await;
    app.arrived(2).await;
    app.tell_to_end();
    while TcpStream::connect(app.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    app.script.gate.send_replace(true);
    assert_eq!(whole.reply().await.status, 200);
    assert_eq!(stream.reply().await.events().pop().unwrap().0, "done");
    app.ended().await;
}

#[tokio::test]
async fn streams_and_requests_that_do_not_end_are_told_so() {
    let mut app = TestApp::with(|http| http.shutdown_grace = Duration::from_secs(2)).await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = app.ask("wait here for the GIL").stream().open().await;
        stream.until("event: meta").await;
        streams.push(stream);
    }
    let mut whole = app.ask("wait here for the GIL").open().await;
    app.arrived(51).await;
    app.tell_to_end();
    for mut stream in streams {
        let events = stream.reply().await.events();
        let (name, problem) = events.last().unwrap();
        assert_eq!((name.as_str(), problem["code"].as_str()), ("error", Some("shutting_down")));
        assert_eq!(events.iter().filter(|(name, _)| name == "error" || name == "done").count(), 1);
    }
    assert_eq!(whole.reply().await.code(503), "shutting_down");
    app.ended().await;
}

#[tokio::test]
async fn the_end_comes_even_if_a_client_does_not_read() {
    let mut app = TestApp::with(|http| http.shutdown_grace = Duration::from_millis(400)).await;
    let mut half = app.call("POST", "/api/v1/ask").header("content-length", "30").open().await;
    tokio::io::AsyncWriteExt::write_all(&mut half.stream, b"{").await.unwrap();
    assert_eq!(app.get("/livez").send().await.status, 200);
    app.tell_to_end();
    app.ended().await;
}

#[tokio::test]
async fn dropping_the_service_cuts_everything_off() {
    let app = TestApp::start().await;
    let mut stream = app.ask("wait here for the GIL").stream().open().await;
    stream.until("event: meta").await;
    app.arrived(1).await;
    app.running.abort();
    app.abandoned(1).await;
    tokio::time::timeout(DEADLINE, async { while TcpStream::connect(app.address).await.is_ok() {} })
        .await
        .unwrap();
}
