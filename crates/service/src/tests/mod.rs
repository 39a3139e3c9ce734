//! Tests over real sockets, with scripted ports. Every response that any of them gets is held against the OpenAPI
//! document (`contract`).

mod app;
mod client;
mod contract;
mod ports;

mod ask;
mod body_rules;
mod docs;
mod guide;
mod hosts;
mod keys;
mod life;
mod limits;
mod observability;
mod pages;
mod readiness;
mod search;
mod stream;
