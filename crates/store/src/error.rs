//! What can go wrong in a database, sorted by what the caller can do about it.

use sqlx::postgres::PgDatabaseError;
use std::path::PathBuf;
use std::sync::Arc;
use viva_core::ports::{BoxError, StoreError};

/// Why a store cannot be opened. `place` is a path or an address without its password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The server does not answer, or another process holds the file.
    #[error("the database {place} is not available: {detail}")]
    Unavailable {
        /// Where.
        place: String,
        /// What happened.
        detail: String,
    },
    /// No room.
    #[error("no space left for the database {place}: make room and start again")]
    StorageFull {
        /// Where.
        place: String,
    },
    /// The file is something else.
    #[error("{} is not a database of this program ({detail}): move it away, or name another file", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What it is.
        detail: String,
    },
    /// The file cannot be trusted.
    #[error(
        "{} is damaged ({detail}): keep a copy, then put back a backup, or move it away to begin with an empty one",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first things that are wrong with it.
        detail: String,
    },
    /// The file or its folder cannot be written.
    #[error("{} cannot be opened for writing: check that its folder exists and that you may write there", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A newer version of this program has written it.
    #[error(
        "the database {place} has version {found}, this program knows versions up to {known}: use the newer program"
    )]
    Newer {
        /// Where.
        place: String,
        /// In the database.
        found: i64,
        /// The latest of this program.
        known: i64,
    },
    /// Anything else.
    #[error("the database {place} cannot be opened")]
    Failed {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: BoxError,
    },
}

/// What a driver reported, and where.
#[derive(Debug, thiserror::Error)]
#[error("{}", .kind.describe(place))]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// A path or an address without its password.
    pub(crate) place: Arc<str>,
    #[source]
    pub(crate) source: sqlx::Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Try again.
    Unavailable,
    StorageFull,
    NotADatabase,
    Damaged,
    NotWritable,
    Other,
}

impl FaultKind {
    fn describe(self, place: &str) -> String {
        match self {
            Self::Unavailable => format!("{place} is not available"),
            Self::StorageFull => format!("no space left for {place}"),
            Self::NotADatabase => format!("{place} is not a database"),
            Self::Damaged => format!("{place} is damaged: keep a copy and put back a backup"),
            Self::NotWritable => format!("{place} cannot be written"),
            Self::Other => format!("a statement failed in {place}"),
        }
    }
}

impl Fault {
    /// Sorts `source`, which happened at `place`.
    pub(crate) fn new(place: &Arc<str>, source: sqlx::Error) -> Self {
        Self { kind: classify(&source), place: Arc::clone(place), source }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault.kind {
            FaultKind::Unavailable => Self::Unavailable(format!("{}: {}", fault.place, fault.source)),
            FaultKind::StorageFull => Self::StorageFull,
            _ => Self::Failed(Box::new(fault)),
        }
    }
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        let place = fault.place.to_string();
        let path = PathBuf::from(&place);
        let detail = fault.source.to_string();
        match fault.kind {
            FaultKind::Unavailable => Self::Unavailable { place, detail },
            FaultKind::StorageFull => Self::StorageFull { place },
            FaultKind::NotADatabase => Self::NotOurs { path, detail },
            FaultKind::Damaged => Self::Damaged { path, detail },
            FaultKind::NotWritable => Self::NotWritable { path, source: Box::new(fault.source) },
            FaultKind::Other => Self::Failed { place, source: Box::new(fault.source) },
        }
    }
}

fn classify(error: &sqlx::Error) -> FaultKind {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match error.try_downcast_ref::<PgDatabaseError>() {
                Some(_) => postgres(&code),
                None => sqlite(code.parse().unwrap_or_default()),
            }
        }
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => FaultKind::StorageFull,
        // "Protocol": a server that goes away while a connection is made, among others.
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => FaultKind::Unavailable,
        _ => FaultKind::Other,
    }
}

/// By SQLite's result codes (<https://www.sqlite.org/rescode.html>); the low byte is the primary one.
fn sqlite(code: u32) -> FaultKind {
    const IOERR_SHMSIZE: u32 = 4_874;
    const IOERR_CORRUPTFS: u32 = 8_458;
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) => FaultKind::StorageFull,
        // BUSY, LOCKED, NOMEM
        (_, 5..=7) => FaultKind::Unavailable,
        // READONLY, CANTOPEN
        (_, 8 | 14) => FaultKind::NotWritable,
        (IOERR_CORRUPTFS, _) | (_, 11) => FaultKind::Damaged,
        // FULL
        (_, 13) => FaultKind::StorageFull,
        // NOTADB
        (_, 26) => FaultKind::NotADatabase,
        _ => FaultKind::Other,
    }
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn postgres(code: &str) -> FaultKind {
    match code {
        // disk_full
        "53100" => FaultKind::StorageFull,
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => FaultKind::Damaged,
        // Statement and lock limits, a standby, serialization and deadlock, no such database for the moment
        "57014" | "55P03" | "25006" | "40001" | "40P01" | "3D000" => FaultKind::Unavailable,
        // Connection, resources, operator intervention, authorization
        _ if ["08", "53", "57P", "28"].iter().any(|class| code.starts_with(class)) => FaultKind::Unavailable,
        _ => FaultKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_by_what_to_do() {
        use FaultKind::{Damaged, NotADatabase, NotWritable, Other, StorageFull, Unavailable};
        // SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_FULL, SQLITE_CORRUPT_INDEX, SQLITE_READONLY_DIRECTORY …
        let cases =
            [(5, Unavailable), (517, Unavailable), (13, StorageFull), (4_874, StorageFull), (779, Damaged)];
        for (code, kind) in
            cases.into_iter().chain([(1_544, NotWritable), (26, NotADatabase), (2_067, Other)])
        {
            assert_eq!(sqlite(code), kind, "{code}");
        }
        let cases = [("08006", Unavailable), ("57P01", Unavailable), ("53300", Unavailable)];
        for (code, kind) in cases.into_iter().chain([("53100", StorageFull), ("23505", Other)]) {
            assert_eq!(postgres(code), kind, "{code}");
        }
    }
}
