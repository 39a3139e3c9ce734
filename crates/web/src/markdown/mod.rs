//! Markdown -> safe HTML.
//!
//! ```text
//! text -> (definitions made text) -> parser events -> (marks of the half-written concealed) -> HTML -> sanitised tree
//! ```
//!
//! The events are written by hand, each to an element chosen here, and the sanitiser has the last word on the tree:
//! either alone would do, and a mistake in one is caught by the other. Refused: the parser's own HTML writer (it passes
//! raw HTML and images through) and rendering in the browser (two renderers never agree).
//!
//! What is left out on purpose: raw HTML is shown as text, images are named and not loaded, a reference definition
//! (`[a]: https://…`) is text and no link refers to it. The last one keeps blocks independent of each other, which
//! [`crate::StreamRenderer`] rests on, and closes the way by which a model's answer has carried data out of other
//! systems (CVE-2025-32711).

mod citations;
mod conceal;
mod definitions;
mod events;
mod highlight;
mod link;
mod sanitise;
mod write;

use maud::{Markup, PreEscaped};
use std::ops::Range;

pub use citations::Marker;
pub(crate) use citations::href;
pub(crate) use conceal::{held_back, shown_lines};
use definitions::{GUARD, guarded};
pub(crate) use definitions::{push_guarded, unguarded};
pub(crate) use events::{block_starts, is_paragraph};
pub use link::external_host;

/// How deeply elements may nest; what lies deeper keeps its text and loses its tags.
pub const MAX_DEPTH: usize = 24;

/// How a text is rendered.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// What `[n]` may stand for; a number that is not here stays text.
    pub markers: &'a [Marker],
    /// The level that the headings `#` to `###` get; deeper ones follow it. 2 to 6.
    pub heading: u8,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self { markers: &[], heading: 3 }
    }
}

/// Renders a whole text.
pub fn render(text: &str, style: Style<'_>) -> Markup {
    PreEscaped(render_guarded(&guarded(text), style))
}

/// Renders a text without definitions.
pub(crate) fn render_guarded(text: &str, style: Style<'_>) -> String {
    sanitise::clean(&write::html(text, events::read(text), style, None))
}

/// Renders a text without definitions whose end is still being written: emphasis, links, inline code and markers that
/// are not closed yet are shown as words without their marks.
pub(crate) fn render_open(text: &str, style: Style<'_>) -> String {
    sanitise::clean(&write::html(text, conceal::conceal(events::read(text)), style, None))
}

/// The blocks of `text` that hold `quote`, with the quote marked; the quote alone where `text` does not hold it.
pub fn excerpt(text: &str, quote: &str) -> Markup {
    let (text, quote) = (guarded(text), guarded(quote));
    let Some(at) = text.find(&*quote).filter(|_| !quote.is_empty()) else { return marked(&quote) };
    let mark = at..at + quote.len();
    let around = events::blocks_around(&text, &mark);
    let (part, mark) = (&text[around.clone()], mark.start - around.start..mark.end - around.start);
    let html = write::html(part, events::read_pieces(part), Style::default(), Some(mark));
    // The parser cuts text at brackets; the marks of neighbouring pieces become one.
    PreEscaped(sanitise::clean(&html.replace("</mark><mark>", "")))
}

fn marked(quote: &str) -> Markup {
    maud::html! { p { mark { (unguarded(quote)) } } }
}

/// Whether two ranges share a byte.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Writes `text` with everything that HTML gives a meaning to as an entity: safe in text and in quoted attributes.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            GUARD => {}
            _ => out.push(c),
        }
    }
}

/// What may be in rendered Markdown, for tests.
#[cfg(test)]
pub(crate) fn allowed_elements() -> &'static [&'static str] {
    sanitise::ELEMENTS
}

#[cfg(test)]
mod tests;
