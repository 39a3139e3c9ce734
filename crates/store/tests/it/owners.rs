//! What belongs to another owner looks as if it did not exist, and cannot be changed.

use crate::sample::{answer, answered, grade, inspection, keyed, new_turn, question, review, step};
use crate::support::{Kit, at, on_both, owner};
use viva_core::conversation::{Begun, ConversationPage, Owner};
use viva_core::examination::InterviewStep;
use viva_core::ports::{Appended, ConversationStore, InterviewStore};
use viva_store::Store;

on_both!(another_owner_sees_and_changes_nothing);

/// Everything that `who` can see.
async fn everything(store: &Store, who: &Owner) -> String {
    let page = ConversationPage { matching: None, after: None, limit: 99 };
    let conversations = store.list(who, &page).await.unwrap();
    let conversation = store.conversation(who, "c1").await.unwrap();
    let turns = store.turns(who, "c1", 0, 99).await.unwrap();
    let recent = store.recent(who, "c1", 99).await.unwrap();
    let turn = store.turn(who, "c1", "t1").await.unwrap();
    let inspection = store.inspection(who, "c1", "t1").await.unwrap();
    let events = store.events(who, "i1").await.unwrap();
    let interviews = store.interviews(who, None, 99).await.unwrap();
    let reviews = store.reviews(who).await.unwrap();
    let review = store.review(who, &question("gil")).await.unwrap();
    let grades = store.grades(who, at(0)).await.unwrap();
    format!(
        "{conversations:?} {conversation:?} {turns:?} {recent:?} {turn:?} {inspection:?} {events:?} {interviews:?} \
         {reviews:?} {review:?} {grades:?}"
    )
}

async fn fill(store: &Store, who: &Owner, turn: &str) {
    store.create(who, "c1", at(0)).await.unwrap();
    store.begin(who, &keyed(new_turn("c1", turn, "secret", 1), "key", "body")).await.unwrap();
    let mut answer = answer(turn, "secret");
    answer.inspection = Some(inspection());
    assert!(store.finish(turn, &answered(answer), at(2)).await.unwrap());
    let step = InterviewStep {
        reviews: vec![review("gil", 5)],
        grades: vec![grade("gil", 5, Some("i1"))],
        ..step("i1", 0, 2)
    };
    assert_eq!(store.append(who, &step).await.unwrap(), Appended::Written);
}

async fn another_owner_sees_and_changes_nothing(kit: &Kit) {
    let store = &kit.store;
    let (ada, eve) = (owner("ada"), owner("eve"));
    fill(store, &ada, "t1").await;
    let before = everything(store, &ada).await;
    let nothing = everything(store, &owner("nobody")).await;
    assert_eq!(everything(store, &eve).await, nothing);
    let guess = ConversationPage { matching: Some("secret".to_owned()), after: None, limit: 9 };
    assert_eq!(store.list(&eve, &guess).await.unwrap(), []);
    let guess = ConversationPage { matching: None, after: Some("c1".to_owned()), limit: 9 };
    assert_eq!(store.list(&eve, &guess).await.unwrap(), []);
    assert_eq!(store.interviews(&eve, Some("i1"), 9).await.unwrap(), []);

    assert!(!store.rename(&eve, "c1", "mine").await.unwrap());
    assert!(!store.delete(&eve, "c1").await.unwrap());
    let turn = keyed(new_turn("c1", "t2", "mine", 3), "key", "body");
    assert_eq!(store.begin(&eve, &turn).await.unwrap(), Begun::Unknown);
    assert_eq!(store.append(&eve, &step("i1", 2, 1)).await.unwrap(), Appended::Conflict);
    store.schedule(&eve, &review("gil", 99), Some(&grade("gil", 99, Some("i1")))).await.unwrap();
    assert_eq!(everything(store, &ada).await, before);

    // The same ids are free for everybody, and stay apart.
    fill(store, &eve, "t-eve").await;
    assert_eq!(everything(store, &ada).await, before);
    assert!(!everything(store, &eve).await.contains("\"t1\""));
    assert!(store.delete(&eve, "c1").await.unwrap());
    assert_eq!(everything(store, &ada).await, before);
}
