//! Sessions on worker threads behind a queue.

mod batch;
mod model;
mod pool;
mod runtime;

#[cfg(test)]
mod tests;

pub(crate) use batch::plan;
pub(crate) use model::Blueprint;
pub(crate) use pool::{Limits, Pool};
pub use runtime::load as load_runtime;
