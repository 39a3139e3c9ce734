//! Damaged files: refused, or reported where the damage is met; never other data than what was written.

use crate::sample::{answer, answered, failed, grade, inspection, keyed, new_turn, review, step};
use crate::support::{Kit, Lcg, at, on_both, owner};
use viva_core::conversation::ConversationPage;
use viva_core::examination::InterviewStep;
use viva_core::ports::{ConversationStore, InterviewStore, StoreError, TokenLedger};
use viva_core::turn::FailureKind;
use viva_store::{Address, OpenError, Store, StoreOptions};

on_both!(a_row_that_was_changed_is_named);

async fn a_row_that_was_changed_is_named(kit: &Kit) {
    let (store, who) = (&kit.store, owner("ada"));
    store.create(&who, "c1", at(0)).await.unwrap();
    store.begin(&who, &new_turn("c1", "t1", "a", 0)).await.unwrap();
    let mut full = answer("t1", "x");
    full.inspection = Some(inspection());
    store.finish("t1", &answered(full), at(1)).await.unwrap();
    let step = InterviewStep {
        reviews: vec![review("gil", 1)],
        grades: vec![grade("gil", 1, None)],
        ..step("i1", 0, 3)
    };
    store.append(&who, &step).await.unwrap();
    store.spend(1, 5).await.unwrap();
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    let assert_named = |read: Result<String, StoreError>, expected: [&str; 3]| match read {
        Err(StoreError::Row { table, row, field }) => assert_eq!([table, row.as_str(), field], expected),
        other => panic!("{expected:?}: {other:?}"),
    };
    kit.execute("UPDATE spent_tokens SET tokens = tokens + 1").await;
    assert_named(store.spent(1).await.map(|tokens| tokens.to_string()), ["spent_tokens", "1", "seal"]);
    kit.execute("UPDATE reviews SET stability = stability + 1e-9").await;
    assert_named(store.reviews(&who).await.map(|all| format!("{all:?}")), ["reviews", "gil", "seal"]);
    kit.execute("UPDATE grades SET module = 'other'").await;
    assert_named(store.grades(&who, at(0)).await.map(|all| format!("{all:?}")), ["grades", "1", "seal"]);
    kit.execute("DELETE FROM interview_events WHERE number = 3").await;
    let events = store.events(&who, "i1").await.map(|all| format!("{all:?}"));
    assert_named(events, ["interviews", "i1", "events"]);
    kit.execute("UPDATE turns SET inspection = '{}'").await;
    let read = store.inspection(&who, "c1", "t1").await.map(|one| format!("{one:?}"));
    assert_named(read, ["turns", "t1", "inspection_seal"]);
    let turn = async || store.turn(&who, "c1", "t1").await.map(|one| format!("{one:?}"));
    turn().await.unwrap();
    kit.execute("UPDATE turns SET record = NULL").await;
    assert_named(turn().await, ["turns", "t1", "outcome_seal"]);
    kit.execute("UPDATE turns SET depth = 'bottomless'").await;
    assert_named(turn().await, ["turns", "t1", "depth"]);
    kit.execute("UPDATE conversations SET title = 'another'").await;
    let read = store.conversation(&who, "c1").await.map(|one| format!("{one:?}"));
    assert_named(read, ["conversations", "c1", "seal"]);
    let found = store.check().await.unwrap();
    assert_eq!(found.len(), 5, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn flipped_bits_are_noticed() {
    flip(100, 250, 0xF11B).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: thousands of damaged files"]
async fn thousands_of_flipped_bits_are_noticed() {
    flip(800, 5_000, u64::from(std::process::id())).await;
}

async fn filled() -> Kit {
    let kit = Kit::sqlite().await;
    let (store, who) = (&kit.store, owner("ada"));
    for number in 0..6 {
        let id = format!("c{number}");
        store.create(&who, &id, at(number)).await.unwrap();
        for round in 0..4 {
            let turn = format!("t{number}-{round}");
            let begun = keyed(new_turn(&id, &turn, "What is the GIL?", round), &turn, "body");
            store.begin(&who, &begun).await.unwrap();
            let mut full = answer(&turn, "A lock.");
            full.inspection = Some(inspection());
            let outcome = if round == 3 { failed(FailureKind::Timeout, "A") } else { answered(full) };
            store.finish(&turn, &outcome, at(round)).await.unwrap();
        }
        store.begin(&who, &new_turn(&id, &format!("t{number}-running"), "?", 9)).await.unwrap();
        store.touch(&format!("t{number}-running"), "so far", at(9)).await.unwrap();
        let step = InterviewStep {
            reviews: vec![review(&format!("q{number}"), number)],
            grades: vec![grade("gil", number, Some("i1"))],
            ..step(&format!("i{number}"), 0, 5)
        };
        store.append(&who, &step).await.unwrap();
        store.spend(number as u32, 1_000).await.unwrap();
    }
    store.close().await;
    kit
}

/// Everything that can be read, each as text, or the error that takes its place.
async fn everything(store: &Store) -> Vec<Result<String, StoreError>> {
    let who = owner("ada");
    let page = ConversationPage { matching: None, after: None, limit: 99 };
    let mut all = vec![
        store.list(&who, &page).await.map(|list| format!("{list:?}")),
        store.interviews(&who, None, 99).await.map(|list| format!("{list:?}")),
        store.reviews(&who).await.map(|list| format!("{list:?}")),
        store.grades(&who, at(0)).await.map(|list| format!("{list:?}")),
    ];
    for number in 0..6_u32 {
        let id = format!("c{number}");
        all.push(store.conversation(&who, &id).await.map(|one| format!("{one:?}")));
        all.push(store.turns(&who, &id, 0, 99).await.map(|list| format!("{list:?}")));
        all.push(store.recent(&who, &id, 3).await.map(|list| format!("{list:?}")));
        for turn in ["0", "1", "3", "running"] {
            let turn = format!("t{number}-{turn}");
            all.push(store.turn(&who, &id, &turn).await.map(|one| format!("{one:?}")));
            all.push(store.inspection(&who, &id, &turn).await.map(|one| format!("{one:?}")));
        }
        all.push(store.events(&who, &format!("i{number}")).await.map(|list| format!("{list:?}")));
        all.push(store.spent(number).await.map(|tokens| format!("{tokens}")));
    }
    all
}

#[derive(Default, Debug)]
struct Tally {
    refused: u32,
    reported: u32,
    harmless: u32,
}

async fn flip(in_header: usize, in_pages: usize, seed: u64) {
    println!("seed {seed}");
    let kit = filled().await;
    let whole = std::fs::read(kit.path()).unwrap();
    let store = kit.another().await;
    let truth: Vec<String> = everything(&store).await.into_iter().map(Result::unwrap).collect();
    store.close().await;
    let mut random = Lcg(seed);
    let mut tally = Tally::default();
    for flipped in 0..in_header + in_pages {
        let bit = match flipped {
            // The header is 100 bytes long: with 800, every bit of it once.
            _ if flipped < in_header => flipped * (800 / in_header),
            _ => random.below(whole.len() * 8),
        };
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        look(&bytes, &truth, &mut tally, &format!("bit {bit}")).await;
    }
    println!("{} bytes: {tally:?}", whole.len());
    assert!(tally.refused > 0 && tally.reported > 0, "{tally:?}");
    for length in [1, 15, 16, 99, 100, 4_096, 4_097, whole.len() / 2] {
        let mut tally = Tally::default();
        look(&whole[..length], &truth, &mut tally, &format!("cut to {length}")).await;
        assert_eq!(tally.refused, 1, "cut to {length}: {tally:?}");
    }
    kit.close().await;
}

async fn look(bytes: &[u8], truth: &[String], tally: &mut Tally, what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("viva.db");
    std::fs::write(&file, bytes).unwrap();
    let store = match Store::open(StoreOptions::new(Address::file(file))).await {
        Ok(store) => store,
        Err(error) => {
            assert!(error.to_string().contains("viva.db"), "{what}: {error}");
            assert!(!matches!(error, OpenError::Unavailable { .. }), "{what}: {error}");
            tally.refused += 1;
            return;
        }
    };
    let mut is_reported = false;
    for (read, truth) in everything(&store).await.into_iter().zip(truth) {
        match read {
            Ok(read) => assert_eq!(read, *truth, "{what}: other data, and no error"),
            Err(_) => is_reported = true,
        }
    }
    if is_reported {
        assert_ne!(store.check().await.unwrap(), [""; 0], "{what}: the check finds nothing");
    }
    tally.reported += u32::from(is_reported);
    tally.harmless += u32::from(!is_reported);
    store.close().await;
}
