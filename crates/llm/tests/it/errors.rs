//! Errors that a server tells (reliability, rows 5, 6 and 7).

use crate::support::*;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind};
use viva_model_server::{Answer, ErrorShape};

const SHAPES: [ErrorShape; 5] =
    [ErrorShape::Object, ErrorShape::Text, ErrorShape::Event, ErrorShape::Bare, ErrorShape::NullCode];

/// Nothing that must not be shown is in it.
fn assert_clean(error: &ChatError) {
    let detail = &error.detail;
    assert!(detail.chars().count() < 500, "{} characters", detail.len());
    for forbidden in [KEY, "<", "\n"] {
        assert!(!detail.contains(forbidden), "`{forbidden}` in: {detail}");
    }
    assert!(detail.starts_with("`test-model` at 127.0.0.1:"), "{detail}");
    assert!(!format!("{error:?}").contains(KEY));
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error_wherever_it_stands() {
    let mut cases = 0;
    for shape in SHAPES {
        for said in [0, 1, 3] {
            for spelling in [
                Answer::in_one_packet as fn(Answer) -> Answer,
                |answer| answer.cut_every(1),
                |answer| answer.line_end("\r\n"),
            ] {
                let answer = Answer::of_length(3).error_after(said, shape, "the model fell over", None);
                let server = always(spelling(answer)).await;
                let heard = ask(&model(&server)).await;
                let error = heard.error.unwrap_or_else(|| panic!("{shape:?} after {said}: no error"));
                assert_eq!(error.kind, ChatErrorKind::Upstream, "{shape:?} after {said}");
                assert!(error.detail.ends_with("sent an error: the model fell over"), "{}", error.detail);
                assert_clean(&error);
                assert_eq!(
                    (heard.text.split_whitespace().count(), heard.stop),
                    (said, None),
                    "{shape:?} after {said}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 45);
}

#[tokio::test]
async fn an_error_before_the_first_piece_is_an_error_of_the_call() {
    for shape in SHAPES {
        let server = always(Answer::of_length(3).error_after(0, shape, "no", None)).await;
        refusal(&model(&server)).await;
    }
    let server = always(Answer::of_length(3).error_after(
        0,
        ErrorShape::Object,
        "slow down",
        Some("rate_limit_exceeded"),
    ))
    .await;
    assert_eq!(refusal(&model(&server)).await.kind, ChatErrorKind::RateLimited { retry_after: None });
}

#[tokio::test]
async fn statuses_are_classified_and_told_with_advice() {
    let limited = ChatErrorKind::RateLimited { retry_after: None };
    for (status, code, message, kind, advice) in [
        (
            401,
            "invalid_api_key",
            "Incorrect API key provided: sk-canary-0123456789.",
            ChatErrorKind::Refused,
            "API key",
        ),
        (403, "forbidden", "not yours", ChatErrorKind::Refused, "API key"),
        (
            404,
            "model_not_found",
            "The model `test-model` does not exist",
            ChatErrorKind::Refused,
            "model's name",
        ),
        (400, "bad", "no such thing", ChatErrorKind::Invalid, "no such thing"),
        (422, "bad", "no such thing", ChatErrorKind::Invalid, "422"),
        (400, "context_length_exceeded", "too big", ChatErrorKind::ContextTooLong, "too big"),
        (400, "content_filter", "the prompt was filtered", ChatErrorKind::Filtered, "filtered"),
        (413, "large", "too large", ChatErrorKind::ContextTooLong, "413"),
        (408, "slow", "slow", limited, "408"),
        (409, "conflict", "conflict", limited, "409"),
        (429, "rate_limit_exceeded", "slow down", limited, "slow down"),
        (500, "oops", "oops", ChatErrorKind::Upstream, "oops"),
        (503, "overloaded", "overloaded", ChatErrorKind::Upstream, "503"),
    ] {
        let server = always(Answer::openai_error(status, code, message)).await;
        let error = refusal(&model(&server)).await;
        assert_eq!(error.kind, kind, "{status} {code}");
        assert!(
            error.detail.contains(advice) && error.detail.contains(&status.to_string()),
            "{}",
            error.detail
        );
        assert_clean(&error);
    }
}

#[tokio::test]
async fn strange_bodies_are_borne_and_never_shown() {
    let html =
        "<html><head><title>502 Bad Gateway</title></head><body><script>alert(1)</script></body></html>";
    let upstream = ChatErrorKind::Upstream;
    let malformed = ChatErrorKind::Malformed;
    let ten_megabytes = || format!("{{\"error\": \"{}\"}}", "<b>x</b>".repeat(10 << 17));
    for (name, answer, kind) in [
        ("HTML 502", Answer::status(502, html), upstream),
        ("empty 500", Answer::status(500, ""), upstream),
        ("10 MB error", Answer::status(500, ten_megabytes()), upstream),
        ("10 MB of nothing", Answer::status(400, vec![b' '; 10 << 20]), ChatErrorKind::Invalid),
        ("HTML 200", Answer::status(200, html), malformed),
        ("empty 200", Answer::status(200, ""), malformed),
        ("204", Answer::status(204, ""), malformed),
        (
            "gzip lie",
            Answer::status(200, vec![0x1f, 0x8b, 8, 0, 0, 0]).header("content-encoding", "gzip"),
            malformed,
        ),
        ("10 MB in one line", Answer::status(200, vec![b'x'; 10 << 20]), malformed),
        (
            "not JSON",
            Answer::status(200, "data: {\"cho\n\n").header("content-type", "text/event-stream"),
            malformed,
        ),
        ("binary", Answer::status(500, vec![0xff, 0xfe, 0, 1]), upstream),
    ] {
        let server = always(answer).await;
        let error = refusal(&model(&server)).await;
        assert_eq!(error.kind, kind, "{name}: {}", error.detail);
        assert_clean(&error);
    }
}

#[tokio::test]
async fn an_error_body_that_never_ends_does_not_hang() {
    let answer = Answer::status(500, "{\"error\": \"half").header("content-length", "5000");
    let server = always(answer).await;
    assert_eq!(refusal(&model(&server)).await.kind, ChatErrorKind::Upstream);
}

#[tokio::test]
async fn a_stream_that_turns_strange_is_an_error_behind_what_was_said() {
    let server = always(Answer::of_length(3).malformed_after(2)).await;
    let heard = ask(&model(&server)).await;
    assert_eq!((heard.text.as_str(), heard.error_kind()), ("word1 word2 ", Some(ChatErrorKind::Malformed)));
}

#[tokio::test]
async fn redirects_are_not_followed_and_the_key_stays_home() {
    let elsewhere = always(Answer::text("stolen")).await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/chat/completions", elsewhere.base_url());
        let server = always(Answer::status(status, "").header("location", &target)).await;
        let error = refusal(&model(&server)).await;
        assert_eq!(error.kind, ChatErrorKind::Refused, "{status}");
        assert!(error.detail.contains("redirects are not followed"), "{}", error.detail);
        assert_clean(&error);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn every_form_of_retry_after_is_read() {
    let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
    for (name, value, expected) in [
        ("retry-after", "7", seconds(7.0)),
        ("retry-after", "0", seconds(0.0)),
        ("retry-after", "1.5", seconds(1.5)),
        ("retry-after", "86400", seconds(86_400.0)),
        ("retry-after", "-1", None),
        ("retry-after", "NaN", None),
        ("retry-after", "soon", None),
        ("retry-after-ms", "250", seconds(0.25)),
        ("x-other", "7", None),
    ] {
        let server = always(Answer::rate_limited(None).header(name, value)).await;
        let kind = refusal(&model(&server)).await.kind;
        assert_eq!(kind, ChatErrorKind::RateLimited { retry_after: expected }, "{name}: {value}");
    }
    // The tests' clock begins at 2023-11-14 22:13:20 and runs with the machine's.
    let server = always(Answer::rate_limited(Some("Tue, 14 Nov 2023 23:13:20 GMT"))).await;
    let ChatErrorKind::RateLimited { retry_after: Some(wait) } = refusal(&model(&server)).await.kind else {
        panic!("a date is not read");
    };
    assert!(wait <= Duration::from_hours(1) && wait > Duration::from_mins(59), "{wait:?}");
}
