//! What the pages for people share: who visits, forms, answers as HTML, errors as pages, the page's own stream.
//!
//! The HTML itself is made by `viva-web`; here requests become views and views become responses. Nothing of a page is
//! kept between requests but two cookies, the chosen theme and a random word that ties forms to their browser. Sessions
//! on the server were refused: they would have to be shared between replicas.

mod browser;
mod documented;
mod errors;
mod feed;
mod form;
mod reader;
mod schedule;
mod sse;
pub(crate) mod turns;
mod visit;

pub(crate) use browser::theme_cookie;
pub(crate) use documented::{Page, Refused};
pub(crate) use errors::html_errors;
pub(crate) use feed::Feeds;
pub(crate) use form::{Fields, Form, query_fields};
pub(crate) use schedule::{due, is_known};
pub(crate) use sse::stream;
pub(crate) use visit::{Visit, see_other};
