//! A connection to SQLite, as a session.

use crate::error::Fault;
use crate::row::{Cell, Row};
use crate::session::{Dialect, Session, Value};
use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column, Row as _, SqliteConnection, TypeInfo, ValueRef};
use std::ops::DerefMut;
use std::sync::Arc;

/// `C` is a box of the connection, or the pool's guard.
pub(super) struct SqliteSession<C> {
    pub(super) connection: C,
    pub(super) place: Arc<str>,
}

impl<C> SqliteSession<C> {
    fn fault(&self, error: sqlx::Error) -> Fault {
        Fault::new(&self.place, error)
    }
}

#[async_trait]
impl<C: DerefMut<Target = SqliteConnection> + Send> Session for SqliteSession<C> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, Fault> {
        let done = statement(sql, values).execute(&mut *self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.fault(error))
    }

    async fn fetch(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault> {
        let rows = statement(sql, values).fetch_all(&mut *self.connection).await;
        let rows = rows.map_err(|error| self.fault(error))?;
        let columns: Arc<[String]> = rows.first().map_or_else(Arc::default, |row| {
            row.columns().iter().map(|column| column.name().to_owned()).collect()
        });
        Ok(rows.iter().map(|row| Row { columns: Arc::clone(&columns), cells: cells(row) }).collect())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), Fault> {
        let done = sqlx::raw_sql(sql).execute(&mut *self.connection).await;
        done.map(|_| ()).map_err(|error| self.fault(error))
    }
}

fn statement(sql: &'static str, values: Vec<Value>) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Int(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
    })
}

fn cells(row: &SqliteRow) -> Vec<Cell> {
    (0..row.len()).map(|place| cell(row, place).unwrap_or(Cell::Unreadable)).collect()
}

fn cell(row: &SqliteRow, place: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(place)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    match value.type_info().name() {
        "TEXT" => row.try_get(place).map(Cell::Text),
        "INTEGER" => row.try_get(place).map(Cell::Int),
        "REAL" => row.try_get(place).map(Cell::Real),
        _ => Ok(Cell::Unreadable),
    }
}
