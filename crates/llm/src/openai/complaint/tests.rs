use super::*;
use crate::secret::Secret;

fn error(status: u16, body: &str) -> ChatError {
    let label = Label { name: "`m` at host".to_owned(), secrets: vec![Secret::new("sk-very-secret")] };
    Complaint::of_body(body.as_bytes()).into_error(Some(status), None, &label)
}

const LIMITED: ChatErrorKind = ChatErrorKind::RateLimited { retry_after: None };

#[test]
fn every_shape_gives_its_message() {
    for body in [
        r#"{"error": {"message": "no luck", "type": "t", "param": null, "code": null}}"#,
        r#"{"error": "no luck"}"#,
        r#"{"detail": "no luck"}"#,
        r#"{"detail": [{"loc": ["body", "x"], "msg": "no luck", "type": "value_error"}]}"#,
        r#"{"message": "no luck", "code": 7}"#,
        r#"{"object": "error", "message": "no luck"}"#,
        r#"[{"error": {"message": "no luck", "code": 400, "status": "INVALID"}}]"#,
        r#"{"error": {"error": {"message": "no luck"}}}"#,
        r#"{"errors": [{"message": "no luck"}]}"#,
        r#"{"error": "invalid_request", "message": "no luck"}"#,
        r#"{"error": "invalid_request", "error_description": "no luck"}"#,
        r#""no luck""#,
        "no luck",
    ] {
        assert_eq!(error(400, body).detail, "`m` at host answered 400: no luck", "{body}");
    }
}

#[test]
fn what_cannot_be_shown_is_left_out() {
    for body in [
        "",
        "<html><body>Bad gateway</body></html>",
        "{}",
        "[]",
        "null",
        "{\"error\": {\"message\": \"<b>x</b>\"}}",
    ] {
        assert_eq!(error(502, body).detail, "`m` at host answered 502", "{body}");
    }
    assert!(!error(401, r#"{"error": "bad key sk-very-secret"}"#).detail.contains("sk-very"));
}

#[test]
fn prompts_that_are_too_long_are_known_in_every_dialect() {
    for (status, body) in [
        (
            400,
            r#"{"error": {"message": "This model's maximum context length is 4097 tokens.", "code": "context_length_exceeded"}}"#,
        ),
        (
            400,
            r#"{"object": "error", "message": "The decoder prompt (length 9000) is longer than the maximum model length of 4096."}"#,
        ),
        (
            400,
            r#"{"error": {"code": 400, "message": "the request exceeds the available context size, try increasing it", "type": "exceed_context_size_error"}}"#,
        ),
        (400, r#"{"error": "prompt too long; exceeded max context length by 4 tokens"}"#),
        (500, r#"{"error": {"message": "litellm.ContextWindowExceededError: too big"}}"#),
        (400, r#"{"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}"#),
        (400, r#"{"message": "Input is too long for requested model."}"#),
        (413, "<html>Request Entity Too Large</html>"),
    ] {
        assert_eq!(error(status, body).kind, ChatErrorKind::ContextTooLong, "{body}");
    }
}

#[test]
fn statuses_are_kinds() {
    for (status, expected) in [
        (307, ChatErrorKind::Refused),
        (400, ChatErrorKind::Invalid),
        (401, ChatErrorKind::Refused),
        (403, ChatErrorKind::Refused),
        (404, ChatErrorKind::Refused),
        (408, LIMITED),
        (409, LIMITED),
        (422, ChatErrorKind::Invalid),
        (429, LIMITED),
        (500, ChatErrorKind::Upstream),
        (529, ChatErrorKind::Upstream),
    ] {
        assert_eq!(error(status, "{}").kind, expected, "{status}");
    }
}

#[test]
fn words_tell_more_than_the_status() {
    let filtered = r#"{"error": {"message": "The response was filtered", "code": "content_filter"}}"#;
    assert_eq!(error(400, filtered).kind, ChatErrorKind::Filtered);
    let quota = r#"{"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}"#;
    assert_eq!(error(429, quota).kind, ChatErrorKind::Refused);
}

#[test]
fn an_error_without_a_status_is_known_by_its_words() {
    for (body, expected) in [
        (r#"{"error": {"message": "m", "code": 429}}"#, LIMITED),
        (r#"{"error": {"message": "m", "code": "400"}}"#, ChatErrorKind::Invalid),
        (r#"{"error": {"message": "m", "type": "rate_limit_error"}}"#, LIMITED),
        (r#"{"error": {"message": "m", "type": "authentication_error"}}"#, ChatErrorKind::Refused),
        (r#"{"error": {"message": "m", "type": "invalid_request_error"}}"#, ChatErrorKind::Invalid),
        (r#"{"error": {"message": "m", "type": "overloaded_error", "code": null}}"#, ChatErrorKind::Upstream),
        (r#"{"error": "maximum context length"}"#, ChatErrorKind::ContextTooLong),
    ] {
        let label = Label { name: String::new(), secrets: Vec::new() };
        assert_eq!(
            Complaint::of_body(body.as_bytes()).into_error(None, None, &label).kind,
            expected,
            "{body}"
        );
    }
}

#[test]
fn only_errors_are_errors_of_a_stream() {
    for (value, is_error) in [
        (r#"{"choices": [], "error": null}"#, false),
        (r#"{"choices": [], "error": {"message": "m"}}"#, true),
        (r#"{"object": "error", "message": "m"}"#, true),
        (r#"{"detail": "m"}"#, true),
        (r#"{"type": "ping"}"#, false),
        (r#"[{"error": {"message": "m"}}]"#, true),
    ] {
        let value: Value = serde_json::from_str(value).unwrap();
        assert_eq!(Complaint::in_stream(&value).is_some(), is_error, "{value}");
    }
}
