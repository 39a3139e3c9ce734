//! Bodies that are refused, and how.

use super::app::TestApp;
use super::client::Connection;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_refusal_names_every_field_and_its_rule() {
    let app = TestApp::start().await;
    for (body, fields) in [
        (r"{}", vec!["question"]),
        (r#"{"question": ""}"#, vec!["question"]),
        (r#"{"question": 7}"#, vec!["question"]),
        (r#"{"question": null}"#, vec!["question"]),
        (r#"{"question": ["x"]}"#, vec!["question"]),
        (r#"{"question": "x", "depth": "deepest"}"#, vec!["depth"]),
        (r#"{"question": "x", "depth": 3}"#, vec!["depth"]),
        (r#"{"question": "x", "module": "no-such"}"#, vec!["module"]),
        (r#"{"question": "x", "module": "../../etc/passwd"}"#, vec!["module"]),
        (r#"{"question": "x", "inspect": "yes"}"#, vec!["inspect"]),
        (r#"{"question": "x", "inspect": null}"#, vec!["inspect"]),
        (r#"{"question": "x", "go_deeper": true}"#, vec!["go_deeper"]),
        (r#"{"question": "x", "Question": "y"}"#, vec!["Question"]),
        (r#"{"question": "x", "question": "y"}"#, vec!["question"]),
        (r#"{"question": " ", "depth": "x", "module": "y"}"#, vec!["question", "depth", "module"]),
        (r"[]", vec!["body"]),
        (r#"["What is the GIL?"]"#, vec!["body"]),
        (r#""What is the GIL?""#, vec!["body"]),
        ("null", vec!["body"]),
    ] {
        let reply = app.post_ask(body).send().await;
        assert_eq!(reply.fields(), fields, "{body}");
        assert_eq!(reply.code(422), "invalid");
    }
    let depth = app.post_ask(r#"{"question": "x", "depth": "x"}"#).send().await.json();
    assert_eq!(depth["errors"][0]["rule"], "one of brief, standard, deep");
    let module = app.post_ask(r#"{"question": "x", "module": "x"}"#).send().await.json();
    assert_eq!(module["errors"][0]["rule"], "one of threading, asyncio, own");
}

#[tokio::test]
async fn what_is_not_json_is_malformed() {
    let app = TestApp::start().await;
    let deep = "[".repeat(30_000);
    for body in [
        "",
        "{",
        "not json",
        "{\"question\": \"\\ud800\"}",
        "{\"question\": \"x\"} {}",
        "{\"question\": \"x\",}",
        "{'question': 'x'}",
        &deep,
        "\u{feff}{}",
        "NaN",
    ] {
        assert_eq!(app.post_ask(body).send().await.code(400), "malformed", "{body}");
    }
    let latin = app
        .call("POST", "/api/v1/ask")
        .header("content-type", "application/json")
        .body(b"{\"question\": \"\xe9\"}");
    assert_eq!(latin.send().await.code(400), "malformed");
    let nested = format!("{{\"question\": {deep}");
    assert_eq!(
        app.post_ask(&nested).send().await.status,
        422,
        "the field is refused before its depth matters"
    );
}

#[tokio::test]
async fn only_json_is_taken() {
    let app = TestApp::start().await;
    let good = br#"{"question": "What is the GIL?"}"#;
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""]
    {
        let call = app.call("POST", "/api/v1/ask").header("content-type", media_type).body(good);
        assert_eq!(call.send().await.code(415), "unsupported_media_type", "{media_type}");
    }
    assert_eq!(app.call("POST", "/api/v1/ask").body(good).send().await.status, 415, "no content type");
    let zipped = app.call("POST", "/api/v1/ask").header("content-encoding", "gzip").json("{}");
    assert_eq!(zipped.send().await.status, 415, "encoded");
    let charset =
        app.call("POST", "/api/v1/ask").header("content-type", "application/json; charset=utf-8").body(good);
    assert_eq!(charset.send().await.status, 200);
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_kept() {
    let app = TestApp::start().await;
    let padded = |size: usize| format!("{{\"question\": \"x\"}}{}", " ".repeat(size - 17));
    assert_eq!(app.post_ask(&padded(64 * 1024)).send().await.status, 200, "at the limit");
    let refused = app.post_ask(&padded(64 * 1024 + 1)).send().await;
    assert_eq!(refused.code(413), "body_too_large");
    assert!(refused.json()["detail"].as_str().unwrap().contains("65536"));
    assert_eq!(app.post_ask(&padded(1024 * 1024)).send().await.status, 413);
    // A gigabyte is refused by its announcement, before a byte of it is sent.
    let announced = app
        .call("POST", "/api/v1/ask")
        .header("content-type", "application/json")
        .header("content-length", "1000000000");
    assert_eq!(announced.send().await.code(413), "body_too_large");
    // On any route, also where no body belongs.
    let elsewhere = app.get("/livez").header("content-length", "1000000000");
    assert_eq!(elsewhere.send().await.status, 413);
}

#[tokio::test]
async fn a_body_without_a_length_is_limited_too() {
    let app = TestApp::start().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST /api/v1/ask HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        app.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..20 {
        stream.write_all(b"2000\r\n").await.unwrap();
        stream.write_all(&[b' '; 0x2000]).await.unwrap();
        stream.write_all(b"\r\n").await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let reply = Connection::new(stream).reply().await;
    assert_eq!(reply.code(413), "body_too_large");
}
