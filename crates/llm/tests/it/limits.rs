//! Time limits and the cap on the text (reliability, rows 1 and 2). In memory, time is tokio's and stands still.

use crate::support::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use viva_core::chat::{ChatErrorKind, StopReason};
use viva_core::ports::ChatModel;
use viva_llm::{Limited, TimeLimits};
use viva_model_server::Answer;

const SECOND: Duration = Duration::from_secs(1);

fn limited(steps: Vec<Step>) -> Limited {
    Limited::new(Scripted::new([steps]), TimeLimits::default())
}

#[tokio::test(start_paused = true)]
async fn each_limit_ends_the_answer_and_is_named() {
    let wait = |seconds: u32| Step::Wait(seconds * SECOND);
    let dripping: Vec<Step> = (0..20).flat_map(|_| [say("x"), wait(21)]).collect();
    for (name, steps, text, after) in [
        ("first piece of text (60 s)", vec![wait(61), say("late"), stop()], "", 60),
        ("next piece of text (30 s)", vec![wait(50), say("a"), wait(31), say("b"), stop()], "a", 80),
        ("next piece of text (30 s)", vec![say("a"), wait(3600)], "a", 30),
        ("whole answer (300 s)", dripping, "xxxxxxxxxxxxxxx", 300),
    ] {
        let began = Instant::now();
        let heard = ask(&limited(steps)).await;
        let error = heard.error.unwrap();
        assert_eq!((error.kind, heard.text.as_str()), (ChatErrorKind::Timeout, text), "{name}");
        assert!(error.detail.contains(name), "{}", error.detail);
        assert_eq!(began.elapsed().as_secs(), after, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_keeps_the_limits_is_left_alone() {
    let steps = vec![Step::Wait(59 * SECOND), say("a"), Step::Wait(29 * SECOND), say("b"), stop()];
    let heard = ask(&limited(steps)).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("ab", Some(StopReason::EndOfTurn)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_not_the_models_fault() {
    use futures::StreamExt;
    let mut stream = limited(vec![say("a"), say("b"), stop()]).chat(request()).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
        tokio::time::sleep(40 * SECOND).await;
    }
}

#[tokio::test]
async fn text_is_cut_at_the_cap_between_two_characters() {
    let limits = TimeLimits { text_bytes: 10, ..TimeLimits::default() };
    let steps = vec![say("1234567"), say("ééé"), say("never"), stop()];
    let heard = ask(&Limited::new(Scripted::new([steps]), limits)).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("1234567é", Some(StopReason::Length)));
    let steps = vec![say("1234567890"), stop()];
    let heard = ask(&Limited::new(Scripted::new([steps]), limits)).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("1234567890", Some(StopReason::EndOfTurn)));
}

#[tokio::test]
async fn a_silent_server_is_left_within_the_limit_and_hung_up_on() {
    let limits = TimeLimits { first_token: ms(150), idle: ms(100), ..TimeLimits::default() };
    for (answer, text) in [
        (Answer::of_length(9).silent_after(0), ""),
        (Answer::of_length(9).after(HANG), ""),
        (Answer::of_length(9).after(HANG).late_head(), ""),
        (Answer::of_length(9).thinking("hm").silent_after(0), ""),
        (Answer::of_length(9).silent_after(2), "word1 word2 "),
    ] {
        let server = always(answer).await;
        let limited = Limited::new(Arc::new(model(&server)), limits);
        let heard = ask(&limited).await;
        assert_eq!((heard.error_kind(), heard.text.as_str()), (Some(ChatErrorKind::Timeout), text));
        assert!(
            server.wait_until(|seen| seen.open == 0 && seen.hang_ups.len() == 1).await,
            "no socket is left"
        );
    }
}

#[tokio::test]
async fn many_silent_streams_leave_no_socket() {
    let server = always(Answer::of_length(9).silent_after(2)).await;
    let limits = TimeLimits { idle: ms(100), ..TimeLimits::default() };
    let limited = Limited::new(Arc::new(model(&server)), limits);
    let heard = futures::future::join_all((0..200).map(|_| ask(&limited))).await;
    assert!(heard.iter().all(|heard| heard.error_kind() == Some(ChatErrorKind::Timeout)));
    assert!(server.wait_until(|seen| seen.open == 0 && seen.hang_ups.len() == 200).await);
}
