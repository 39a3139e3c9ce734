//! The connection to a Qdrant server: time limits, and errors that say what to do.

use crate::home::HomeError;
use crate::options::ServedOptions;
use qdrant_client::{Qdrant, QdrantError};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use viva_core::ports::{IndexError, SearchError};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);

/// A server that need not be there yet, and may go away and come back.
pub(crate) struct Server {
    options: ServedOptions,
    client: RwLock<Qdrant>,
}

/// Why the server did not do what it was asked.
#[derive(Debug)]
pub(crate) enum ServerError {
    /// It did not answer in time.
    Timeout(Duration, String),
    /// It cannot be reached, or sent us away.
    Unavailable(String),
    /// It reported an error.
    Failed(String, QdrantError),
}

impl Server {
    /// Prepares a connection; the first call makes it.
    pub(crate) fn new(options: ServedOptions) -> Result<Self, QdrantError> {
        let client = RwLock::new(connect(&options)?);
        Ok(Self { options, client })
    }

    pub(crate) fn options(&self) -> &ServedOptions {
        &self.options
    }

    /// Asks the server within the limit of a search.
    pub(crate) async fn ask<T>(
        &self,
        call: impl AsyncFnOnce(Qdrant) -> Result<T, QdrantError>,
    ) -> Result<T, ServerError> {
        self.within(self.options.deadline, call).await
    }

    /// Asks the server within the limit of a step of opening or building.
    pub(crate) async fn ask_patiently<T>(
        &self,
        call: impl AsyncFnOnce(Qdrant) -> Result<T, QdrantError>,
    ) -> Result<T, ServerError> {
        self.within(self.options.patience, call).await
    }

    async fn within<T>(
        &self,
        limit: Duration,
        call: impl AsyncFnOnce(Qdrant) -> Result<T, QdrantError>,
    ) -> Result<T, ServerError> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        match tokio::time::timeout(limit, call(client)).await {
            Ok(result) => result.map_err(|error| self.classify(error, limit)),
            Err(_) => Err(self.timed_out(limit)),
        }
    }

    /// A connection that once led nowhere may go on doing so after the server is back (its packets are lost, not
    /// refused), so the next call makes a new one.
    fn timed_out(&self, limit: Duration) -> ServerError {
        if let Ok(fresh) = connect(&self.options) {
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        ServerError::Timeout(limit, self.options.url.clone())
    }

    fn classify(&self, error: QdrantError, limit: Duration) -> ServerError {
        let url = &self.options.url;
        let QdrantError::ResponseError { status } = &error else {
            return ServerError::Failed(url.clone(), error);
        };
        match Code::of(status.code().into(), status.message()) {
            Code::Slow => self.timed_out(limit),
            Code::Unreachable => ServerError::Unavailable(format!(
                "no Qdrant server answers at {url}: start it, or correct the address (its gRPC port, usually 6334)"
            )),
            Code::Refused => ServerError::Unavailable(format!(
                "the Qdrant server at {url} refuses the API key: correct it"
            )),
            Code::Gone => ServerError::Unavailable(format!(
                "the Qdrant server at {url} has no such collection any more: it was replaced or removed"
            )),
            Code::Other => ServerError::Failed(url.clone(), error),
        }
    }
}

/// The classes of gRPC status codes that are told apart (<https://grpc.io/docs/guides/status-codes/>).
enum Code {
    Slow,
    Unreachable,
    Refused,
    Gone,
    Other,
}

impl Code {
    fn of(number: i32, message: &str) -> Self {
        match number {
            1 | 4 => Self::Slow, // cancelled (how the client tells its own time limit), deadline exceeded
            5 => Self::Gone,
            7 | 16 => Self::Refused,
            14 => Self::Unreachable,
            // The client reports a failed connection as an internal error, and one to a port that speaks something
            // else as an unknown one.
            2 | 13 if message.contains("Failed to connect") || message.contains("transport error") => {
                Self::Unreachable
            }
            2 | 13 if message.contains("h2 protocol error") => Self::Unreachable,
            _ => Self::Other,
        }
    }
}

fn connect(options: &ServedOptions) -> Result<Qdrant, QdrantError> {
    // The check of versions would block, and print, when the server is not there yet.
    let mut config = Qdrant::from_url(&options.url)
        .timeout(options.patience)
        .connect_timeout(CONNECT)
        .skip_compatibility_check();
    if let Some(key) = &options.api_key {
        config.set_api_key(key.reveal());
    }
    config.build()
}

impl ServerError {
    /// In the words of the search port.
    pub(crate) fn searching(self) -> SearchError {
        match self {
            Self::Timeout(limit, _) => SearchError::Timeout(limit),
            Self::Unavailable(reason) => SearchError::Unavailable(reason),
            Self::Failed(_, error) => SearchError::Failed(error.into()),
        }
    }

    /// In the words of the shelf: whatever it is, it may pass.
    pub(crate) fn opening(self) -> HomeError {
        HomeError::Unavailable(self.to_string())
    }

    /// In the words of the port for writing.
    pub(crate) fn writing(self, doing: &str) -> IndexError {
        match self {
            Self::Failed(url, error) if error.to_string().contains("No space left on device") => {
                IndexError::StorageFull { place: url }
            }
            other => IndexError::Failed { doing: doing.to_owned(), source: other.to_string().into() },
        }
    }
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout(limit, url) => {
                write!(f, "the Qdrant server at {url} did not answer within {} ms", limit.as_millis())
            }
            Self::Unavailable(reason) => f.write_str(reason),
            Self::Failed(url, QdrantError::ResponseError { status }) => {
                write!(f, "the Qdrant server at {url} reports: {}", status.message())
            }
            Self::Failed(url, error) => write!(f, "the Qdrant server at {url}: {error}"),
        }
    }
}
