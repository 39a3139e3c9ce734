//! Conversations: made, listed, searched, renamed, removed.

use crate::sample::{TEXT, answer, answered, inspection, new_turn};
use crate::support::{Kit, at, on_both, owner};
use viva_core::conversation::{Begun, Conversation, ConversationPage, MAX_TITLE_CHARS, Owner};
use viva_core::ports::{ConversationStore, StoreError};
use viva_store::Store;

on_both!(
    a_conversation_is_kept,
    pages_follow_each_other,
    searching_takes_text_as_it_is,
    the_first_question_is_the_title,
    renaming_keeps_the_rest,
    deleting_takes_the_turns_along,
    u0000_is_kept_as_a_replacement,
);

async fn names(store: &Store, who: &Owner, page: &ConversationPage) -> Vec<String> {
    store.list(who, page).await.unwrap().into_iter().map(|conversation| conversation.id).collect()
}

fn page(matching: Option<&str>, after: Option<&str>, limit: u32) -> ConversationPage {
    ConversationPage { matching: matching.map(str::to_owned), after: after.map(str::to_owned), limit }
}

async fn a_conversation_is_kept(kit: &Kit) {
    let who = owner(TEXT);
    let made = kit.store.create(&who, "c1", at(5)).await.unwrap();
    let expected =
        Conversation { id: "c1".to_owned(), title: String::new(), created: at(5), updated: at(5), turns: 0 };
    assert_eq!(made, expected);
    let another = kit.another().await;
    assert_eq!(another.conversation(&who, "c1").await.unwrap(), Some(expected));
    assert_eq!(another.conversation(&who, "c2").await.unwrap(), None);
    another.close().await;
    // An id is given once.
    assert!(matches!(kit.store.create(&who, "c1", at(6)).await, Err(StoreError::Failed(_))));
    kit.store.ping().await.unwrap();
}

async fn pages_follow_each_other(kit: &Kit) {
    let who = owner("ada");
    for number in 0..7 {
        // Two and two with the same time; ids that a locale would order differently.
        let id = ["b", "B", "a-1", "a1", "ab", "Ä", "_"][number];
        kit.store.create(&who, id, at(number as u64 / 2)).await.unwrap();
    }
    let all = ["_", "Ä", "ab", "a1", "a-1", "b", "B"];
    assert_eq!(names(&kit.store, &who, &page(None, None, 50)).await, all);
    let mut walked = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let some = names(&kit.store, &who, &page(None, after.as_deref(), 2)).await;
        let Some(last) = some.last() else { break };
        after = Some(last.clone());
        walked.extend(some);
    }
    assert_eq!(walked, all);
    assert!(names(&kit.store, &who, &page(None, Some("unknown"), 9)).await.is_empty());
    assert!(names(&kit.store, &who, &page(None, None, 0)).await.is_empty());
    // What was said last comes first.
    kit.store.begin(&who, &new_turn("B", "t1", "?", 100)).await.unwrap();
    assert_eq!(names(&kit.store, &who, &page(None, None, 1)).await, ["B"]);
}

