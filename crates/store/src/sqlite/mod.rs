//! SQLite: one file, one connection that writes, a few that read.
//!
//! Writers queue for the one connection, first come, first served, and begin with `BEGIN IMMEDIATE`, so that SQLite
//! never has to refuse a lock half-way; only another process can make them wait. What waits together is committed
//! together. A pool of writers was refused: SQLite lets one write at a time in any case, and tells the others "database
//! is locked" out of turn.

mod file;
mod group;
mod session;

use crate::error::{Fault, FaultKind, OpenError};
use crate::migrations::{MIGRATIONS, Migration, migrate, version};
use crate::options::StoreOptions;
use crate::session::{Pending, Session, values};
use group::Queue;
use session::SqliteSession;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use viva_core::ports::StoreError;

/// Files up to this size are checked whole at the start, which takes about a second for the largest; of larger ones
/// the indexes are not compared with their tables.
const WHOLE_CHECK_BYTES: u64 = 64 << 20;

/// An open SQLite file.
pub(crate) struct Sqlite {
    path: PathBuf,
    place: Arc<str>,
    wait: Duration,
    options: SqliteConnectOptions,
    writer: Mutex<Writer>,
    queue: Queue,
    readers: SqlitePool,
}

/// The one connection that writes.
enum Writer {
    Ready(Box<SqliteConnection>),
    /// In use, or closed because its state was uncertain: the next writer opens another.
    Absent,
    Closed,
}

impl Sqlite {
    /// Opens the file at `path`, makes it where there is none, checks it and brings it up to date.
    pub(crate) async fn open(path: &Path, options: &StoreOptions) -> Result<Self, OpenError> {
        Self::open_with(path, options, MIGRATIONS).await
    }

    async fn open_with(
        path: &Path,
        options: &StoreOptions,
        migrations: &'static [Migration],
    ) -> Result<Self, OpenError> {
        file::prepare(path)?;
        let place: Arc<str> = path.display().to_string().into();
        let connect = connect_options(path, options);
        let connection = Box::new(connect_patiently(&connect, &place, options.statement_limit).await?);
        let mut session = SqliteSession { connection, place: Arc::clone(&place) };
        let checked = match check_structure(&mut session, path).await {
            Ok(()) => bring_up_to_date(&mut session, path, migrations).await,
            Err(error) => Err(error),
        };
        if let Err(error) = checked {
            // Closed here, and not some time after: whoever is told may want to move the file away.
            if let Err(error) = (*session.connection).close().await {
                tracing::debug!(%error, "could not close a database that was refused");
            }
            return Err(error);
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.wait)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(connect.clone().pragma("query_only", "ON"));
        Ok(Self {
            path: path.to_owned(),
            place,
            wait: options.wait,
            options: connect,
            writer: Mutex::new(Writer::Ready(session.connection)),
            queue: Queue::default(),
            readers,
        })
    }

    pub(crate) async fn read<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T>,
    {
        let connection = self.readers.acquire().await.map_err(|error| Fault::new(&self.place, error))?;
        job(&mut SqliteSession { connection, place: Arc::clone(&self.place) }).await
    }

    pub(crate) async fn write<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        T: Send + 'static,
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T> + Send + 'static,
    {
        let (number, mut answered) = self.queue.push(job);
        tokio::select! {
            biased;
            answer = &mut answered => return answer.unwrap_or_else(|_| Err(self.broken_off())),
            turn = timeout(self.wait, self.writer.lock()) => match turn {
                Ok(mut writer) => {
                    if let Err(error) = self.lead(&mut writer, number).await {
                        self.queue.withdraw(number);
                        return Err(error);
                    }
                }
                Err(_) if self.queue.withdraw(number) => {
                    let (place, wait) = (&self.place, self.wait.as_secs());
                    let detail = format!("{place}: still writing for others after {wait} s");
                    return Err(StoreError::Unavailable(detail));
                }
                // It is being run at this moment.
                Err(_) => {}
            }
        }
        answered.await.unwrap_or_else(|_| Err(self.broken_off()))
    }

    /// Runs what waits until write `number` has run.
    async fn lead(&self, writer: &mut Writer, number: u64) -> Result<(), StoreError> {
        while self.queue.has(number) {
            // Taken out while it is used: a panic drops it, and what it had begun is rolled back.
            let connection = match std::mem::replace(writer, Writer::Absent) {
                Writer::Ready(connection) => connection,
                Writer::Absent => {
                    Box::new(self.options.connect().await.map_err(|error| Fault::new(&self.place, error))?)
                }
                Writer::Closed => {
                    *writer = Writer::Closed;
                    return Err(StoreError::Unavailable(format!("{}: is being closed", self.place)));
                }
            };
            let mut session = SqliteSession { connection, place: Arc::clone(&self.place) };
            if group::run(&mut session, &self.queue).await {
                *writer = Writer::Ready(session.connection);
            } else if let Err(error) = (*session.connection).close().await {
                tracing::debug!(%error, "could not close a connection to the database cleanly");
            }
        }
        Ok(())
    }

