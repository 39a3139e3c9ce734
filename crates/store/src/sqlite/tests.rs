//! What needs a look inside: transactions that are dropped in the middle, and migrations that do not exist yet.

use super::Sqlite;
use crate::dropped::{counts, polled, two_days};
use crate::error::OpenError;
use crate::migrations::{MIGRATIONS, Migration};
use crate::options::{Address, StoreOptions};
use crate::session::{Pending, Session};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, Row};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use viva_core::ports::StoreError;

const SECOND: &[Migration] = &[
    Migration { version: 1, sqlite: MIGRATIONS[0].sqlite, postgres: "" },
    Migration { version: 2, sqlite: "ALTER TABLE turns ADD COLUMN stars INTEGER", postgres: "" },
    Migration { version: 3, sqlite: "CREATE INDEX turns_by_stars ON turns (stars)", postgres: "" },
];

const BROKEN: &[Migration] = &[
    Migration { version: 1, sqlite: MIGRATIONS[0].sqlite, postgres: "" },
    Migration {
        version: 2,
        sqlite: "ALTER TABLE turns ADD COLUMN stars INTEGER; SELECT nonsense",
        postgres: "",
    },
];

async fn open(path: &Path, migrations: &'static [Migration]) -> Result<Sqlite, OpenError> {
    Sqlite::open_with(path, &StoreOptions::new(Address::file(path)), migrations).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_is_rolled_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("viva.db"), &MIGRATIONS[..1]).await.unwrap();
    let mut dropped = 0;
    for round in 0..300 {
        let job = database.write(|session| two_days(session, 1));
        dropped += u32::from(polled(1 + round % 12, job).await.is_none());
        let kept = database.read(counts).await.unwrap();
        assert!(kept.windows(2).all(|pair| pair[0] == pair[1]), "round {round}: {kept:?}");
    }
    println!("{dropped} of 300 dropped in the middle");
    assert!(dropped > 30);
    database.write(|session| two_days(session, 1)).await.unwrap();
    database.close().await;
}

fn panics(session: &mut dyn Session) -> Pending<'_, ()> {
    Box::pin(async move {
        two_days(session, 1).await?;
        panic!("on purpose")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viva.db");
    let database = Arc::new(open(&path, &MIGRATIONS[..1]).await.unwrap());
    let shared = Arc::clone(&database);
    let task = tokio::spawn(async move { shared.write(panics).await });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(database.read(counts).await.unwrap(), [0; 0]);
    database.write(|session| two_days(session, 1)).await.unwrap();
    assert_eq!(database.read(counts).await.unwrap(), [1, 1]);
    database.close().await;
}

fn fails(session: &mut dyn Session) -> Pending<'_, ()> {
    Box::pin(async move {
        two_days(session, 1000).await?;
        session.execute("INSERT INTO spent_tokens (day, tokens, seal) VALUES (1, 1, 0)", vec![]).await?;
        Ok(())
    })
}

/// Pages in the write-ahead log: a page that is written twice in one transaction is there once.
async fn log_pages(path: &Path) -> i64 {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let row = sqlx::query("PRAGMA wal_checkpoint(NOOP)").fetch_one(&mut connection).await.unwrap();
    let pages = row.get(1);
    connection.close().await.unwrap();
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_wait_together_are_committed_together_and_fail_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viva.db");
    let database = Arc::new(open(&path, &MIGRATIONS[..1]).await.unwrap());
    database.write(|session| two_days(session, 1)).await.unwrap();
    let before = log_pages(&path).await;
    // While another program holds the file, sixty of them come to wait.
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..60 {
        let database = Arc::clone(&database);
        writes.spawn(async move {
            match number % 6 {
                5 => database.write(fails).await.is_err(),
                _ => database.write(|session| two_days(session, 1)).await.is_ok(),
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    other.execute("ROLLBACK").await.unwrap();
    assert!(writes.join_all().await.into_iter().all(|as_expected| as_expected));
    assert_eq!(database.read(counts).await.unwrap(), [51, 51]);
    let pages = log_pages(&path).await - before;
    assert!(pages < 20, "{pages} pages for 50 writes to the same page");
    other.close().await.unwrap();
    database.close().await;
}

/// What it writes belongs to no interview, which is noticed only when it is to be committed.
fn orphan(session: &mut dyn Session) -> Pending<'_, ()> {
    Box::pin(async move {
        two_days(session, 1).await?;
        session.script("PRAGMA defer_foreign_keys = ON").await?;
        let insert = "INSERT INTO interview_events VALUES ('ada', 'none', 1, 0, 'asked', '{}', 0)";
        session.execute(insert, vec![]).await?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_harms_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("viva.db"), &MIGRATIONS[..1]).await.unwrap();
    assert!(matches!(database.write(orphan).await, Err(StoreError::Failed(_))));
    database.write(|session| two_days(session, 1)).await.unwrap();
    assert_eq!(database.read(counts).await.unwrap(), [1, 1]);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_keeps_the_data_and_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viva.db");
    let database = open(&path, &MIGRATIONS[..1]).await.unwrap();
    database.write(|session| two_days(session, 7)).await.unwrap();
    database.close().await;

    // A step that fails changes nothing, and may be tried again.
    for _ in 0..2 {
        let error = open(&path, BROKEN).await.err().unwrap();
        assert!(matches!(error, OpenError::Failed { .. }), "{error}");
    }
    let database = open(&path, SECOND).await.unwrap();
    assert_eq!(database.read(counts).await.unwrap(), [7, 7]);
    database.write(|session| two_days(session, 1)).await.unwrap();
    database.close().await;

    let error = open(&path, &MIGRATIONS[..1]).await.err().unwrap();
    assert!(matches!(error, OpenError::Newer { found: 3, known: 1, .. }), "{error}");
    let copy = folder.path().join("viva.db.before-version-2");
    let database = open(&copy, &MIGRATIONS[..1]).await.unwrap();
    assert_eq!(database.read(counts).await.unwrap(), [7, 7]);
    database.close().await;
    assert!(!folder.path().join("viva.db.backup-part").exists());
}
