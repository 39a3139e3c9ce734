//! Trying again, and leaving a failing provider alone (reliability, rows 7 and 8).

use crate::support::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use viva_core::chat::{ChatErrorKind, ModelHealth, StopReason};
use viva_core::ports::ChatModel;
use viva_llm::{BreakerOptions, Resilient, RetryOptions};
use viva_model_server::{Answer, in_turn};

fn resilient(inner: Arc<dyn ChatModel>, options: RetryOptions, jitter: f64) -> Resilient {
    Resilient::new(inner, options, clock(), Arc::new(FixedJitter(jitter)))
}

/// A breaker that never opens.
fn without_breaker() -> RetryOptions {
    let breaker = BreakerOptions { consecutive: u32::MAX, window: usize::MAX, ..BreakerOptions::default() };
    RetryOptions { breaker, ..hasty() }
}

fn limited(seconds: f64) -> ChatErrorKind {
    ChatErrorKind::RateLimited { retry_after: Some(Duration::from_secs_f64(seconds)) }
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_first_piece_is_tried_again_twice() {
    for kind in [
        ChatErrorKind::Unreachable,
        ChatErrorKind::Upstream,
        ChatErrorKind::Timeout,
        ChatErrorKind::Malformed,
        ChatErrorKind::Broken,
        ChatErrorKind::RateLimited { retry_after: None },
    ] {
        let scripted = Scripted::new([vec![fail(kind)], vec![fail(kind)], vec![say("ok"), stop()]]);
        let heard = ask(&resilient(scripted.clone(), RetryOptions::default(), 0.9)).await;
        assert_eq!((heard.text.as_str(), scripted.calls()), ("ok", 3), "{kind:?}");

        let scripted = Scripted::new([vec![fail(kind)]]);
        let heard = ask(&resilient(scripted.clone(), RetryOptions::default(), 0.9)).await;
        assert_eq!((heard.error_kind(), scripted.calls()), (Some(kind), 3), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_help_is_not_tried() {
    for kind in [
        ChatErrorKind::Refused,
        ChatErrorKind::Invalid,
        ChatErrorKind::ContextTooLong,
        ChatErrorKind::Filtered,
        ChatErrorKind::Budget,
        limited(20.1),
        limited(86_400.0),
    ] {
        let began = Instant::now();
        let scripted = Scripted::new([vec![fail(kind)]]);
        let error = refusal(&resilient(scripted.clone(), RetryOptions::default(), 0.5)).await;
        assert_eq!((error.kind, scripted.calls()), (kind, 1));
        assert_eq!(began.elapsed(), Duration::ZERO, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_again_once_the_model_has_spoken() {
    let scripted = Scripted::new([vec![say("one "), fail(ChatErrorKind::Broken)], vec![say("two"), stop()]]);
    let heard = ask(&resilient(scripted.clone(), RetryOptions::default(), 0.5)).await;
    assert_eq!((heard.text.as_str(), heard.error_kind()), ("one ", Some(ChatErrorKind::Broken)));
    assert_eq!(scripted.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn pauses_are_as_long_as_asked_and_hardly_longer() {
    for (kind, jitter, least, most) in [
        (limited(7.0), 0.0, 7.0, 7.0),
        (limited(7.0), 0.999, 7.0, 7.7),
        (limited(20.0), 0.999, 20.0, 22.0),
        (limited(0.25), 0.999, 0.25, 0.275),
        // No wish: full jitter below half a second.
        (limited(0.0), 0.999, 0.4, 0.5),
        (ChatErrorKind::RateLimited { retry_after: None }, 0.999, 0.4, 0.5),
        (ChatErrorKind::Upstream, 0.0, 0.0, 0.001),
    ] {
        let began = Instant::now();
        let scripted = Scripted::new([vec![fail(kind)], vec![say("ok"), stop()]]);
        assert_eq!(ask(&resilient(scripted, RetryOptions::default(), jitter)).await.text, "ok");
        let took = began.elapsed().as_secs_f64();
        assert!((least..=most + 0.002).contains(&took), "{kind:?}: {took} s");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_the_patience() {
    // Silence for a minute is not tried again, and a second wish for 20 s is not granted.
    let silent = Scripted::new([vec![Step::Wait(Duration::from_mins(1)), fail(ChatErrorKind::Timeout)]]);
    refusal(&resilient(silent.clone(), RetryOptions::default(), 0.5)).await;
    assert_eq!(silent.calls(), 1);
    let busy = Scripted::new([vec![fail(limited(20.0))]]);
    refusal(&resilient(busy.clone(), RetryOptions::default(), 0.0)).await;
    assert_eq!(busy.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failing_provider_is_left_alone_and_asked_again_later() {
    let mut scripts = vec![vec![fail(ChatErrorKind::Upstream)]; 6];
    scripts.push(vec![say("ok"), stop()]);
    let scripted = Scripted::new(scripts);
    let model = resilient(scripted.clone(), RetryOptions { retries: 0, ..RetryOptions::default() }, 0.5);
    for _ in 0..5 {
        assert_eq!(model.health(), ModelHealth::Good);
        refusal(&model).await;
    }
    let rest = Duration::from_secs(5);
    assert_eq!(model.health(), ModelHealth::Resting { retry_in: rest });
    let error = refusal(&model).await;
    assert_eq!((error.kind, scripted.calls()), (ChatErrorKind::Resting, 5));
    assert!(error.detail.contains("5 s"), "{}", error.detail);

    tokio::time::sleep(rest).await;
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Upstream, "the probe");
    assert_eq!(model.health(), ModelHealth::Resting { retry_in: 2 * rest });
    tokio::time::sleep(2 * rest).await;
    assert_eq!(ask(&model).await.text, "ok");
    assert_eq!(model.health(), ModelHealth::Good);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_the_request_does_not_speak_against_the_provider() {
    for kind in [
        ChatErrorKind::Invalid,
        ChatErrorKind::ContextTooLong,
        ChatErrorKind::Filtered,
        ChatErrorKind::Refused,
    ] {
        let model = resilient(Scripted::new([vec![fail(kind)]]), RetryOptions::default(), 0.5);
        for _ in 0..30 {
            assert_eq!(refusal(&model).await.kind, kind);
        }
        assert_eq!(model.health(), ModelHealth::Good);
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_break_after_they_spoke_open_the_breaker_too() {
    let model =
        resilient(Scripted::new([vec![say("a"), fail(ChatErrorKind::Broken)]]), RetryOptions::default(), 0.5);
    for _ in 0..5 {
        ask(&model).await;
    }
    assert!(matches!(model.health(), ModelHealth::Resting { .. }));
}

#[tokio::test]
async fn retries_work_over_the_wire_and_repeat_nothing() {
    let server = server(in_turn([
        Answer::status(502, "<html>bad gateway</html>"),
        Answer::of_length(4).reset_after(0),
        Answer::of_length(4),
    ]))
    .await;
    let heard = ask(&resilient(Arc::new(model(&server)), hasty(), 0.5)).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("word1 word2 word3 word4 ", Some(StopReason::EndOfTurn)));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_server_that_asks_for_a_day_is_not_waited_for() {
    let server = always(Answer::rate_limited(Some("86400"))).await;
    let error = refusal(&resilient(Arc::new(model(&server)), hasty(), 0.5)).await;
    assert_eq!((error.kind, server.requests().len()), (limited(86_400.0), 1));
}

/// Asks `count` times, 50 at once, and counts the failures.
async fn storm(model: &Arc<Resilient>, count: usize) -> usize {
    use futures::StreamExt;
    let calls = futures::stream::iter(0..count).map(|_| async { ask(model.as_ref()).await.error.is_some() });
    calls.buffer_unordered(50).filter(|failed| std::future::ready(*failed)).count().await
}

#[tokio::test]
async fn a_storm_is_not_made_worse() {
    for answer in [Answer::status(500, "{}"), Answer::rate_limited(None)] {
        let server = always(answer).await;
        // The breaker is taken out, so that the retry budget is alone.
        let model = Arc::new(resilient(Arc::new(model(&server)), without_breaker(), 0.5));
        assert_eq!(storm(&model, 200).await, 200);
        let before = server.requests().len();
        assert!(before <= 200 + 50 + 20, "{before} attempts: the burst is bounded");
        assert_eq!(storm(&model, 1000).await, 1000);
        let attempts = server.requests().len() - before;
        assert!(attempts <= 1100, "{attempts} attempts for 1000 requests");
        assert!(attempts > 1050, "{attempts}: some are still tried again");
    }
}

#[tokio::test]
async fn a_storm_opens_the_breaker_and_passes() {
    let server = always(Answer::status(503, "{}")).await;
    let rest = ms(300);
    let breaker = BreakerOptions { rest, longest_rest: rest, ..BreakerOptions::default() };
    let model = Arc::new(resilient(Arc::new(model(&server)), RetryOptions { breaker, ..hasty() }, 0.5));
    assert_eq!(storm(&model, 1000).await, 1000);
    let attempts = server.requests().len();
    assert!(attempts <= 1100, "{attempts}");
    server.follow(|_| Answer::text("healed"));
    tokio::time::sleep(2 * rest).await;
    assert_eq!(ask(model.as_ref()).await.text, "healed");
    assert_eq!(storm(&model, 100).await, 0);
}
