//! Where the database is, and how long it may take.

use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where the database is.
    pub address: Address,
    /// How long a request waits for a connection (in SQLite: for its turn to write) before it is told that the
    /// database is not available.
    pub wait: Duration,
    /// How long one statement may take. In SQLite: how long it waits for another process that is writing.
    pub statement_limit: Duration,
    /// How long after its begin, or the last [`viva_core::ports::ConversationStore::touch`], a turn that is still
    /// running counts as left behind by a process that is no more.
    pub abandoned_after: Duration,
    /// The most connections (in SQLite: for reading; there is one more, for writing).
    pub connections: u32,
}

impl StoreOptions {
    /// The defaults: 5 s for a statement, 60 s until a turn counts as abandoned; waiting 10 s in SQLite, where writers
    /// queue, and 2 s in PostgreSQL; 4 connections in SQLite and 10 in PostgreSQL.
    pub fn new(address: Address) -> Self {
        let (wait, connections) = match address.0 {
            Place::File(_) => (Duration::from_secs(10), 4),
            Place::Server(_) => (Duration::from_secs(2), 10),
        };
        Self {
            address,
            wait,
            statement_limit: Duration::from_secs(5),
            abandoned_after: Duration::from_mins(1),
            connections,
        }
    }
}

/// Where a database is: `sqlite:PATH` or a path, or `postgres://user:password@host:port/database`.
///
/// A PostgreSQL address takes what libpq's does (`sslmode`, `host=/run/postgresql` for a socket …), and what it leaves
/// out comes from libpq's environment variables and password file, as with every client of PostgreSQL. Neither `Debug`
/// nor `Display` shows the password or the parameters.
#[derive(Clone)]
pub struct Address(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Server(Box<PgConnectOptions>),
}

impl Address {
    /// The SQLite file at `path`.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// The file, where it is SQLite's.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }
}

/// Why a text is not an address. The text is not repeated: there may be a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the address of a database ({why}): use `sqlite:PATH` or `postgres://user:password@host:port/database`"
)]
pub struct InvalidAddress {
    why: &'static str,
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let refuse = |why| Err(InvalidAddress { why });
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match text.parse() {
                Ok(options) => Ok(Self(Place::Server(Box::new(options)))),
                Err(_) => refuse("it is not a URL, or one of its parameters is not understood"),
            };
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path.unwrap_or(text) {
            "" => refuse("the path is empty"),
            ":memory:" => refuse("conversations are kept in a file, not in memory"),
            path if path.contains("://") => refuse("its scheme is neither `sqlite` nor `postgres`"),
            path => Ok(Self::file(path)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Server(options) => {
                write!(f, "postgres://{}@", options.get_username())?;
                match options.get_socket() {
                    Some(socket) => write!(f, "{}", socket.display())?,
                    None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
                }
                write!(f, "/{}", options.get_database().unwrap_or(options.get_username()))
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths_or_urls() {
        for text in ["sqlite:data/viva.db", "sqlite://data/viva.db", "data/viva.db"] {
            assert_eq!(text.parse::<Address>().unwrap().path(), Some(Path::new("data/viva.db")), "{text}");
        }
        let server: Address = "postgres://viva@db.internal:6432/talks?sslmode=disable".parse().unwrap();
        assert_eq!(server.to_string(), "postgres://viva@db.internal:6432/talks");
        assert_eq!(server.path(), None);
        for bad in ["", "sqlite:", ":memory:", "mysql://a/b", "postgres://a@b:port/c"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let address = |text: &str| text.parse::<Address>();
        let shown = format!("{:?}", StoreOptions::new(address("postgres://u:hunter2@h/d").unwrap()));
        assert!(shown.contains("postgres://u@h") && !shown.contains("hunter2"), "{shown}");
        let shown = format!("{:?}", address("postgres://u@h/d?password=hunter2").unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
        let error = address("postgres://u:hunter2@h:port/d").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
