//! The store itself: opens one of the two databases and runs jobs on it.

use crate::error::OpenError;
use crate::options::{Place, StoreOptions};
use crate::postgres::Postgres;
use crate::session::{Pending, Session};
use crate::sqlite::Sqlite;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tracing::Instrument;
use viva_core::ports::StoreError;

/// Keeps conversations, interviews and token counts in a database. Clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    abandoned_after: Duration,
}

pub(crate) enum Database {
    Sqlite(Box<Sqlite>),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database, makes it where there is none, and brings it up to [`crate::VERSION`].
    pub async fn open(options: StoreOptions) -> Result<Self, OpenError> {
        let database = match &options.address.0 {
            Place::File(path) => Database::Sqlite(Box::new(Sqlite::open(path, &options).await?)),
            Place::Server(server) => Database::Postgres(Postgres::open(server, &options).await?),
        };
        Ok(Self { shared: Arc::new(Shared { database, abandoned_after: options.abandoned_after }) })
    }

    /// Lets running statements end, refuses new ones, and closes all connections; SQLite's file is then complete
    /// without its companions (`-wal`, `-shm`).
    pub async fn close(&self) {
        match &self.shared.database {
            Database::Sqlite(database) => database.close().await,
            Database::Postgres(database) => database.close().await,
        }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.shared.database
    }

    pub(crate) fn abandoned_after(&self) -> Duration {
        self.shared.abandoned_after
    }

    /// Runs `job` in a transaction, in a task that goes on when the caller is dropped.
    pub(crate) async fn write<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        T: Send + 'static,
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        outlive(async move {
            match &shared.database {
                Database::Sqlite(database) => database.write(job).await,
                Database::Postgres(database) => database.write(job).await,
            }
        })
        .await
    }

    /// Runs `job`, which only reads. It has a task of its own as well: what a dropped caller would leave in the middle
    /// of an answer is a connection that nobody may use.
    pub(crate) async fn read<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        T: Send + 'static,
        J: for<'s> FnOnce(&'s mut dyn Session) -> Pending<'s, T> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        outlive(async move {
            match &shared.database {
                Database::Sqlite(database) => database.read(job).await,
                Database::Postgres(database) => database.read(job).await,
            }
        })
        .await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.shared.database {
            Database::Sqlite(_) => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        };
        write!(f, "Store({kind})")
    }
}

async fn outlive<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let (answer, answered) = oneshot::channel();
    let task = async move {
        if let Err(Err(error)) = answer.send(work.await) {
            tracing::warn!(error = %error, "a statement failed after its caller had gone");
        }
    };
    tokio::spawn(task.in_current_span());
    answered
        .await
        .unwrap_or_else(|_| Err(StoreError::Failed("the database's task ended without an answer".into())))
}
