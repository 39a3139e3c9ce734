//! Every page with sample data, for tests and for pictures. Each text that a user, a model or a guide could have
//! written goes through one function, so that a test can put something else in all of their places.

mod asking;
mod browsing;
mod data;
mod examining;
#[cfg(test)]
mod small_guide;

use std::time::{Duration, SystemTime};
use viva_core::guide::Guide;
use viva_web::pages::Theme;

#[cfg(test)]
pub(crate) use small_guide::small_guide;

/// Where sample texts go through.
pub(crate) type Text<'a> = &'a dyn Fn(&str) -> String;

/// The moment at which all of it happens.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// Every page, by name.
pub(crate) fn all(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let mut pages = asking::asking(guide, theme, t);
    pages.extend(browsing::browsing(guide, theme, t));
    pages.extend(examining::interviewing(guide, theme, t));
    pages.extend(examining::reviewing(guide, theme, t));
    pages
}
