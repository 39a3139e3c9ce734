//! Turns that were left running by a process that is no more.

use crate::sample::{answer, answered, new_turn};
use crate::support::{Kit, at, on_both, owner};
use viva_core::conversation::{Begun, TurnOutcome};
use viva_core::ports::ConversationStore;
use viva_core::turn::FailureKind;
use viva_store::Left;

on_both!(
    an_abandoned_turn_makes_way,
    a_touched_turn_is_alive,
    a_clock_that_jumps_blocks_nobody,
    the_left_ones_are_ended
);

const MINUTE: u64 = 60_000;

async fn assert_interrupted(kit: &Kit, turn: &str, partial: &str) {
    let kept = kit.store.turn(&owner("ada"), "c1", turn).await.unwrap().unwrap();
    let TurnOutcome::Failed { failure, partial: said } = kept.outcome else { panic!("{:?}", kept.outcome) };
    assert_eq!((failure.kind, said.as_str()), (FailureKind::Interrupted, partial));
    assert!(kept.ended.is_some());
}

async fn an_abandoned_turn_makes_way(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &new_turn("c1", "t1", "a", 0)).await.unwrap();
    assert_eq!(kit.store.begin(&who, &new_turn("c1", "t2", "b", MINUTE)).await.unwrap(), Begun::Busy);
    let another = kit.another().await;
    let begun = another.begin(&who, &new_turn("c1", "t2", "b", MINUTE + 1)).await.unwrap();
    assert_eq!(begun, Begun::Started(2));
    assert_interrupted(kit, "t1", "").await;
    // The process that was thought dead is not, and comes too late.
    assert!(!kit.store.finish("t1", &answered(answer("t1", "late")), at(MINUTE + 2)).await.unwrap());
    assert_interrupted(kit, "t1", "").await;
    another.close().await;
}

async fn a_touched_turn_is_alive(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &new_turn("c1", "t1", "a", 0)).await.unwrap();
    kit.store.touch("t1", "half of", at(MINUTE)).await.unwrap();
    let begin = async |id, at| kit.store.begin(&who, &new_turn("c1", id, "b", at)).await.unwrap();
    assert_eq!(begin("t2", 2 * MINUTE).await, Begun::Busy);
    kit.store.touch("t1", "half of it", at(2 * MINUTE)).await.unwrap();
    assert_eq!(begin("t2", 3 * MINUTE).await, Begun::Busy);
    assert_eq!(begin("t2", 3 * MINUTE + 1).await, Begun::Started(2));
    assert_interrupted(kit, "t1", "half of it").await;
}

async fn a_clock_that_jumps_blocks_nobody(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &new_turn("c1", "t1", "a", 600 * MINUTE)).await.unwrap();
    let begun = kit.store.begin(&who, &new_turn("c1", "t2", "b", 0)).await.unwrap();
    assert_eq!(begun, Begun::Started(2));
}

async fn the_left_ones_are_ended(kit: &Kit) {
    let who = owner("ada");
    for (number, began) in [(1, 0), (2, 0), (3, MINUTE)] {
        let id = format!("c{number}");
        kit.store.create(&who, &id, at(0)).await.unwrap();
        kit.store.begin(&who, &new_turn(&id, &format!("t{number}"), "a", began)).await.unwrap();
    }
    kit.store.touch("t2", "", at(MINUTE)).await.unwrap();
    assert_eq!(kit.store.end_abandoned(at(MINUTE + 1), Left::Expired).await.unwrap(), 1);
    assert_interrupted(kit, "t1", "").await;
    let kept = kit.store.turn(&who, "c2", "t2").await.unwrap().unwrap();
    assert_eq!(kept.outcome, TurnOutcome::Running);
    assert_eq!(kit.store.end_abandoned(at(MINUTE + 1), Left::Everything).await.unwrap(), 2);
    assert_eq!(kit.store.end_abandoned(at(MINUTE + 1), Left::Everything).await.unwrap(), 0);
}
