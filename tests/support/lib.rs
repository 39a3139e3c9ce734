//! What the tests of the whole share: the program as a child process, and guides made for a test.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "this is test code"
)]

mod guide;
mod program;
mod server;

pub use guide::{GuideFolder, entry};
pub use program::{Finished, Program};
pub use server::Server;
