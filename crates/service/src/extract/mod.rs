//! Input, refused field by field.

mod fields;
mod filter;
mod json;
mod path;
mod query;

pub(crate) use fields::{FieldError, Rules};
pub(crate) use filter::{AskedFilter, checked, focus_of};
pub(crate) use json::Json;
pub(crate) use path::Path;
pub(crate) use query::Query;
