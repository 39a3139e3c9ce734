use super::*;

type Decoded = (String, Result<(Option<Usage>, StopReason), ChatErrorKind>);

fn decode(content_type: &str, body: &str) -> Decoded {
    let whole = decode_in(content_type, body, body.len().max(1));
    for size in [1, 7] {
        assert_eq!(decode_in(content_type, body, size), whole, "in pieces of {size}");
    }
    whole
}

fn decode_in(content_type: &str, body: &str, size: usize) -> Decoded {
    let label = Label { name: "m".to_owned(), secrets: Vec::new() };
    let mut decoder = Decoder::new(content_type.to_owned(), label);
    let mut said = Vec::new();
    for piece in body.as_bytes().chunks(size) {
        if let Err(error) = decoder.feed(piece, &mut said) {
            return (said.concat(), Err(error.kind));
        }
    }
    let end = decoder.finish(&mut said).map_err(|error| error.kind);
    (said.concat(), end)
}

fn events(lines: &[&str]) -> Decoded {
    let body: Vec<String> = lines.iter().map(|line| format!("data: {line}\n\n")).collect();
    decode("text/event-stream", &body.concat())
}

const HI: &str = r#"{"choices": [{"delta": {"content": "hi"}}]}"#;
const STOP: &str = r#"{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}"#;

fn said(text: &str, stop: StopReason) -> Decoded {
    (text.to_owned(), Ok((None, stop)))
}

#[test]
fn what_is_missing_is_borne_and_what_is_strange_is_ignored() {
    let found = events(&[
        r#"{"choices": []}"#,
        r#"{"choices": null, "usage": null}"#,
        r#"{"type": "ping"}"#,
        r#"{"id": 7, "choices": [{"index": 0, "delta": {"role": "assistant", "content": null, "reasoning": "hm"}}]}"#,
        r#"{"choices": [{"index": 1, "delta": {"content": "another choice"}}]}"#,
        r#"{"choices": [{"delta": {"content": "hi", "tool_calls": null, "x": 1}, "logprobs": null, "finish_reason": ""}]}"#,
        r#"{"choices": [{"index": 0, "delta": null, "finish_reason": "stop"}], "usage": {"x": 1}}"#,
        r#"{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}"#,
        "[DONE]",
        HI,
    ]);
    let usage = Usage { input_tokens: 3, output_tokens: 1 };
    assert_eq!(found, ("hi".to_owned(), Ok((Some(usage), StopReason::EndOfTurn))));
}

#[test]
fn every_reason_is_told() {
    for (word, stop) in [
        ("stop", StopReason::EndOfTurn),
        ("length", StopReason::Length),
        ("content_filter", StopReason::Filtered),
        ("tool_calls", StopReason::Other("tool_calls".to_owned())),
        ("function_call", StopReason::Other("function_call".to_owned())),
        ("whim", StopReason::Other("whim".to_owned())),
    ] {
        let last = format!(r#"{{"choices": [{{"delta": {{"content": "!"}}, "finish_reason": "{word}"}}]}}"#);
        assert_eq!(events(&[HI, &last]), said("hi!", stop));
    }
    let failed = r#"{"choices": [{"delta": {}, "finish_reason": "error"}]}"#;
    assert_eq!(events(&[HI, failed]).1, Err(ChatErrorKind::Upstream));
}

#[test]
fn a_stream_without_a_reason_is_broken() {
    assert_eq!(events(&[HI]), ("hi".to_owned(), Err(ChatErrorKind::Broken)));
    assert_eq!(events(&[HI, "[DONE]"]), ("hi".to_owned(), Err(ChatErrorKind::Broken)));
    assert_eq!(events(&["[DONE]"]).1, Err(ChatErrorKind::Broken));
    assert_eq!(events(&[HI, STOP]), said("hi", StopReason::EndOfTurn));
}

#[test]
fn what_is_no_stream_is_malformed() {
    for (content_type, body) in [
        ("", ""),
        ("text/event-stream", ""),
        ("text/event-stream", ": only a comment\n\n"),
        ("text/html", "<html><body>Please log in</body></html>"),
        ("application/json", "{\"choices\": [{\"mess"),
        ("application/json", "\u{1f}\u{8b}\u{8}"),
    ] {
        assert_eq!(decode(content_type, body), (String::new(), Err(ChatErrorKind::Malformed)), "{body}");
    }
    assert_eq!(events(&[HI, "{\"choices\": [{\"del"]), ("hi".to_owned(), Err(ChatErrorKind::Malformed)));
    assert_eq!(events(&[r#"{"choices": 3}"#]).1, Err(ChatErrorKind::Malformed));
}

#[test]
fn one_document_is_understood_whatever_it_calls_itself() {
    let document = serde_json::json!({"choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1}});
    let expected =
        ("hi".to_owned(), Ok((Some(Usage { input_tokens: 3, output_tokens: 1 }), StopReason::Length)));
    for content_type in ["application/json", "text/event-stream", ""] {
        assert_eq!(decode(content_type, &document.to_string()), expected);
        assert_eq!(decode(content_type, &serde_json::to_string_pretty(&document).unwrap()), expected);
    }
    let parts = r#"{"choices": [{"message": {"content": [{"type": "text", "text": "h"}, {"text": "i"}]}}]}"#;
    assert_eq!(decode("application/json", parts), said("hi", StopReason::EndOfTurn));
    let stream = format!("data: {HI}\n\ndata: {STOP}\n\n");
    assert_eq!(decode("application/json", &stream), said("hi", StopReason::EndOfTurn));
}

#[test]
fn thoughts_in_the_text_are_not_shown() {
    let thought = r#"{"choices": [{"delta": {"content": "<think>hm</think>\n\n"}}]}"#;
    assert_eq!(events(&[thought, HI, STOP]), said("hi", StopReason::EndOfTurn));
}
