//! The same request sent twice makes one turn.

use crate::sample::{answer, answered, keyed, new_turn};
use crate::support::{Kit, at, on_both, owner};
use viva_core::conversation::{Begun, TurnOutcome};
use viva_core::ports::ConversationStore;
use viva_core::turn::FailureKind;

on_both!(
    a_repeated_request_gets_its_turn,
    keys_belong_to_a_conversation,
    a_repeated_request_may_be_abandoned,
    duplicates_at_once
);

async fn a_repeated_request_gets_its_turn(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    let first = keyed(new_turn("c1", "t1", "a", 1), "key", "body");
    assert_eq!(kit.store.begin(&who, &first).await.unwrap(), Begun::Started(1));
    let again = keyed(new_turn("c1", "t2", "a", 2), "key", "body");
    let Begun::Repeated(turn) = kit.store.begin(&who, &again).await.unwrap() else { panic!("not repeated") };
    assert_eq!((turn.id.as_str(), &turn.outcome), ("t1", &TurnOutcome::Running));
    let other = keyed(new_turn("c1", "t3", "b", 2), "key", "other body");
    assert_eq!(kit.store.begin(&who, &other).await.unwrap(), Begun::KeyReused);
    let outcome = answered(answer("t1", "x"));
    assert!(kit.store.finish("t1", &outcome, at(3)).await.unwrap());
    let Begun::Repeated(turn) = kit.store.begin(&who, &again).await.unwrap() else { panic!("not repeated") };
    assert_eq!((turn.id.as_str(), turn.outcome), ("t1", outcome));
    assert_eq!(kit.store.conversation(&who, "c1").await.unwrap().unwrap().turns, 1);
}

async fn keys_belong_to_a_conversation(kit: &Kit) {
    let who = owner("ada");
    for id in ["c1", "c2"] {
        kit.store.create(&who, id, at(0)).await.unwrap();
        let turn = keyed(new_turn(id, &format!("t-{id}"), "a", 1), "key", id);
        assert_eq!(kit.store.begin(&who, &turn).await.unwrap(), Begun::Started(1));
    }
}

async fn a_repeated_request_may_be_abandoned(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &keyed(new_turn("c1", "t1", "a", 1), "key", "body")).await.unwrap();
    let again = keyed(new_turn("c1", "t2", "a", 100_000), "key", "body");
    let Begun::Repeated(turn) = kit.store.begin(&who, &again).await.unwrap() else { panic!("not repeated") };
    let TurnOutcome::Failed { failure, .. } = turn.outcome else { panic!("still {:?}", turn.outcome) };
    assert_eq!(failure.kind, FailureKind::Interrupted);
}

async fn duplicates_at_once(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    for round in 1..=50_u32 {
        let mut pair = tokio::task::JoinSet::new();
        for twin in ["a", "b"] {
            let turn = new_turn("c1", &format!("t{round}-{twin}"), "a", u64::from(round));
            let (store, who, turn) =
                (kit.store.clone(), who.clone(), keyed(turn, &round.to_string(), "body"));
            pair.spawn(async move { store.begin(&who, &turn).await.unwrap() });
        }
        let begun = pair.join_all().await;
        assert!(begun.contains(&Begun::Started(round)), "{begun:?}");
        let id = begun.iter().find_map(|begun| match begun {
            Begun::Repeated(turn) => Some(turn.id.clone()),
            _ => None,
        });
        assert!(kit.store.finish(&id.unwrap(), &answered(answer("t", "x")), at(1)).await.unwrap());
    }
    assert_eq!(kit.store.conversation(&who, "c1").await.unwrap().unwrap().turns, 50);
}
