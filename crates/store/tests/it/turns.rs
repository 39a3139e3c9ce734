//! Turns: begun, touched, ended, read.

use crate::sample::{TEXT, answer, answered, failed, inspection, new_turn};
use crate::support::{Kit, at, on_both, owner};
use viva_core::conversation::{Begun, TurnOutcome};
use viva_core::ports::{ConversationStore, StoreError};
use viva_core::turn::{DegradedReason, Depth, FailureKind, Mode};

on_both!(
    everything_of_an_answer_is_kept,
    every_failure_is_kept,
    a_turn_ends_once,
    turns_are_read_in_order,
    a_conversation_answers_one_turn_at_a_time,
    two_beginnings_at_once_make_one_turn,
);

async fn everything_of_an_answer_is_kept(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    let mut begun = new_turn("c1", "t1", TEXT, 1);
    begun.depth = Depth::Brief;
    assert_eq!(kit.store.begin(&who, &begun).await.unwrap(), Begun::Started(1));
    let running = kit.store.turn(&who, "c1", "t1").await.unwrap().unwrap();
    assert_eq!((&running.outcome, running.ended, running.depth), (&TurnOutcome::Running, None, Depth::Brief));
    let mut full = answer("t1", TEXT);
    full.inspection = Some(inspection());
    assert!(kit.store.finish("t1", &answered(full.clone()), at(2)).await.unwrap());
    let another = kit.another().await;
    assert_eq!(another.inspection(&who, "c1", "t1").await.unwrap(), full.inspection.take());
    let kept = another.turn(&who, "c1", "t1").await.unwrap().unwrap();
    assert_eq!(kept.asked.as_deref(), Some(TEXT));
    assert_eq!((kept.began, kept.ended), (at(1), Some(at(2))));
    assert_eq!(kept.outcome, answered(full));
    another.close().await;

    // The least that an answer can have, and every variant.
    let reasons = [
        DegradedReason::ModelUnavailable,
        DegradedReason::ModelTimeout,
        DegradedReason::ModelRejected,
        DegradedReason::Budget,
    ];
    for (number, reason) in reasons.into_iter().enumerate() {
        let id = format!("bare-{number}");
        let mut go_deeper = new_turn("c1", &id, "", 10);
        go_deeper.asked = None;
        kit.store.begin(&who, &go_deeper).await.unwrap();
        let mut bare = answer(&id, "");
        bare.mode = Mode::Extractive;
        bare.degraded = (number > 0).then(|| viva_core::turn::Degraded { reason, detail: String::new() });
        (bare.conversation, bare.usage, bare.query.reason) = (None, None, None);
        bare.citations.clear();
        bare.nearest.clear();
        assert!(kit.store.finish(&id, &answered(bare.clone()), at(11)).await.unwrap());
        let kept = kit.store.turn(&who, "c1", &id).await.unwrap().unwrap();
        assert_eq!((kept.asked, kept.outcome), (None, answered(bare)));
        assert_eq!(kit.store.inspection(&who, "c1", &id).await.unwrap(), None);
    }
}

async fn every_failure_is_kept(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    let kinds = [
        FailureKind::Unavailable,
        FailureKind::Timeout,
        FailureKind::Interrupted,
        FailureKind::ShuttingDown,
        FailureKind::Internal,
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        let id = format!("t{number}");
        kit.store.begin(&who, &new_turn("c1", &id, "a", number as u64)).await.unwrap();
        let outcome = failed(kind, "said \0 so far [1]");
        assert!(kit.store.finish(&id, &outcome, at(50)).await.unwrap());
        assert_eq!(kit.store.turn(&who, "c1", &id).await.unwrap().unwrap().outcome, outcome);
        assert_eq!(kit.store.inspection(&who, "c1", &id).await.unwrap(), None);
    }
}

