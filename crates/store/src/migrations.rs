//! The versions of the schema, and the way from one to the next.
//!
//! All missing versions are applied in one transaction that holds the database's writing lock (in PostgreSQL: an
//! advisory lock), so that a kill leaves the old version and two processes that start at once do it once. sqlx's own
//! migrator was refused: it has no lock for SQLite, and takes a transaction per version.

use crate::error::{Fault, OpenError};
use crate::session::{Dialect, Session, values};

/// The version of the schema that this program writes.
pub const VERSION: i64 = LATEST.version;

const LATEST: &Migration = &MIGRATIONS[MIGRATIONS.len() - 1];

/// One step of the schema.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// All steps, ascending. What was released is never edited: a change is another step.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sqlite: include_str!("../migrations/sqlite/0001_first.sql"),
    postgres: include_str!("../migrations/postgres/0001_first.sql"),
}];

/// What versions were applied, and of which text.
const VERSION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS viva_schema (version BIGINT PRIMARY KEY, digest BIGINT NOT NULL)";

/// Any number will do, if nobody else uses it: `viva` in ASCII.
const ADVISORY_LOCK: i64 = 0x7669_7661;

/// The version of the database, 0 where it is empty.
pub(crate) async fn version(session: &mut dyn Session) -> Result<i64, Fault> {
    let is_there = match session.dialect() {
        Dialect::Sqlite => "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'viva_schema'",
        Dialect::Postgres => {
            "SELECT 1 AS one FROM pg_catalog.pg_class WHERE oid = to_regclass('viva_schema')"
        }
    };
    if session.fetch(is_there, vec![]).await?.is_empty() {
        return Ok(0);
    }
    let rows = session.fetch("SELECT MAX(version) AS version FROM viva_schema", vec![]).await?;
    Ok(rows.first().and_then(|row| row.of("viva_schema", "version").int("version").ok()).unwrap_or(0))
}

/// Brings the database up to the last of `migrations`; says which version it had. Refuses a newer one.
pub(crate) async fn migrate(
    session: &mut dyn Session,
    place: &str,
    migrations: &'static [Migration],
) -> Result<i64, OpenError> {
    let begin = match session.dialect() {
        Dialect::Sqlite => "BEGIN IMMEDIATE",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    session.script(begin).await?;
    match apply(session, place, migrations).await {
        Ok(found) => {
            session.script("COMMIT").await?;
            Ok(found)
        }
        Err(error) => {
            // The connection is closed by the caller, which rolls back in any case.
            if let Err(fault) = session.script("ROLLBACK").await {
                tracing::debug!(error = %fault, "could not roll back a migration");
            }
            Err(error)
        }
    }
}

async fn apply(
    session: &mut dyn Session,
    place: &str,
    migrations: &'static [Migration],
) -> Result<i64, OpenError> {
    let dialect = session.dialect();
    if dialect == Dialect::Postgres {
        session.execute("SELECT pg_advisory_xact_lock($1)", values![ADVISORY_LOCK]).await?;
    }
    session.script(VERSION_TABLE).await?;
    let found = version(session).await?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if found > known {
        return Err(OpenError::Newer { place: place.to_owned(), found, known });
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        let sql = match dialect {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        session.script(sql).await?;
        let digest = i64::from(crc32fast::hash(sql.as_bytes()));
        let insert = "INSERT INTO viva_schema (version, digest) VALUES ($1, $2)";
        session.execute(insert, values![migration.version, digest]).await?;
        tracing::info!(database = place, version = migration.version, "the database has a new version");
    }
    Ok(found)
}
