//! What the tests of the whole share: the program as a child process, and guides made for a test.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "this is test code"
)]

mod guide;
mod program;
mod server;

pub use guide::{GuideFolder, entry};
pub use program::{Finished, Program};
pub use server::Server;
