//! What is opened, and what is refused with which words.

use crate::sample::new_turn;
use crate::support::{Kit, argument, at, child, on_both, owner};
use crate::support::{drop_database, new_database};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::path::Path;
use std::time::Duration;
use viva_core::ports::{ConversationStore, StoreError};
use viva_store::{Address, OpenError, Store, StoreOptions, VERSION};

on_both!(a_closed_store_says_so, a_newer_database_is_refused);

async fn a_closed_store_says_so(kit: &Kit) {
    let store = kit.another().await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    let refused = store.create(&owner("ada"), "c1", at(0)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

async fn a_newer_database_is_refused(kit: &Kit) {
    kit.store.close().await;
    kit.execute("INSERT INTO viva_schema (version, digest) VALUES (4711, 0)").await;
    let error = Store::open(kit.options.clone()).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 4711, known: VERSION, .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("4711") && said.contains(&format!("up to {VERSION}")), "{said}");
}

async fn refused(path: &Path) -> String {
    let error = Store::open(StoreOptions::new(Address::file(path))).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains(&path.display().to_string()), "{said}");
    assert!(matches!(error, OpenError::NotOurs { .. } | OpenError::NotWritable { .. }), "{error:?}");
    said
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database at all").unwrap();
    assert!(refused(&text).await.contains("not a database of this program"));
    assert_eq!(std::fs::read(&text).unwrap(), b"not a database at all");
    assert!(refused(folder.path()).await.contains("it is a folder"));
    assert!(refused(Path::new("/proc/viva/viva.db")).await.contains("check that its folder exists"));

    let other = folder.path().join("other.db");
    let options = SqliteConnectOptions::new().filename(&other).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    connection.execute("CREATE TABLE users (id INTEGER)").await.unwrap();
    connection.close().await.unwrap();
    assert!(refused(&other).await.contains("tables of another program"));
}

#[tokio::test]
async fn a_new_file_is_for_its_owner_alone_and_complete_when_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/viva.db");
    let address: Address = format!("sqlite:{}", path.display()).parse().unwrap();
    let store = Store::open(StoreOptions::new(address)).await.unwrap();
    store.create(&owner("ada"), "c1", at(0)).await.unwrap();
    store.begin(&owner("ada"), &new_turn("c1", "t1", "a", 0)).await.unwrap();
    #[cfg(unix)]
    for file in ["viva.db", "viva.db-wal", "viva.db-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path.with_file_name(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    store.close().await;
    let files: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files, std::slice::from_ref(&path));
    // An empty file is an empty database.
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, b"").unwrap();
    Store::open(StoreOptions::new(Address::file(empty))).await.unwrap().close().await;
}

async fn open_at_once(address: &Address) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let options = StoreOptions::new(address.clone());
        tasks.spawn(async move {
            let store = Store::open(options).await.unwrap();
            store.create(&owner("ada"), &format!("c{number}"), at(0)).await.unwrap();
            store
        });
    }
    for store in tasks.join_all().await {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_may_be_opened_by_many_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        open_at_once(&Address::file(folder.path().join("viva.db"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_new_server_database_may_be_opened_by_many_at_once() {
    let (admin, database, url) = new_database().await;
    open_at_once(&url.parse().unwrap()).await;
    drop_database(&admin, &database).await;
}

#[tokio::test]
async fn a_killed_migration_is_done_again() {
    for round in 0..12_u32 {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("viva.db").display());
        kill_while_opening(&url, round * 5).await;
    }
}

#[tokio::test]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_killed_migration_of_a_server_database_is_done_again() {
    for round in 0..12_u32 {
        let (admin, database, url) = new_database().await;
        kill_while_opening(&url, round * 10).await;
        drop_database(&admin, &database).await;
    }
}

async fn kill_while_opening(url: &str, millis: u32) {
    let mut opener = child("open::child_that_opens", url);
    std::thread::sleep(Duration::from_millis(u64::from(millis)));
    opener.kill().unwrap();
    opener.wait().unwrap();
    let store = Store::open(StoreOptions::new(url.parse().unwrap())).await.unwrap();
    store.create(&owner("ada"), "c1", at(0)).await.unwrap();
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    store.close().await;
}

#[tokio::test]
#[ignore = "the child of `a_killed_migration_is_done_again`"]
async fn child_that_opens() {
    let Some(url) = argument() else { return };
    let _store = Store::open(StoreOptions::new(url.parse().unwrap())).await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_without_the_password() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address: Address = format!("postgres://viva:hunter2@127.0.0.1:{port}/viva").parse().unwrap();
    let error = Store::open(StoreOptions::new(address)).await.unwrap_err();
    assert!(matches!(error, OpenError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains(&format!("postgres://viva@127.0.0.1:{port}/viva")), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_refused_password_is_said_so_and_not_shown() {
    let url = crate::support::postgres_url();
    let (head, tail) = url.split_once('@').unwrap();
    let (user, _) = head.rsplit_once(':').unwrap();
    let wrong = format!("{user}:hunter2@{tail}");
    if PgConnection::connect(&wrong).await.is_ok() {
        println!("skipped: this server asks for no password");
        return;
    }
    let error = Store::open(StoreOptions::new(wrong.parse().unwrap())).await.unwrap_err();
    assert!(error.to_string().contains("password authentication failed"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}
