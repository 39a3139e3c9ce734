//! Why the service cannot serve.

use std::io;
use std::net::SocketAddr;

/// Why the service cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Something else listens there.
    #[error(
        "cannot listen on {address}: the port is in use; stop what uses it, or choose another with `--bind {}:PORT`, `http.bind` in a configuration file or VIVA_HTTP__BIND",
        .address.ip()
    )]
    AddressInUse {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system does not let us listen there.
    #[error(
        "cannot listen on {address}: the system does not allow it; choose a port above 1023 with `--bind {}:PORT`, `http.bind` in a configuration file or VIVA_HTTP__BIND",
        .address.ip()
    )]
    AddressRefused {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// Listening failed otherwise.
    #[error(
        "cannot listen on {address}; choose another address with `--bind`, `http.bind` or VIVA_HTTP__BIND"
    )]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An entry of `http.hosts` is no host.
    #[error(
        "`http.hosts` must list hosts such as \"viva.example.com\" or \"viva.example.com:8443\", got \"{entry}\""
    )]
    Host {
        /// The entry.
        entry: String,
    },
    /// The counters could not be made.
    #[error("the metrics cannot be registered")]
    Metrics(#[source] prometheus::Error),
    /// The OpenAPI document could not be written.
    #[error("the OpenAPI document cannot be written")]
    Document(#[source] serde_json::Error),
}

impl ServeError {
    pub(crate) fn of_bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse { address },
            io::ErrorKind::PermissionDenied => Self::AddressRefused { address },
            _ => Self::Bind { address, source },
        }
    }
}