async fn searching_takes_text_as_it_is(kit: &Kit) {
    let who = owner("ada");
    for (number, (title, asked)) in [
        ("100% Größe", "What is a_b?"),
        ("100 per cent", "axb"),
        ("\\ backslash", "ÀÉÎ {}[]"),
        ("other", "none"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("c{number}");
        kit.store.create(&who, &id, at(number as u64)).await.unwrap();
        kit.store.begin(&who, &new_turn(&id, &format!("t{number}"), asked, number as u64)).await.unwrap();
        assert!(kit.store.rename(&who, &id, title).await.unwrap());
    }
    for (text, expected) in [
        ("100%", vec!["c0"]),
        ("100", vec!["c1", "c0"]),
        ("a_b", vec!["c0"]),
        ("GRÖSSE", vec![]),
        ("grÖ", vec!["c0"]),
        ("\\", vec!["c2"]),
        ("àéî", vec!["c2"]),
        ("{}[", vec!["c2"]),
        ("%", vec!["c0"]),
        ("_", vec!["c0"]),
        ("", vec!["c3", "c2", "c1", "c0"]),
        ("'; DROP TABLE turns; --", vec![]),
    ] {
        assert_eq!(names(&kit.store, &who, &page(Some(text), None, 9)).await, expected, "{text}");
    }
    assert_eq!(names(&kit.store, &who, &page(Some("100"), Some("c1"), 9)).await, ["c0"]);
    let huge = "%_x".repeat(40_000);
    assert!(names(&kit.store, &who, &page(Some(&huge), None, 9)).await.is_empty());
}

async fn the_first_question_is_the_title(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    let long = format!("  What\n\tis {}", "quite long ".repeat(30));
    assert_eq!(kit.store.begin(&who, &new_turn("c1", "t1", &long, 10)).await.unwrap(), Begun::Started(1));
    let kept = kit.store.conversation(&who, "c1").await.unwrap().unwrap();
    assert!(kept.title.starts_with("What is quite long quite"), "{}", kept.title);
    assert!(kept.title.ends_with('…') && kept.title.chars().count() <= MAX_TITLE_CHARS);
    assert_eq!((kept.updated, kept.turns), (at(10), 1));
    assert!(kit.store.finish("t1", &answered(answer("t1", "x")), at(20)).await.unwrap());
    kit.store.begin(&who, &new_turn("c1", "t2", "second", 30)).await.unwrap();
    let later = kit.store.conversation(&who, "c1").await.unwrap().unwrap();
    assert_eq!((later.title, later.updated, later.turns), (kept.title, at(30), 2));
    // A clock that was set back moves nothing back.
    assert!(kit.store.finish("t2", &answered(answer("t2", "x")), at(1)).await.unwrap());
    assert_eq!(kit.store.conversation(&who, "c1").await.unwrap().unwrap().updated, at(30));
}

async fn renaming_keeps_the_rest(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(3)).await.unwrap();
    assert!(kit.store.rename(&who, "c1", TEXT).await.unwrap());
    assert!(!kit.store.rename(&who, "c2", TEXT).await.unwrap());
    kit.store.begin(&who, &new_turn("c1", "t1", "not the title", 4)).await.unwrap();
    let kept = kit.store.conversation(&who, "c1").await.unwrap().unwrap();
    assert_eq!((kept.title.as_str(), kept.created), (TEXT, at(3)));
}

async fn deleting_takes_the_turns_along(kit: &Kit) {
    let who = owner("ada");
    kit.store.create(&who, "c1", at(0)).await.unwrap();
    kit.store.begin(&who, &new_turn("c1", "t1", "a", 1)).await.unwrap();
    assert!(kit.store.delete(&who, "c1").await.unwrap());
    assert!(!kit.store.delete(&who, "c1").await.unwrap());
    let mut late = answer("t1", "too late");
    late.inspection = Some(inspection());
    assert!(!kit.store.finish("t1", &answered(late), at(2)).await.unwrap());
    kit.store.touch("t1", "too late", at(2)).await.unwrap();
    assert_eq!(kit.store.turn(&who, "c1", "t1").await.unwrap(), None);
    assert_eq!(kit.store.begin(&who, &new_turn("c1", "t2", "a", 3)).await.unwrap(), Begun::Unknown);
    // Nothing of it comes back under the same id.
    kit.store.create(&who, "c1", at(9)).await.unwrap();
    assert_eq!(kit.store.turns(&who, "c1", 0, 9).await.unwrap(), []);
    assert_eq!(kit.store.begin(&who, &new_turn("c1", "t1", "a", 9)).await.unwrap(), Begun::Started(1));
}

async fn u0000_is_kept_as_a_replacement(kit: &Kit) {
    let who = owner("ada\0");
    kit.store.create(&who, "c\0", at(0)).await.unwrap();
    assert!(kit.store.rename(&who, "c\0", "a\0b").await.unwrap());
    assert_eq!(kit.store.conversation(&who, "c\0").await.unwrap().unwrap().title, "a\u{fffd}b");
    assert_eq!(names(&kit.store, &who, &page(Some("A\0B"), None, 9)).await, ["c\u{fffd}"]);
}
