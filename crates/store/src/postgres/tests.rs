//! A transaction that is dropped in the middle never reaches the next caller.

use super::Postgres;
use crate::dropped::{counts, polled, two_days};
use crate::options::{Address, Place, StoreOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::time::Duration;

#[expect(clippy::disallowed_methods, reason = "the address of the server is the test's own argument")]
fn url() -> String {
    std::env::var("VIVA_TEST_POSTGRES_URL")
        .expect("VIVA_TEST_POSTGRES_URL names a PostgreSQL server to test with")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn a_dropped_transaction_is_rolled_back_and_its_connection_closed() {
    let mut admin = PgConnection::connect(&url()).await.unwrap();
    let schema = format!("viva_dropped_{}", std::process::id());
    let run = async |admin: &mut PgConnection, sql: String| {
        admin.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
    };
    run(&mut admin, format!("CREATE SCHEMA {schema}")).await;
    let joint = if url().contains('?') { '&' } else { '?' };
    let address: Address = format!("{}{joint}options[search_path]={schema}", url()).parse().unwrap();
    let mut options = StoreOptions::new(address.clone());
    options.connections = 3;
    let Place::Server(server) = &address.0 else { panic!("a server's address") };
    let database = Postgres::open(server, &options).await.unwrap();
    let mut dropped = 0;
    for round in 0..200 {
        let job = database.write(|session| two_days(session, 1));
        dropped += u32::from(polled(1 + round % 20, job).await.is_none());
        let kept = database.read(counts).await.unwrap();
        assert!(kept.windows(2).all(|pair| pair[0] == pair[1]), "round {round}: {kept:?}");
    }
    println!("{dropped} of 200 dropped in the middle");
    assert!(dropped > 20);
    // All connections are to be had, and none is inside of a transaction.
    let mut all = Vec::new();
    for _ in 0..options.connections {
        all.push(database.pool.acquire().await.unwrap());
    }
    for connection in &mut all {
        connection.execute("SELECT 1").await.unwrap();
    }
    drop(all);
    let idle = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'viva' AND state LIKE 'idle in transaction%'";
    let mut patience = 100;
    while admin.execute(idle).await.unwrap().rows_affected() > 0 && patience > 0 {
        // Of a connection that was closed the server hears a little later.
        tokio::time::sleep(Duration::from_millis(50)).await;
        patience -= 1;
    }
    assert!(patience > 0, "a transaction was left open");
    database.write(|session| two_days(session, 1)).await.unwrap();
    database.close().await;
    run(&mut admin, format!("DROP SCHEMA {schema} CASCADE")).await;
}
