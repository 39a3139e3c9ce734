//! Conversations, interviews, the review schedule and the count of tokens, in SQLite or PostgreSQL.
//!
//! [`Store`] implements the ports [`viva_core::ports::ConversationStore`], [`viva_core::ports::InterviewStore`] and
//! [`viva_core::ports::TokenLedger`]. Every statement is written once, in the SQL that both databases speak, against
//! the small trait `session::Session`; the two places where they differ ask it for its dialect. sqlx's `Any` driver was
//! refused, because it hides the errors' codes, and generic code over `sqlx::Database`, because its bounds would be
//! longer than the statements.
//!
//! What is true everywhere:
//! - A caller that goes away cannot harm a connection: statements run in a task of their own, and a connection that
//!   did not end its transaction cleanly is closed (<https://github.com/launchbadge/sqlx/issues/4393>).
//! - A statement names the owner of what it reads or changes. Exceptions: `touch` and `finish` know a turn only by its
//!   id, which nobody but the process that began it has; [`Store::end_abandoned`] and [`Store::check`] go through all
//!   owners on the operator's behalf.
//! - A row carries a CRC-32 of itself (`seal`), and every reader checks it: a flipped bit is an error, not an answer.
//! - U+0000, which PostgreSQL's text cannot hold, is kept as U+FFFD in both databases.

mod check;
mod conversations;
#[cfg(test)]
mod dropped;
mod error;
mod interviews;
mod ledger;
mod migrations;
mod options;
mod postgres;
mod records;
mod row;
mod seal;
mod session;
mod sqlite;
mod store;
mod time;

pub use conversations::Left;
pub use error::OpenError;
pub use migrations::VERSION;
pub use options::{Address, InvalidAddress, StoreOptions};
pub use store::Store;
