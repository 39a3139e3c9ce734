//! Streams of an OpenAI-compatible server that say what they should, in every spelling (reliability, row 4).

use crate::support::*;
use viva_core::chat::{ChatErrorKind, StopReason};
use viva_core::turn::Usage;
use viva_llm::{OpenAiModel, Secret};
use viva_model_server::Answer;

const TEXT: &str = "Ein Schloß: Ελληνικά, 日本語, हिन्दी, 👩‍👩‍👧‍👦 🏳️‍🌈 [1].";

#[tokio::test]
async fn text_usage_and_reason_arrive_and_the_request_is_whole() {
    let server = always(Answer::text(TEXT).usage(12, 7)).await;
    let heard = ask(&model(&server)).await;
    let usage = Some(Usage { input_tokens: 12, output_tokens: 7 });
    assert_eq!(heard, Heard { text: TEXT.to_owned(), usage, stop: Some(StopReason::EndOfTurn), error: None });

    let sent = &server.requests()[0];
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let body = sent.json();
    let messages = serde_json::json!([
        {"role": "system", "content": "Answer from the evidence."},
        {"role": "user", "content": "What is the GIL?"},
    ]);
    assert_eq!(body["messages"], messages);
    assert_eq!((&body["model"], &body["stream"]), (&"test-model".into(), &true.into()));
    assert_eq!((&body["max_tokens"], body["temperature"].as_f64()), (&100.into(), Some(0.2)));
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body.get("response_format"), None);
}

#[tokio::test]
async fn a_cut_at_every_offset_gives_the_same_text() {
    let body_bytes = 3000;
    let server = server(move |request| Answer::text(TEXT).cut_at([request.number * 3 % body_bytes])).await;
    let model = model(&server);
    for _ in 0..body_bytes / 3 {
        assert_eq!(ask(&model).await.text, TEXT);
    }
    assert_eq!(server.seen().accepted, 1, "a whole answer leaves its connection for the next");
}

#[tokio::test]
async fn every_spelling_of_events_is_understood() {
    let plain = || Answer::text(TEXT);
    for (name, answer) in [
        ("single bytes", plain().cut_every(1)),
        ("one packet", plain().in_one_packet()),
        ("\\r\\n", plain().line_end("\r\n").cut_every(3)),
        ("\\r", plain().line_end("\r").cut_every(5)),
        ("no space", plain().without_space()),
        ("comments", plain().with_comments()),
        ("byte order mark", plain().with_byte_order_mark().cut_every(2)),
        ("many lines", plain().on_many_lines()),
        ("many lines with \\r\\n", plain().on_many_lines().line_end("\r\n").cut_every(1)),
        ("no [DONE]", plain().without_done()),
        ("no last newline", plain().without_done().without_last_newline()),
        ("thoughts", plain().thinking("never shown")),
        ("one document", plain().as_json()),
        ("one document in pieces", plain().as_json().cut_every(7)),
    ] {
        let server = always(answer).await;
        let heard = ask(&model(&server)).await;
        assert_eq!((heard.text.as_str(), &heard.stop), (TEXT, &Some(StopReason::EndOfTurn)), "{name}");
        assert_eq!(heard.error, None, "{name}");
    }
}

#[tokio::test]
async fn every_reason_is_mapped() {
    for (word, stop) in [
        ("stop", StopReason::EndOfTurn),
        ("length", StopReason::Length),
        ("content_filter", StopReason::Filtered),
        ("tool_calls", StopReason::Other("tool_calls".to_owned())),
    ] {
        let server = always(Answer::text(TEXT).finish(word).without_usage()).await;
        let heard = ask(&model(&server)).await;
        assert_eq!((heard.stop, heard.usage), (Some(stop), None), "{word}");
    }
}

#[tokio::test]
async fn usage_that_never_comes_does_not_hold_the_end_up() {
    // The reason is known, then silence: the stream must end, and soon.
    let stop = r#"data: {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}"#;
    let body = format!("{stop}\n\n");
    let answer = Answer::status(200, body).header("content-type", "text/event-stream");
    let server = always(answer.header("content-length", "100000")).await;
    let heard = tokio::time::timeout(HANG, ask(&model(&server))).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.stop), ("hi", Some(StopReason::EndOfTurn)));
}

#[tokio::test]
async fn the_base_url_may_end_in_a_slash_and_headers_may_be_added() {
    let server = always(Answer::text(TEXT)).await;
    let mut options = options(&format!("{}/", server.base_url()));
    options.headers = vec![("api-key".to_owned(), Secret::new("azure-canary"))];
    options.api_key = None;
    let model = OpenAiModel::new(options, HANG, clock()).unwrap();
    assert_eq!(ask(&model).await.text, TEXT);
    let sent = &server.requests()[0];
    assert_eq!(sent.path, "/v1/chat/completions");
    assert_eq!((sent.header("api-key"), sent.header("authorization")), (Some("azure-canary"), None));
}

#[test]
fn addresses_that_cannot_be_one_are_refused_without_their_password() {
    for url in
        ["", "localhost:8080", "ftp://host/v1", "https://", "https://me:hunter2@host/v1", "http://h/v1?key=x"]
    {
        let made = tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(async { OpenAiModel::new(options(url), HANG, clock()) });
        let error = made.err().unwrap_or_else(|| panic!("`{url}` is taken")).to_string();
        assert!(!error.contains("hunter2") && !error.contains(KEY), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_any_text_has_an_end_all_the_same() {
    let server = always(Answer::pieces(Vec::<String>::new())).await;
    let heard = ask(&model(&server)).await;
    assert_eq!((heard.text.as_str(), heard.stop, heard.error), ("", Some(StopReason::EndOfTurn), None));
    let server = always(Answer::pieces(Vec::<String>::new()).finish("")).await;
    assert_eq!(refusal(&model(&server)).await.kind, ChatErrorKind::Broken);
}
