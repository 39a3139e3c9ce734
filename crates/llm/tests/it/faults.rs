//! Streams that break (reliability, rows 1 and 9) and connections that were closed while idle (row 15).

use crate::support::*;
use viva_core::chat::{ChatErrorKind, StopReason};
use viva_model_server::{Answer, ModelServer};

#[tokio::test]
async fn a_stream_that_breaks_is_never_a_whole_answer() {
    for said in [1, 5] {
        for (name, answer) in [
            ("reset", Answer::of_length(9).reset_after(said)),
            ("dropped", Answer::of_length(9).dropped_after(said)),
            ("closed in good form", Answer::of_length(9).closed_after(said)),
        ] {
            for answer in [answer.clone(), answer.clone().in_one_packet(), answer.cut_every(11)] {
                let server = always(answer).await;
                let heard = ask(&model(&server)).await;
                // A reset may overtake what was sent before it.
                let was_overtaken = name == "reset" && heard.text.is_empty();
                let kind = if was_overtaken { ChatErrorKind::Unreachable } else { ChatErrorKind::Broken };
                assert_eq!(heard.error_kind(), Some(kind), "{name} after {said}");
                assert_eq!(heard.stop, None);
                let words: Vec<&str> = heard.text.split_whitespace().collect();
                // What is there is a beginning, without repetition.
                assert!(words.len() <= said, "{name}: {words:?}");
                assert!(
                    words.iter().zip(1..).all(|(word, n)| *word == format!("word{n}")),
                    "{name}: {words:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_before_the_first_piece_is_an_error_of_the_call() {
    for (answer, kind) in [
        (Answer::of_length(9).reset_after(0), ChatErrorKind::Unreachable),
        (Answer::of_length(9).dropped_after(0), ChatErrorKind::Unreachable),
        (Answer::of_length(9).closed_after(0), ChatErrorKind::Broken),
        (Answer::hang_up(), ChatErrorKind::Unreachable),
    ] {
        let server = always(answer).await;
        assert_eq!(refusal(&model(&server)).await.kind, kind);
    }
}

#[tokio::test]
async fn a_connection_lost_at_any_byte_is_noticed_unless_all_was_said() {
    let words = 5;
    let server = server(move |request| Answer::of_length(words).lost_after_bytes(request.number * 9)).await;
    let model = model(&server);
    let mut whole = 0;
    for _ in 0..250 {
        let heard = ask(&model).await;
        let said = heard.text.split_whitespace().count();
        if heard.stop.is_some() {
            assert_eq!(said, words, "the reason stands behind all of the text");
            whole += 1;
        } else {
            let kind = heard.error_kind().unwrap();
            let expected = if said == 0 { ChatErrorKind::Unreachable } else { ChatErrorKind::Broken };
            assert_eq!(kind, expected, "{said} words");
        }
    }
    assert!((1..200).contains(&whole), "{whole} of 250 were whole");
}

#[tokio::test]
async fn a_connection_closed_while_idle_costs_nobody_an_error() {
    // Every second request meets a connection that the server closes in that moment.
    let server = server(|request| match request.on_connection {
        1 => Answer::text("ok"),
        _ => Answer::hang_up(),
    })
    .await;
    let model = model(&server);
    for round in 0..200 {
        let heard = ask(&model).await;
        assert_eq!((heard.text.as_str(), heard.error), ("ok", None), "round {round}");
    }
    let seen = server.seen();
    assert_eq!(
        (seen.requests.len(), seen.accepted),
        (399, 200),
        "one more request for each closed connection"
    );
}

#[tokio::test]
async fn a_new_connection_that_is_closed_is_not_tried_again_in_silence() {
    let server = always(Answer::hang_up()).await;
    assert_eq!(refusal(&model(&server)).await.kind, ChatErrorKind::Unreachable);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let server = always(Answer::text("before")).await;
    let (model, address) = (model(&server), server.address());
    assert_eq!(ask(&model).await.text, "before");
    drop(server);
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Unreachable);
    let _server = ModelServer::start_at(address, |_| Answer::text("after")).await.unwrap();
    let heard = ask(&model).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("after", Some(StopReason::EndOfTurn)));
}
