//! A PostgreSQL server that fails: connections ended, the server gone and back, silent, or fully taken.

use crate::proxy::{Mode, Proxy};
use crate::sample::{answer, answered, new_turn};
use crate::support::{HANG, Kit, at, drop_database, new_database, owner};
use sqlx::{Connection, Executor};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use viva_core::conversation::Begun;
use viva_core::ports::{ConversationStore, StoreError};
use viva_store::{Store, StoreOptions};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn ended_connections_are_replaced() {
    let kit = Kit::postgres().await;
    let (store, who) = (&kit.store, owner("ada"));
    store.create(&who, "c1", at(0)).await.unwrap();
    let mut plain = kit.plain().await;
    for round in 1..=10_u32 {
        let mut pings = tokio::task::JoinSet::new();
        for _ in 0..kit.options.connections {
            let store = store.clone();
            pings.spawn(async move { store.ping().await });
        }
        pings.join_all().await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'viva'";
        let ended = plain.execute(end).await.unwrap().rows_affected();
        assert!(ended > 0);
        let start = Instant::now();
        let id = format!("t{round}");
        let begun = until_available(async || store.begin(&who, &new_turn("c1", &id, "a", 0)).await).await;
        assert_eq!(begun, Begun::Started(round));
        assert!(store.finish(&id, &answered(answer(&id, "x")), at(0)).await.unwrap());
        println!("{ended} connections ended; working again after {:?}", start.elapsed());
    }
    plain.close().await.unwrap();
    kit.close().await;
}

/// Tries again as long as the database says that it is not available.
async fn until_available<T>(mut attempt: impl AsyncFnMut() -> Result<T, StoreError>) -> T {
    let start = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(StoreError::Unavailable(why)) => assert!(start.elapsed() < HANG, "{why}"),
            Err(error) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A store whose way to the server leads through a proxy.
async fn through_proxy() -> (Store, Proxy, StoreOptions, (String, String)) {
    let (admin, database, url) = new_database().await;
    let scheme = url.find("://").unwrap() + 3;
    let start = url[scheme..].find('@').map_or(scheme, |at| scheme + at + 1);
    let end = start + url[start..].find('/').unwrap();
    let server = &url[start..end];
    let target = if server.contains(':') { server.to_owned() } else { format!("{server}:5432") };
    let proxy = Proxy::start(target).await;
    let url = format!("{}{}{}", &url[..start], proxy.address, &url[end..]);
    let mut options = StoreOptions::new(url.parse().unwrap());
    options.statement_limit = Duration::from_secs(1);
    let store = Store::open(options.clone()).await.unwrap();
    store.create(&owner("ada"), "c1", at(0)).await.unwrap();
    (store, proxy, options, (admin, database))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_server_that_goes_away_comes_back() {
    let (store, proxy, _, (admin, database)) = through_proxy().await;
    let who = owner("ada");
    let mut kept = 0;
    for mode in [Mode::Cut, Mode::Silent, Mode::Cut] {
        let is_set = Arc::new(AtomicBool::new(false));
        let writer =
            tokio::spawn(write_until_refused(store.clone(), format!("{mode:?}-{kept}"), Arc::clone(&is_set)));
        tokio::time::sleep(Duration::from_millis(500)).await;
        proxy.set(mode);
        is_set.store(true, Ordering::Relaxed);
        let (said, error) = tokio::time::timeout(HANG, writer).await.unwrap().unwrap();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        let refused = store.ping().await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        proxy.set(Mode::Open);
        let start = Instant::now();
        until_available(async || store.ping().await).await;
        println!("{mode:?}: {} turns acknowledged, back after {:?}", said.len(), start.elapsed());
        kept += said.len();
        for id in said {
            let turn = store.turn(&who, &id, &id).await.unwrap().unwrap();
            assert_eq!(turn.outcome, answered(answer(&id, &id)));
        }
    }
    assert!(kept > 0);
    store.close().await;
    drop_database(&admin, &database).await;
}

/// Writes turns, each in a conversation of its own, until one is refused after `is_set`; which were acknowledged.
///
/// Before that one may be refused as well: what the silent server was told last holds its locks for a while.
async fn write_until_refused(
    store: Store,
    name: String,
    is_set: Arc<AtomicBool>,
) -> (Vec<String>, StoreError) {
    let who = owner("ada");
    let mut said = Vec::new();
    for number in 0.. {
        let id = format!("{name}-{number}");
        let write = async {
            store.create(&who, &id, at(0)).await?;
            assert_eq!(store.begin(&who, &new_turn(&id, &id, "a", 0)).await?, Begun::Started(1));
            assert!(store.finish(&id, &answered(answer(&id, &id)), at(0)).await?);
            Ok(())
        };
        match write.await {
            Ok(()) => said.push(id),
            Err(error) if is_set.load(Ordering::Relaxed) => return (said, error),
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    unreachable!("numbers do not end");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_pool_that_is_taken_is_said_so() {
    let mut kit = Kit::postgres().await;
    kit.options.connections = 2;
    let store = kit.another().await;
    let who = owner("ada");
    store.create(&who, "c1", at(0)).await.unwrap();
    let mut plain = kit.plain().await;
    plain.execute("BEGIN; SELECT 1 FROM conversations FOR UPDATE").await.unwrap();
    let mut blocked = tokio::task::JoinSet::new();
    for number in 0..2 {
        let (store, who) = (store.clone(), who.clone());
        blocked.spawn(async move { store.rename(&who, "c1", &format!("{number}")).await });
    }
    // From a connection of its own: a transaction sees one state of this view. Both have their connection when they wait for the row.
    let waiting =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut watcher = kit.plain().await;
    while watcher.execute(waiting).await.unwrap().rows_affected() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let start = Instant::now();
    let refused = store.ping().await;
    println!("refused after {:?}", start.elapsed());
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    plain.execute("COMMIT").await.unwrap();
    for renamed in blocked.join_all().await {
        assert!(renamed.unwrap());
    }
    store.ping().await.unwrap();
    // A row that stays locked is not waited for without end.
    plain.execute("BEGIN; SELECT 1 FROM conversations FOR UPDATE").await.unwrap();
    let refused = tokio::time::timeout(HANG, store.rename(&who, "c1", "x")).await.unwrap();
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    plain.close().await.unwrap();
    assert!(store.rename(&who, "c1", "y").await.unwrap());
    store.close().await;
    kit.close().await;
}
