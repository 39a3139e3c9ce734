//! One connection, whichever database it leads to.

use crate::error::Fault;
use crate::row::Row;
use async_trait::async_trait;
use std::borrow::Cow;
use std::pin::Pin;
use viva_core::ports::StoreError;

/// The database that a session speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What is bound to a statement's `$1`, `$2` …
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Real(f64),
}

/// Runs statements, one after the other.
#[async_trait]
pub(crate) trait Session: Send {
    /// Where the two databases need different words.
    fn dialect(&self) -> Dialect;

    /// Runs a statement and says how many rows it wrote.
    async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, Fault>;

    /// Runs a statement and gives its rows.
    async fn fetch(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault>;

    /// Runs statements without values, separated by semicolons.
    async fn script(&mut self, sql: &'static str) -> Result<(), Fault>;
}

/// What a job is doing with its session.
pub(crate) type Pending<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// How a transaction went.
pub(crate) struct Ran<T> {
    /// What the job gave; an error where it was rolled back or could not be committed.
    pub(crate) result: Result<T, StoreError>,
    /// Whether the connection is certainly outside of any transaction.
    pub(crate) is_clean: bool,
}

/// Runs `job` between `begin` and `COMMIT`, or `ROLLBACK` where it fails.
pub(crate) async fn transaction<T, J>(session: &mut dyn Session, begin: &'static str, job: J) -> Ran<T>
where
    J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T>,
{
    if let Err(fault) = session.script(begin).await {
        return Ran { result: Err(fault.into()), is_clean: false };
    }
    match job(session).await {
        Ok(value) => match session.script("COMMIT").await {
            Ok(()) => Ran { result: Ok(value), is_clean: true },
            Err(fault) => Ran { result: Err(fault.into()), is_clean: false },
        },
        Err(error) => Ran { result: Err(error), is_clean: session.script("ROLLBACK").await.is_ok() },
    }
}

/// A text as both databases can hold it: PostgreSQL's have no U+0000.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// A text for searching: two texts that differ in case only are equal when folded.
pub(crate) fn folded(text: &str) -> String {
    storable(text).to_lowercase()
}

/// The values of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::session::Value::from($value)),*] };
}
pub(crate) use values;

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(storable(text).into_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(|text| storable(text).into_owned()))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(Some(i64::from(number)))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}
