//! The HTTP service: the native API, its documents, its errors, its life cycle.
//!
//! [`Server::bind`] takes the address, [`Server::run`] serves until it is told to end. Both work before there is an
//! index: the process is alive at once, and the API says `503` with what is going on until it can answer.
//!
//! | module | what it holds |
//! |---|---|
//! | `server` | binding, connections, the orderly end |
//! | `router` | every route in one list, and the layers around them |
//! | `routes` | one action a file |
//! | `wire` | what goes over the wire, mirrored from the core's types |
//! | `extract` | bodies and query parameters, refused field by field |
//! | `middleware` | host, origin, key, admission, request id, headers, log |
//! | `error`, `problem` | one enum of failures; its one mapping to problem documents |
//! | `answering`, `sse` | an answer, whole or as named server-sent events |
//! | `streams` | how many streams an owner may have open |
//!
//! HTTP/1.1 alone is spoken. HTTP/2 without TLS needs prior knowledge, which no browser has, and brings its own
//! attacks; a proxy in front speaks it to the world and HTTP/1.1 to us.

mod answering;
mod error;
mod extract;
mod held_body;
mod interview_json;
mod json;
mod media;
mod metrics;
mod middleware;
mod openapi;
mod pages;
mod problem;
mod readiness;
mod router;
mod routes;
mod server;
mod sse;
mod state;
mod streams;
mod wire;

pub use interview_json::{
    due_json, interview_json, listed_json, outcome_json, progress_json, report_json, report_markdown,
    revealed_json,
};
pub use json::{
    answer_json, conversation_json, conversation_summary_json, inspection_json, owner, query_json,
    search_json,
};
pub use server::{ServeError, Server};
pub use state::AppState;

#[cfg(test)]
mod tests;
