//! Tests over real sockets, with scripted ports. Every response that any of them gets is held against the OpenAPI
//! document (`contract`).

mod app;
mod client;
mod contract;
mod model;
mod ports;
mod store;
mod talk;

mod ask;
mod body_rules;
mod conversations;
mod docs;
mod generated;
mod guide;
mod hosts;
mod interviews;
mod keys;
mod life;
mod limits;
mod observability;
mod pages;
mod readiness;
mod search;
mod shutdown;
mod slow;
mod stream;
