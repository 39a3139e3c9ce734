//! The outline of a Markdown text: its headings and code blocks, with byte offsets.
//!
//! `pulldown-cmark` is linear also on hostile input; what its consumers are not safe from is depth, so
//! a text that nests deeper than [`MAX_NESTING`] is refused here, before anybody recurses over it. One of
//! millions of headings is refused too: each becomes a section, and often a finding.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The deepest nesting of blocks and inlines together that is accepted; real documents stay under ten.
pub(crate) const MAX_NESTING: usize = 64;
/// The most headings and code blocks together of one text; a long book has a few thousand.
pub(crate) const MAX_PIECES: usize = 20_000;

/// The headings and code blocks of a text, in order.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Headings that stand in no list, quote or table.
    pub(crate) headings: Vec<Heading>,
    /// Code blocks anywhere.
    pub(crate) code: Vec<CodeBlock>,
}

#[derive(Debug)]
pub(crate) struct Heading {
    /// 1 to 6.
    pub(crate) level: u8,
    /// As written, without the marks.
    pub(crate) title: String,
    /// With the marks and the line's end.
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct CodeBlock {
    /// With its fences.
    pub(crate) range: Range<usize>,
    /// The text after the opening fence; `None` for a block made by indentation.
    pub(crate) info: Option<String>,
    pub(crate) code: String,
}

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It nests deeper than [`MAX_NESTING`] at this offset.
    TooDeep { offset: usize },
    /// It has more than [`MAX_PIECES`] up to this offset.
    TooManyPieces { offset: usize },
}

/// Reads the outline of `text` from byte `base` on; offsets count from the start of `text`.
pub(crate) fn outline(text: &str, base: usize) -> Result<Outline, Refused> {
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    let mut heading: Option<(u8, Range<usize>, Option<Range<usize>>)> = None;
    let mut code: Option<CodeBlock> = None;
    for (event, range) in Parser::new_ext(&text[base..], Options::ENABLE_TABLES).into_offset_iter() {
        let range = range.start + base..range.end + base;
        if let Some((_, _, inner)) = &mut heading
            && !matches!(event, Event::End(TagEnd::Heading(_)))
        {
            let start = inner.as_ref().map_or(range.start, |inner| inner.start);
            *inner = Some(start..range.end);
        }
        match event {
            Event::Start(tag) => {
                match tag {
                    Tag::Heading { level, .. } if depth == 0 => heading = Some((level as u8, range, None)),
                    Tag::CodeBlock(kind) => {
                        let info = match kind {
                            CodeBlockKind::Fenced(info) => Some(info.trim().to_owned()),
                            CodeBlockKind::Indented => None,
                        };
                        code = Some(CodeBlock { range, info, code: String::new() });
                    }
                    _ if depth >= MAX_NESTING => return Err(Refused::TooDeep { offset: range.start }),
                    _ => {}
                }
                depth += 1;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0
                    && let Some((level, range, inner)) = heading.take()
                {
                    let title = inner.map_or("", |inner| text[inner].trim()).to_owned();
                    outline.headings.push(Heading { level, title, range });
                }
                outline.code.extend(code.take());
                if outline.headings.len() + outline.code.len() > MAX_PIECES {
                    return Err(Refused::TooManyPieces { offset: range.start });
                }
            }
            Event::Text(text) => {
                if let Some(block) = &mut code {
                    block.code.push_str(&text);
                }
            }
            _ => {}
        }
    }
    Ok(outline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_code_and_lists_do_not_count() {
        let text =
            "## The `with` statement ##\n```python\n## no\n```\n- ## no\n\nSetext *two*\n---\n> ## no\n";
        let outline = outline(text, 0).unwrap();
        let titles: Vec<_> = outline.headings.iter().map(|h| (h.level, h.title.as_str())).collect();
        assert_eq!(titles, [(2, "The `with` statement"), (2, "Setext *two*")]);
        assert_eq!(outline.code[0].info.as_deref(), Some("python"));
        assert_eq!(outline.code[0].code, "## no\n");
        assert!(text[outline.code[0].range.clone()].starts_with("```python"));
    }

    #[test]
    fn deep_nesting_is_refused_with_its_place() {
        assert!(outline(&"> ".repeat(MAX_NESTING - 2), 0).is_ok());
        let deep = "> ".repeat(200) + "a";
        assert_eq!(outline(&deep, 0).unwrap_err(), Refused::TooDeep { offset: 2 * MAX_NESTING });
    }

    #[test]
    fn millions_of_headings_are_refused() {
        let text = "# a\n".repeat(MAX_PIECES + 1);
        assert_eq!(outline(&text, 0).unwrap_err(), Refused::TooManyPieces { offset: 4 * MAX_PIECES });
    }

    /// Sizes that take minutes with anything quadratic.
    #[test]
    fn hostile_texts_of_a_mebibyte_are_read() {
        const SIZE: usize = 1 << 20;
        for pattern in ["[", "> ", "- ", "*]", "[a](", "![", "<!--", "$x ", "*a _b ", "|", "- ```\n", "a\n> "]
        {
            let text = pattern.repeat(SIZE / pattern.len());
            let _ = outline(&text, 0);
        }
    }
}
