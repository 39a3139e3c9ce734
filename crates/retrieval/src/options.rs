//! What the caller decides: plain structs, so that this crate need not know where settings come from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How hybrid search is made; the same in both homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchOptions {
    /// How many chunks each leg offers to the fusion, at least.
    pub leg_depth: usize,
    /// Rank damping of reciprocal rank fusion: a chunk at rank `r` of a leg (from 1) gets `1 / (rrf_k + r)`.
    /// 60 is the value of Cormack, Clarke and Büttcher (SIGIR 2009).
    pub rrf_k: u32,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { leg_depth: 100, rrf_k: 60 }
    }
}

/// Where the embedded index lives and how it is searched.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// The folder of the index, `<data>/index`; made when absent.
    pub folder: PathBuf,
    /// How it is searched.
    pub search: SearchOptions,
    /// How many searches run at one time; more wait. The number of cores is a good choice.
    pub threads: usize,
}

/// Where the served index lives and how it is reached.
#[derive(Debug, Clone)]
pub struct ServedOptions {
    /// Address of the server's gRPC port, such as `http://127.0.0.1:6334`; `https` for TLS.
    pub url: String,
    /// The server's API key, if it wants one.
    pub api_key: Option<ApiKey>,
    /// The name that always points at the serving collection; collections are called `<alias>_gen-<id>`.
    pub alias: String,
    /// Time limit of one search.
    pub deadline: Duration,
    /// Time limit of one step of opening or building: a page of points, a batch, a switch.
    pub patience: Duration,
    /// Copies of the collection in a cluster.
    pub replicas: u32,
    /// How it is searched.
    pub search: SearchOptions,
}

impl ServedOptions {
    /// The usual choices for the server at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            api_key: None,
            alias: "viva".to_owned(),
            deadline: Duration::from_secs(1),
            patience: Duration::from_secs(30),
            replicas: 1,
            search: SearchOptions::default(),
        }
    }
}

/// A secret that does not print.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// Wraps the key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}
