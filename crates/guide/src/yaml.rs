//! YAML with places: errors and values carry line and column of the file they stand in.

use crate::diagnostic::{Placed, Position};
use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};

/// What the parser says, and where.
#[derive(Debug)]
pub(crate) struct YamlError {
    pub(crate) message: String,
    pub(crate) at: Position,
}

/// Reads one YAML document that begins below line `lines_before` of its file.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, lines_before: u32) -> Result<T, YamlError> {
    // Snippets would repeat the place in prose; the diagnostic carries it as data.
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let location = error.location().unwrap_or(Location::UNKNOWN);
        let at = position(location, lines_before);
        let full = error.without_snippet().to_string();
        let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
        YamlError { message: message.to_owned(), at }
    })
}

/// A spanned value as one with a place in the file.
pub(crate) fn placed<T>(spanned: Spanned<T>, lines_before: u32) -> Placed<T> {
    let at = position(spanned.referenced, lines_before);
    Placed { value: spanned.value, at }
}

/// Every value of a list; a list that is null or missing is empty.
pub(crate) fn placed_list<T>(list: Option<Vec<Spanned<T>>>, lines_before: u32) -> Vec<Placed<T>> {
    list.unwrap_or_default().into_iter().map(|value| placed(value, lines_before)).collect()
}

fn position(location: Location, lines_before: u32) -> Position {
    let line = u32::try_from(location.line()).unwrap_or(u32::MAX).max(1);
    let column = u32::try_from(location.column()).unwrap_or(u32::MAX).max(1);
    Position { line: line.saturating_add(lines_before), column }
}
