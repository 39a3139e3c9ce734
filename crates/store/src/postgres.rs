//! PostgreSQL: a pool of connections, for many replicas.

use crate::error::{Fault, OpenError};
use crate::migrations::{MIGRATIONS, migrate};
use crate::options::StoreOptions;
use crate::row::{Cell, Row};
use crate::session::{Dialect, Pending, Session, Value, transaction};
use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Column, Connection, PgConnection, Row as _, TypeInfo, ValueRef};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use viva_core::ports::StoreError;

/// A statement's isolation does not hang on how the server is set up.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// How long a replica waits for another one that is migrating.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    place: Arc<str>,
    pool: PgPool,
    /// How long a job of a few statements may take. The server's own limit does not help when it is the server, or the
    /// way to it, that has died without a word.
    job_limit: Duration,
}

impl Postgres {
    /// Connects, and brings the database up to date.
    pub(crate) async fn open(server: &PgConnectOptions, options: &StoreOptions) -> Result<Self, OpenError> {
        let place: Arc<str> = options.address.to_string().into();
        let server = server.clone().application_name("viva");
        // Not through the pool, which would keep the reason to itself; and a migration may take its time.
        let patient = server.clone().options([("lock_timeout", MIGRATION_WAIT.as_millis())]);
        let connected = timeout(options.statement_limit, PgConnection::connect_with(&patient)).await;
        let connection = connected.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let connection = connection.map_err(|error| Fault::new(&place, error))?;
        let mut session = PgSession { connection: Held::Own(connection), place: Arc::clone(&place) };
        migrate(&mut session, &place, MIGRATIONS).await?;
        if let Held::Own(connection) = session.connection {
            connection.close().await.map_err(|error| Fault::new(&place, error))?;
        }
        let limit = options.statement_limit.as_millis();
        let limited = server.options([
            ("statement_timeout", limit),
            ("lock_timeout", limit),
            ("idle_in_transaction_session_timeout", limit * 2),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.wait)
            .connect_lazy_with(limited);
        Ok(Self { place, pool, job_limit: options.statement_limit * 2 })
    }

    pub(crate) async fn read<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T>,
    {
        let mut session = self.session().await?;
        let Ok(result) = timeout(self.job_limit, job(&mut session)).await else {
            return Err(self.silent());
        };
        if !matches!(result, Err(StoreError::Unavailable(_))) {
            session.connection.give_back();
        }
        result
    }

    pub(crate) async fn write<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T>,
    {
        let mut session = self.session().await?;
        let Ok(ran) = timeout(self.job_limit, transaction(&mut session, BEGIN, job)).await else {
            return Err(self.silent());
        };
        if ran.is_clean && !matches!(ran.result, Err(StoreError::Unavailable(_))) {
            session.connection.give_back();
        }
        ran.result
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    async fn session(&self) -> Result<PgSession, Fault> {
        let connection = self.pool.acquire().await.map_err(|error| Fault::new(&self.place, error))?;
        Ok(PgSession { connection: Held::Lent(Lent(Some(connection))), place: Arc::clone(&self.place) })
    }

    fn silent(&self) -> StoreError {
        let limit = self.job_limit.as_secs_f32();
        StoreError::Unavailable(format!("{}: no answer within {limit} s", self.place))
    }
}

/// A connection of the pool. Dropped, it is closed: only [`Held::give_back`] puts it back, so that no transaction that
/// was left open, by a panic or by a limit of time, ever reaches the next caller.
struct Lent(Option<PoolConnection<sqlx::Postgres>>);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

enum Held {
    Own(PgConnection),
    Lent(Lent),
}

impl Held {
    fn give_back(self) {
        if let Self::Lent(mut lent) = self {
            drop(lent.0.take());
        }
    }

    fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        match self {
            Self::Own(connection) => Ok(connection),
            Self::Lent(lent) => lent.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed),
        }
    }
}

struct PgSession {
    connection: Held,
    place: Arc<str>,
}

#[async_trait]
impl Session for PgSession {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, Fault> {
        let connection = self.connection.get().map_err(|error| Fault::new(&self.place, error))?;
        let done = statement(sql, values).execute(connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| Fault::new(&self.place, error))
    }

    async fn fetch(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault> {
        let connection = self.connection.get().map_err(|error| Fault::new(&self.place, error))?;
        let rows = statement(sql, values).fetch_all(connection).await;
        let rows = rows.map_err(|error| Fault::new(&self.place, error))?;
        let columns: Arc<[String]> = rows.first().map_or_else(Arc::default, |row| {
            row.columns().iter().map(|column| column.name().to_owned()).collect()
        });
        Ok(rows.iter().map(|row| Row { columns: Arc::clone(&columns), cells: cells(row) }).collect())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), Fault> {
        let connection = self.connection.get().map_err(|error| Fault::new(&self.place, error))?;
        let done = sqlx::raw_sql(sql).execute(connection).await;
        done.map(|_| ()).map_err(|error| Fault::new(&self.place, error))
    }
}

fn statement(sql: &'static str, values: Vec<Value>) -> Query<'static, sqlx::Postgres, PgArguments> {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Int(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
    })
}

fn cells(row: &PgRow) -> Vec<Cell> {
    (0..row.len()).map(|place| cell(row, place).unwrap_or(Cell::Unreadable)).collect()
}

fn cell(row: &PgRow, place: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(place)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    match value.type_info().name() {
        "TEXT" => row.try_get(place).map(Cell::Text),
        "INT8" => row.try_get(place).map(Cell::Int),
        "INT4" => row.try_get(place).map(|number: i32| Cell::Int(i64::from(number))),
        "FLOAT8" => row.try_get(place).map(Cell::Real),
        _ => Ok(Cell::Unreadable),
    }
}

#[cfg(test)]
mod tests;
