//! Time, number and patience.

use super::app::{DEADLINE, TestApp};
use super::client::Connection;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn what_takes_too_long_is_a_timeout_but_a_stream_goes_on() {
    let app = TestApp::with(|http| http.answer_timeout = Duration::from_millis(300)).await;
    assert_eq!(app.ask("wait here").send().await.code(504), "timeout");
    app.abandoned(1).await;
    let mut stream = app.ask("wait here for the GIL").stream().open().await;
    stream.until("event: meta").await;
    assert_eq!(app.ask("wait here").send().await.code(504), "timeout", "as long again");
    app.script.gate.send_replace(true);
    stream.until("event: done").await;
}

#[tokio::test]
async fn beyond_the_limit_requests_are_refused_at_once_and_health_is_not() {
    let app = TestApp::with(|http| http.max_concurrent = 2).await;
    app.warm().await;
    let mut stream = app.ask("wait here").stream().open().await;
    stream.until("event: meta").await;
    let whole = app.ask("wait here").open().await;
    app.arrived(2).await;
    for target in ["/api/v1/modules", "/", "/questions/gil", "/no-such-route"] {
        let refused = app.get(target).send().await;
        assert_eq!(
            (refused.code(503).as_str(), refused.header("retry-after")),
            ("saturated", Some("1")),
            "{target}"
        );
    }
    for target in ["/livez", "/readyz", "/healthz", "/metrics"] {
        assert_eq!(app.get(target).send().await.status, 200, "{target}");
    }
    drop((stream, whole));
    app.abandoned(2).await;
    // The places come back with the connections' tasks, which end on their own time.
    let free = async { while app.get("/api/v1/modules").send().await.status != 200 {} };
    tokio::time::timeout(DEADLINE, free).await.unwrap();
}

#[tokio::test]
async fn many_more_than_the_limit_are_all_answered_one_way_or_the_other() {
    let app = TestApp::with(|http| http.max_concurrent = 8).await;
    let calls = (0..200).map(|_| app.ask("What is the GIL?").send());
    let replies = futures::future::join_all(calls).await;
    assert!(replies.iter().all(|reply| reply.status == 200 || reply.status == 503));
    assert!(replies.iter().any(|reply| reply.status == 200));
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200);
}

#[tokio::test]
async fn dripped_headers_end_the_connection_alone() {
    let app = TestApp::with(|http| http.header_timeout = Duration::from_millis(300)).await;
    let mut silent = Connection::new(TcpStream::connect(app.address).await.unwrap());
    let mut dripping = Connection::new(TcpStream::connect(app.address).await.unwrap());
    dripping.stream.write_all(b"GET /livez HTTP/1.1\r\nhost: loc").await.unwrap();
    let mut idle = Connection::new(TcpStream::connect(app.address).await.unwrap());
    idle.stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(app.get("/livez").send().await.status, 200);
    assert_eq!(silent.rest().await, b"");
    assert!(!String::from_utf8_lossy(&dripping.rest().await).contains("200"));
    assert!(String::from_utf8_lossy(&idle.rest().await).starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_dripped_body_is_refused_and_takes_no_place() {
    let app = TestApp::with(|http| {
        http.header_timeout = Duration::from_millis(800);
        http.max_concurrent = 1;
    })
    .await;
    let head =
        app.call("POST", "/api/v1/ask").without("connection").header("content-type", "application/json");
    let mut dripping = head.header("content-length", "30").open().await;
    dripping.stream.write_all(b"{\"quest").await.unwrap();
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200, "others are answered meanwhile");
    dripping.until("body_timeout").await;
}

#[tokio::test]
async fn a_body_that_breaks_off_harms_nobody() {
    let app = TestApp::start().await;
    for sent in ["", "{\"quest"] {
        let head = app.call("POST", "/api/v1/ask").header("content-type", "application/json");
        let mut half = head.header("content-length", "30").open().await;
        half.stream.write_all(sent.as_bytes()).await.unwrap();
        half.stream.shutdown().await.unwrap();
        half.rest().await;
    }
    assert_eq!(app.get("/livez").send().await.status, 200);
}

#[tokio::test]
async fn whoever_holds_every_connection_makes_room() {
    let app = TestApp::with(|http| {
        http.max_concurrent = 1;
        http.header_timeout = DEADLINE * 10;
    })
    .await;
    let mut stream = app.ask("wait here for the GIL").stream().open().await;
    stream.until("event: meta").await;
    let mut dripping = Vec::new();
    for _ in 0..600 {
        let mut connection = TcpStream::connect(app.address).await.unwrap();
        connection.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        dripping.push(connection);
    }
    assert_eq!(app.get("/livez").send().await.status, 200, "a new client is served");
    let ended = tokio::time::timeout(DEADLINE, dripping[0].read_u8()).await.unwrap();
    assert!(ended.is_err(), "the oldest idle connection was cut off");
    app.script.gate.send_replace(true);
    stream.until("event: done").await;
}

#[tokio::test]
async fn what_is_not_http_is_ended() {
    let app = TestApp::start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        &vec![b'a'; 100_000],
    ] {
        let mut connection = Connection::new(TcpStream::connect(app.address).await.unwrap());
        // The service may answer and close before all is written.
        let _ = connection.stream.write_all(bytes).await;
        let _ = connection.stream.shutdown().await;
        let mut read = Vec::new();
        let _ = tokio::time::timeout(DEADLINE, connection.stream.read_to_end(&mut read)).await.unwrap();
        assert!(!String::from_utf8_lossy(&read).contains(" 200 "));
    }
    assert_eq!(app.get("/livez").send().await.status, 200);
}