async fn a_turn_ends_once(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &new_turn("c1", "t1", "a", 1)).await.unwrap();
    assert!(matches!(kit.store.finish("t1", &TurnOutcome::Running, at(2)).await, Err(StoreError::Failed(_))));
    kit.store.touch("t1", "so far \0", at(2)).await.unwrap();
    let outcome = answered(answer("t1", "first"));
    assert!(kit.store.finish("t1", &outcome, at(3)).await.unwrap());
    for later in [&outcome, &failed(FailureKind::Timeout, ""), &answered(answer("t1", "second"))] {
        assert!(!kit.store.finish("t1", later, at(4)).await.unwrap());
    }
    kit.store.touch("t1", "late", at(5)).await.unwrap();
    let kept = kit.store.turn(&who, "c1", "t1").await.unwrap().unwrap();
    assert_eq!((kept.outcome, kept.ended), (outcome, Some(at(3))));
    assert!(!kit.store.finish("unknown", &answered(answer("x", "")), at(4)).await.unwrap());
}

async fn turns_are_read_in_order(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    for number in 1..=12_u32 {
        // Ids in an order of their own.
        let id = format!("t{}", 99 - number);
        let begun = kit.store.begin(&who, &new_turn("c1", &id, "a", 0)).await.unwrap();
        assert_eq!(begun, Begun::Started(number));
        assert!(kit.store.finish(&id, &answered(answer(&id, "x")), at(1)).await.unwrap());
    }
    let numbers = |turns: Vec<viva_core::conversation::TurnRecord>| {
        turns.into_iter().map(|turn| turn.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(kit.store.turns(&who, "c1", 0, 5).await.unwrap()), [1, 2, 3, 4, 5]);
    assert_eq!(numbers(kit.store.turns(&who, "c1", 9, 100).await.unwrap()), [10, 11, 12]);
    assert_eq!(numbers(kit.store.turns(&who, "c1", u32::MAX, u32::MAX).await.unwrap()), [0; 0]);
    assert_eq!(numbers(kit.store.recent(&who, "c1", 3).await.unwrap()), [10, 11, 12]);
    assert_eq!(numbers(kit.store.recent(&who, "c1", 99).await.unwrap()).len(), 12);
    assert_eq!(kit.store.turns(&who, "c2", 0, 9).await.unwrap(), []);
}

async fn a_conversation_answers_one_turn_at_a_time(kit: &Kit) {
    let who = owner("ada");
    for id in ["c1", "c2"] {
        kit.store.create(&who, id, at(0)).await.unwrap();
    }
    let begin = async |conversation: &str, id: &str| {
        kit.store.begin(&who, &new_turn(conversation, id, "a", 1)).await.unwrap()
    };
    assert_eq!(begin("c1", "t1").await, Begun::Started(1));
    assert_eq!(begin("c1", "t2").await, Begun::Busy);
    assert_eq!(begin("c2", "t3").await, Begun::Started(1));
    assert_eq!(begin("c3", "t4").await, Begun::Unknown);
    assert!(kit.store.finish("t1", &failed(FailureKind::Timeout, ""), at(2)).await.unwrap());
    assert_eq!(begin("c1", "t2").await, Begun::Started(2));
}

async fn two_beginnings_at_once_make_one_turn(kit: &Kit) {
    let who = owner("ada");
    let another = kit.another().await;
    for round in 0..20 {
        let id = format!("c{round}");
        kit.store.create(&who, &id, at(0)).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..6 {
            let store = if number % 2 == 0 { kit.store.clone() } else { another.clone() };
            let (who, turn) = (who.clone(), new_turn(&id, &format!("t{round}-{number}"), "a", 1));
            tasks.spawn(async move { store.begin(&who, &turn).await.unwrap() });
        }
        let begun = tasks.join_all().await;
        assert_eq!(begun.iter().filter(|begun| **begun == Begun::Started(1)).count(), 1, "{begun:?}");
        assert_eq!(begun.iter().filter(|begun| **begun == Begun::Busy).count(), 5, "{begun:?}");
    }
    another.close().await;
}
