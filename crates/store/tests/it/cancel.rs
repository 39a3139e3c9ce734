//! Callers that go away: whatever they were waiting for, no connection is harmed and no half of anything stays.

use crate::sample::{answer, answered, failed, new_turn, question, review, step};
use crate::support::{HANG, Kit, Lcg, at, on_both, owner};
use std::pin::pin;
use std::task::Poll;
use viva_core::conversation::{ConversationPage, TurnOutcome};
use viva_core::examination::InterviewStep;
use viva_core::ports::{ConversationStore, InterviewStore, TokenLedger};
use viva_core::turn::FailureKind;

on_both!(callers_that_go_away_at_every_poll, a_write_goes_on_without_its_caller);

/// Polls `future` `times` times and drops it then, if it is not ready.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn callers_that_go_away_at_every_poll(kit: &Kit) {
    let (store, who) = (&kit.store, owner("ada"));
    let seed = 0xCA11;
    println!("seed {seed}");
    let mut random = Lcg(seed);
    let everything = ConversationPage { matching: None, after: None, limit: 999 };
    let mut dropped = 0;
    let mut gone = |outcome: Option<()>| dropped += u32::from(outcome.is_none());
    for round in 0..150 {
        let (id, turn) = (format!("c{round}"), format!("t{round}"));
        let polls = |random: &mut Lcg| random.below(3);
        gone(
            polled(polls(&mut random), store.create(&who, &id, at(round)))
                .await
                .map(|made| _ = made.unwrap()),
        );
        let begun = new_turn(&id, &turn, "a question", round);
        gone(polled(polls(&mut random), store.begin(&who, &begun)).await.map(|begun| _ = begun.unwrap()));
        gone(polled(polls(&mut random), store.touch(&turn, "part", at(round))).await.map(Result::unwrap));
        let outcome =
            if round % 2 == 0 { answered(answer(&turn, "x")) } else { failed(FailureKind::Timeout, "part") };
        let finished = polled(polls(&mut random), store.finish(&turn, &outcome, at(round))).await;
        gone(finished.map(|ended| _ = ended.unwrap()));
        let step = InterviewStep { reviews: vec![review("gil", round)], ..step(&format!("i{round}"), 0, 3) };
        gone(polled(polls(&mut random), store.append(&who, &step)).await.map(|written| _ = written.unwrap()));
        gone(polled(polls(&mut random), store.spend(1, 1)).await.map(Result::unwrap));
        gone(polled(polls(&mut random), store.list(&who, &everything)).await.map(|page| _ = page.unwrap()));
        gone(polled(polls(&mut random), store.reviews(&who)).await.map(|reviews| _ = reviews.unwrap()));
        if round % 5 == 4 {
            gone(polled(polls(&mut random), store.delete(&who, &id)).await.map(|gone| _ = gone.unwrap()));
        }
    }
    println!("{dropped} callers went away");
    assert!(dropped > 500);
    tokio::time::timeout(HANG, assert_sound(kit)).await.unwrap();
}

async fn a_write_goes_on_without_its_caller(kit: &Kit) {
    let (store, who) = (&kit.store, owner("ada"));
    store.create(&who, "c1", at(0)).await.unwrap();
    store.begin(&who, &new_turn("c1", "t1", "a", 0)).await.unwrap();
    let outcome = answered(answer("t1", "x"));
    assert!(polled(1, store.finish("t1", &outcome, at(1))).await.is_none());
    let is_kept = async {
        while store.turn(&who, "c1", "t1").await.unwrap().unwrap().outcome != outcome {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANG, is_kept).await.unwrap();
}

/// Every connection works, and nothing is there by half.
async fn assert_sound(kit: &Kit) {
    let (store, who) = (&kit.store, owner("ada"));
    let mut all = tokio::task::JoinSet::new();
    for number in 0..kit.options.connections * 3 {
        let (store, who) = (store.clone(), who.clone());
        all.spawn(async move {
            store.ping().await.unwrap();
            store.create(&who, &format!("after-{number}"), at(0)).await.unwrap();
        });
    }
    all.join_all().await;
    let everything = ConversationPage { matching: None, after: None, limit: 999 };
    for conversation in store.list(&who, &everything).await.unwrap() {
        let turns = store.turns(&who, &conversation.id, 0, 9).await.unwrap();
        assert_eq!(turns.len(), conversation.turns as usize, "{}", conversation.id);
        for turn in turns {
            assert_eq!(turn.ended.is_none(), turn.outcome == TurnOutcome::Running);
            // Whoever comes next can go on.
            if turn.ended.is_none() {
                let outcome = failed(FailureKind::Internal, "");
                assert!(store.finish(&turn.id, &outcome, at(9)).await.unwrap());
            }
        }
    }
    for interview in store.interviews(&who, None, 999).await.unwrap() {
        assert_eq!(store.events(&who, &interview.id).await.unwrap().unwrap().len(), 3);
    }
    store.review(&who, &question("gil")).await.unwrap();
    assert!(store.spent(1).await.unwrap() <= 150);
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}
