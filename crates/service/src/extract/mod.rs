//! Input, refused field by field.

mod fields;
mod filter;
mod header;
mod json;
mod path;
mod query;

pub(crate) use fields::{FieldError, Rules, number};
pub(crate) use filter::{AskedFilter, checked, focus_of};
pub(crate) use header::{idempotency_key, last_event_id};
pub(crate) use json::{DigestedJson, Json, OptionalJson};
pub(crate) use path::{ConversationPath, InterviewPath, Path, TurnPath};
pub(crate) use query::Query;
