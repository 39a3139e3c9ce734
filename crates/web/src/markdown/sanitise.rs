//! The last word on the tree: what is not on these lists does not leave.

use super::link;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Elements that Markdown and diagrams are made of.
pub(crate) const ELEMENTS: &[&str] = &[
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "br",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
    "span",
    "mark",
    "details",
    "summary",
    "svg",
    "g",
    "path",
    "rect",
    "text",
    "tspan",
    "line",
    "ellipse",
    "polygon",
];

/// Attributes that any of them may have; none can load, run or style anything.
pub(crate) const ATTRIBUTES: &[&str] = &["class", "role", "tabindex", "aria-label", "aria-hidden"];

/// Attributes of one element each.
pub(crate) const OF_ELEMENT: &[(&str, &[&str])] = &[
    ("a", &["href", "rel", "data-n"]),
    ("ol", &["start"]),
    ("th", &["scope"]),
    ("svg", &["viewBox", "width", "height"]),
    ("path", &["d"]),
    ("rect", &["x", "y", "width", "height", "rx"]),
    ("text", &["x", "y"]),
    ("tspan", &["x", "dy"]),
    ("line", &["x1", "y1", "x2", "y2"]),
    ("ellipse", &["cx", "cy", "rx", "ry"]),
    ("polygon", &["points"]),
];

/// Parses `html` as a browser does and writes back what is allowed of it.
pub(super) fn clean(html: &str) -> String {
    static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(builder);
    BUILDER.clean(html).to_string()
}

fn builder() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().copied().collect())
        .generic_attributes(ATTRIBUTES.iter().copied().collect())
        .tag_attributes(
            OF_ELEMENT
                .iter()
                .map(|(tag, names)| (*tag, names.iter().copied().collect()))
                .collect::<HashMap<_, HashSet<_>>>(),
        )
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|_, name, value| match name {
            // A class of the page's own furniture on foreign text could imitate it.
            "class"
                if !value
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b' ' || b.is_ascii_digit()) =>
            {
                None
            }
            "href" if link::safe(value).is_none() => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}
