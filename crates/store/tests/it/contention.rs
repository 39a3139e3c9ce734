//! Many writers, readers, a reader that stays, and another program that writes the same file.

use crate::sample::{answer, answered, new_turn};
use crate::support::{HANG, Kit, at, owner};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use viva_core::conversation::{Begun, ConversationPage};
use viva_core::ports::ConversationStore;

/// Writes per writer: each is a transaction, synced to the disk.
const ROUNDS: u64 = 25;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_that_the_database_is_locked() {
    contend(ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: a hundred thousand writes"]
async fn a_hundred_thousand_writes() {
    contend(780).await;
}

async fn contend(rounds: u64) {
    let mut kit = Kit::sqlite().await;
    // The queue is as long as the machine is slow; how long SQLite itself is waited for stays as it is.
    kit.options.wait = HANG;
    kit.store.close().await;
    kit.store = kit.another().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let stays = tokio::spawn(read_for_long(connect(&kit).await, Arc::clone(&is_over)));
    let foreign = tokio::spawn(write_from_outside(connect(&kit).await, Arc::clone(&is_over)));
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        readers.spawn(read_until(kit.store.clone(), Arc::clone(&is_over)));
    }
    let mut writers = JoinSet::new();
    for writer in 0..64 {
        writers.spawn(write(kit.store.clone(), writer, rounds));
    }
    let mut took: Vec<Duration> = tokio::time::timeout(HANG * 30, writers.join_all()).await.unwrap().concat();
    is_over.store(true, Ordering::Relaxed);
    let reads: u32 = readers.join_all().await.into_iter().sum();
    let foreign_writes = foreign.await.unwrap();
    took.sort();
    let percentile = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{} writes (half of them {:?} or less, 99 % {:?}, slowest {:?}), {reads} reads, {foreign_writes} writes from \
         outside: no failure",
        took.len(),
        percentile(50),
        percentile(99),
        percentile(100)
    );
    stays.await.unwrap();
    assert!(foreign_writes > 0 && reads > 0);
    assert_eq!(took.len() as u64, 64 * rounds * 2);
    for writer in 0..64 {
        let kept = kit.store.conversation(&owner("ada"), &format!("c{writer}")).await.unwrap().unwrap();
        assert_eq!(u64::from(kept.turns), rounds);
    }
    assert_eq!(kit.store.check().await.unwrap(), [""; 0]);
    kit.close().await;
}

async fn write(store: viva_store::Store, writer: u64, rounds: u64) -> Vec<Duration> {
    let (who, conversation) = (owner("ada"), format!("c{writer}"));
    store.create(&who, &conversation, at(writer)).await.unwrap();
    let mut took = Vec::new();
    for round in 1..=rounds {
        let id = format!("t{writer}-{round}");
        let start = Instant::now();
        let begun = store.begin(&who, &new_turn(&conversation, &id, "a question", round)).await.unwrap();
        took.push(start.elapsed());
        assert_eq!(begun, Begun::Started(round as u32));
        let start = Instant::now();
        assert!(store.finish(&id, &answered(answer(&id, "an answer")), at(round)).await.unwrap());
        took.push(start.elapsed());
    }
    took
}

async fn read_until(store: viva_store::Store, is_over: Arc<AtomicBool>) -> u32 {
    let who = owner("ada");
    let page = ConversationPage { matching: None, after: None, limit: 20 };
    let mut reads = 0;
    while !is_over.load(Ordering::Relaxed) {
        store.list(&who, &page).await.unwrap();
        store.recent(&who, "c1", 5).await.unwrap();
        reads += 2;
    }
    reads
}

/// Looks at one state of the database for seconds on end, while the log behind it grows.
async fn read_for_long(mut connection: SqliteConnection, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::Relaxed) {
        connection.execute("BEGIN; SELECT count(*) FROM turns").await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        connection.execute("ROLLBACK").await.unwrap();
    }
}

/// As `sqlite3 data/viva.db` would, with transactions that last.
async fn write_from_outside(mut connection: SqliteConnection, is_over: Arc<AtomicBool>) -> u32 {
    let writes = AtomicU32::new(0);
    while !is_over.load(Ordering::Relaxed) {
        connection.execute("BEGIN IMMEDIATE; UPDATE viva_schema SET digest = digest + 0").await.unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
        connection.execute("COMMIT").await.unwrap();
        writes.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    writes.into_inner()
}

async fn connect(kit: &Kit) -> SqliteConnection {
    // Patient: whoever waits with a busy handler may be overtaken for a while.
    SqliteConnectOptions::new().filename(kit.path()).busy_timeout(HANG).connect().await.unwrap()
}
