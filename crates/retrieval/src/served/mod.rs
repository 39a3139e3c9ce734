//! The served home: a Qdrant server reached over gRPC.

mod collection;
mod engine;
mod home;
mod server;
mod writer;

pub use home::ServedHome;
pub use writer::ServedWriter;