    fn broken_off(&self) -> StoreError {
        StoreError::Unavailable(format!("{}: the commit was broken off, nothing was written", self.place))
    }

    /// What is wrong with the file, one line each.
    pub(crate) async fn check(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.readers.acquire().await.map_err(|error| Fault::new(&self.place, error))?;
        let mut session = SqliteSession { connection, place: Arc::clone(&self.place) };
        Ok(integrity(&mut session, "PRAGMA integrity_check(100)").await?)
    }

    pub(crate) async fn close(&self) {
        let mut writer = self.writer.lock().await;
        // Readers first: what they look at cannot be moved out of the log.
        self.readers.close().await;
        if let Writer::Ready(mut connection) = std::mem::replace(&mut *writer, Writer::Closed) {
            let moved = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await;
            if let Err(error) = moved.map(|_| ()).and((*connection).close().await) {
                tracing::warn!(%error, file = %self.path.display(), "the database was not closed cleanly");
            }
        }
    }
}

fn connect_options(path: &Path, options: &StoreOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(options.statement_limit)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        // Damaged pages are noticed where they are read.
        .pragma("cell_size_check", "ON")
        // What is deleted is overwritten.
        .pragma("secure_delete", "ON")
        // After a long reader the log shrinks again.
        .pragma("journal_size_limit", (16 << 20).to_string())
}

/// Connects; the switch to WAL needs the file for itself for a moment and does not wait for it on its own.
async fn connect_patiently(
    options: &SqliteConnectOptions,
    place: &Arc<str>,
    limit: Duration,
) -> Result<SqliteConnection, Fault> {
    let until = Instant::now() + limit;
    loop {
        match options.connect().await.map_err(|error| Fault::new(place, error)) {
            Err(fault) if fault.kind == FaultKind::Unavailable && Instant::now() < until => {
                sleep(Duration::from_millis(20)).await;
            }
            other => return other,
        }
    }
}

async fn check_structure(session: &mut dyn Session, path: &Path) -> Result<(), OpenError> {
    let bytes = path.metadata().map_or(0, |metadata| metadata.len());
    let pragma =
        if bytes <= WHOLE_CHECK_BYTES { "PRAGMA integrity_check(3)" } else { "PRAGMA quick_check(3)" };
    let problems = integrity(session, pragma).await?;
    if problems.is_empty() {
        return Ok(());
    }
    Err(OpenError::Damaged { path: path.to_owned(), detail: problems.join("; ") })
}

async fn integrity(session: &mut dyn Session, pragma: &'static str) -> Result<Vec<String>, Fault> {
    let rows = match session.fetch(pragma, vec![]).await {
        Ok(rows) => rows,
        Err(fault) if fault.kind == FaultKind::Damaged => return Ok(vec![fault.source.to_string()]),
        Err(fault) => return Err(fault),
    };
    let lines = rows.iter().filter_map(|row| row.first_text());
    Ok(lines.filter(|line| *line != "ok").map(str::to_owned).collect())
}

async fn bring_up_to_date(
    session: &mut dyn Session,
    path: &Path,
    migrations: &'static [Migration],
) -> Result<(), OpenError> {
    let place = path.display().to_string();
    let found = version(session).await?;
    let tables = session.fetch("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1", vec![]).await?;
    if found == 0 && !tables.is_empty() {
        let detail = "it holds tables of another program".to_owned();
        return Err(OpenError::NotOurs { path: path.to_owned(), detail });
    }
    let wanted = migrations.last().map_or(0, |migration| migration.version);
    if found > 0 && found < wanted {
        back_up(session, path, found).await?;
    }
    if found != wanted {
        migrate(session, &place, migrations).await?;
    }
    Ok(())
}

/// Copies the database as it is to `<file>.before-version-<n>`, complete or not at all.
async fn back_up(session: &mut dyn Session, path: &Path, found: i64) -> Result<(), OpenError> {
    let backup = file::beside(path, &format!("before-version-{}", found + 1));
    let part = file::beside(path, "backup-part");
    file::make_empty(&part)?;
    session.execute("VACUUM INTO $1", values![part.display().to_string().as_str()]).await?;
    file::put(&part, &backup)?;
    tracing::info!(file = %backup.display(), "a copy of the database was made before it is changed");
    Ok(())
}

#[cfg(test)]
mod tests;
