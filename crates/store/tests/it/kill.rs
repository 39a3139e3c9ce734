//! Processes that are killed while they write: what they were told is kept is there, and nothing is there by half.

use crate::sample::{answer, answered, new_turn, step};
use crate::support::{Kit, Lcg, argument, at, child, on_both, owner};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};
use viva_core::conversation::{Begun, TurnOutcome};
use viva_core::ports::{Appended, ConversationStore, InterviewStore, TokenLedger};
use viva_core::turn::FailureKind;
use viva_store::{Left, Store, StoreOptions};

on_both!(what_was_acknowledged_is_kept);

async fn what_was_acknowledged_is_kept(kit: &Kit) {
    kill(kit, 12, 0x5EED).await;
}

#[tokio::test]
#[ignore = "takes minutes: five hundred kills"]
async fn five_hundred_kills() {
    let kit = Kit::sqlite().await;
    kill(&kit, 500, u64::from(std::process::id())).await;
    kit.close().await;
}

/// What the killed children were told, by the number they gave it.
#[derive(Default)]
struct Acknowledged {
    begun: HashMap<u32, u32>,
    finished: HashMap<u32, u32>,
    events: u32,
    tokens: u64,
}

async fn kill(kit: &Kit, kills: usize, seed: u64) {
    println!("seed {seed}");
    kit.store.create(&owner("ada"), "c1", at(0)).await.unwrap();
    kit.store.close().await;
    let mut random = Lcg(seed);
    let mut said = Acknowledged::default();
    let mut slowest = Duration::ZERO;
    for round in 0..kills {
        let mut writer = child("kill::child_that_writes", &kit.url());
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Let it come up, however slow the machine is.
        lines.by_ref().find(|line| line.ends_with("writing"));
        if round % 2 == 0 {
            // And let it write something.
            lines.by_ref().inspect(|line| note(line, &mut said)).find(|line| line.starts_with("spent"));
        }
        std::thread::sleep(Duration::from_millis(random.below(120) as u64));
        writer.kill().unwrap();
        writer.wait().unwrap();
        lines.for_each(|line| note(&line, &mut said));
        let start = Instant::now();
        let store = kit.another().await;
        slowest = slowest.max(start.elapsed());
        assert_kept(&store, &said, &format!("seed {seed}, kill {round}")).await;
        store.close().await;
    }
    println!(
        "{kills} kills; acknowledged: {} turns begun, {} finished, {} events, {} tokens; slowest start {slowest:?}",
        said.begun.len(),
        said.finished.len(),
        said.events,
        said.tokens
    );
    assert!(said.finished.len() >= kills / 2, "hardly anything was written: the test proves nothing");
}

fn note(line: &str, said: &mut Acknowledged) {
    let mut words = line.split(' ');
    let (Some(verb), Some(Ok(number))) = (words.next(), words.next().map(str::parse::<u32>)) else { return };
    match verb {
        "began" => drop(said.begun.insert(number, number)),
        "finished" => drop(said.finished.insert(number, number)),
        "appended" => said.events = said.events.max(number),
        "spent" => said.tokens += u64::from(number),
        _ => {}
    }
}

async fn assert_kept(store: &Store, said: &Acknowledged, what: &str) {
    let who = owner("ada");
    store.end_abandoned(at(1), Left::Everything).await.unwrap();
    let conversation = store.conversation(&who, "c1").await.unwrap().unwrap();
    let turns = store.turns(&who, "c1", 0, u32::MAX).await.unwrap();
    assert_eq!(turns.len(), conversation.turns as usize, "{what}");
    for (turn, number) in turns.iter().zip(1..) {
        assert_eq!(turn.number, number, "{what}");
        match &turn.outcome {
            TurnOutcome::Answered(answer) => assert_eq!(answer.text, format!("answer {number}"), "{what}"),
            TurnOutcome::Failed { failure, .. } => {
                assert_eq!(failure.kind, FailureKind::Interrupted, "{what}");
                assert!(!said.finished.contains_key(&number), "{what}: turn {number} lost its answer");
            }
            TurnOutcome::Running => panic!("{what}: turn {number} is running"),
        }
    }
    for number in said.begun.keys().chain(said.finished.keys()) {
        assert!(*number <= conversation.turns, "{what}: turn {number} of {} is lost", conversation.turns);
    }
    let events = store.events(&who, "i1").await.unwrap().unwrap_or_default();
    assert!(events.len() >= said.events as usize, "{what}: {} of {} events", events.len(), said.events);
    assert_eq!(events.len() % 3, 0, "{what}: half a step");
    assert!(store.spent(1).await.unwrap() >= said.tokens, "{what}");
    assert_eq!(store.check().await.unwrap(), [""; 0], "{what}");
}

#[tokio::test]
#[ignore = "the child of `what_was_acknowledged_is_kept`"]
async fn child_that_writes() {
    let Some(url) = argument() else { return };
    let who = owner("ada");
    let store = Store::open(StoreOptions::new(url.parse().unwrap())).await.unwrap();
    let mut events = store.events(&who, "i1").await.unwrap().unwrap_or_default().len() as u32;
    println!("writing");
    loop {
        let name = format!("t{}-{}", std::process::id(), events);
        let Begun::Started(number) = store.begin(&who, &new_turn("c1", &name, "a", 0)).await.unwrap() else {
            panic!("not started");
        };
        println!("began {number}");
        store.touch(&name, "so far", at(0)).await.unwrap();
        let outcome = answered(answer(&name, &format!("answer {number}")));
        assert!(store.finish(&name, &outcome, at(0)).await.unwrap());
        println!("finished {number}");
        assert_eq!(store.append(&who, &step("i1", events, 3)).await.unwrap(), Appended::Written);
        events += 3;
        println!("appended {events}");
        store.spend(1, 7).await.unwrap();
        println!("spent 7");
    }
}
