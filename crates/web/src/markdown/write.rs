//! Events -> HTML.

use super::events::Placed;
use super::{MAX_DEPTH, Style, citations, escape_into, highlight, link, overlap, unguarded};
use crate::diagram;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Tag, TagEnd};
use std::ops::Range;

/// Writes `events` of `source`. `mark` is a range of `source` to be marked; its events must be single pieces.
pub(super) fn html(
    source: &str,
    events: Vec<Placed<'_>>,
    style: Style<'_>,
    mark: Option<Range<usize>>,
) -> String {
    let mut writer = Writer {
        source,
        style,
        mark,
        out: String::with_capacity(source.len() * 3 / 2),
        closings: Vec::new(),
        code: None,
        in_link: false,
        image: None,
        columns: Vec::new(),
        cell: 0,
        in_head: false,
    };
    for (event, range) in events {
        writer.event(event, range);
    }
    writer.out
}

struct Writer<'a> {
    source: &'a str,
    style: Style<'a>,
    mark: Option<Range<usize>>,
    out: String,
    /// What closes each open element; empty for one that was left out.
    closings: Vec<String>,
    /// The code block that is open: its info string and its text, with the marked part of it.
    code: Option<Code>,
    in_link: bool,
    /// At which depth an image was opened; inside it there is only text.
    image: Option<usize>,
    columns: Vec<Alignment>,
    cell: usize,
    in_head: bool,
}

struct Code {
    info: String,
    text: String,
    marked: Option<Range<usize>>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, &range),
            Event::Code(code) => {
                self.out.push_str("<code>");
                self.plain(&code, &range);
                self.out.push_str("</code>");
            }
            // Raw HTML, and what is not switched on: shown, never obeyed.
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                self.plain(&text, &range);
            }
            Event::FootnoteReference(label) => escape_into(&mut self.out, &label),
            Event::SoftBreak => self.plain("\n", &range),
            Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(done) => self.out.push_str(if done { "☑ " } else { "☐ " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if let Tag::CodeBlock(kind) = &tag {
            let info = match kind {
                CodeBlockKind::Fenced(info) => {
                    info.split([' ', ',', '{']).next().unwrap_or("").to_lowercase()
                }
                CodeBlockKind::Indented => String::new(),
            };
            self.code = Some(Code { info, text: String::new(), marked: None });
        }
        let is_too_deep = self.closings.len() >= MAX_DEPTH;
        let closing = if is_too_deep || self.image.is_some() { String::new() } else { self.open(tag) };
        self.closings.push(closing);
    }

    /// Writes an element's start; returns what closes it.
    fn open(&mut self, tag: Tag<'_>) -> String {
        let (opening, closing) = match tag {
            Tag::Paragraph => ("<p>".to_owned(), "</p>\n"),
            Tag::Heading { level, .. } => {
                let level = (self.style.heading + (level as u8).saturating_sub(3)).clamp(2, 6);
                self.out.push_str(&format!("<h{level}>"));
                return format!("</h{level}>\n");
            }
            Tag::BlockQuote(_) => ("<blockquote>\n".to_owned(), "</blockquote>\n"),
            Tag::HtmlBlock => ("<p class=\"raw\">".to_owned(), "</p>\n"),
            Tag::List(Some(1)) => ("<ol>\n".to_owned(), "</ol>\n"),
            Tag::List(Some(start)) => (format!("<ol start=\"{start}\">\n"), "</ol>\n"),
            Tag::List(None) => ("<ul>\n".to_owned(), "</ul>\n"),
            Tag::Item => ("<li>".to_owned(), "</li>\n"),
            Tag::Table(columns) => {
                self.columns = columns;
                let opening =
                    "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\"><table>\n";
                (opening.to_owned(), "</tbody></table></div>\n")
            }
            Tag::TableHead => {
                (self.in_head, self.cell) = (true, 0);
                ("<thead><tr>".to_owned(), "</tr></thead>\n<tbody>")
            }
            Tag::TableRow => {
                self.cell = 0;
                ("<tr>".to_owned(), "</tr>\n")
            }
            Tag::TableCell => return self.open_cell(),
            Tag::Emphasis => ("<em>".to_owned(), "</em>"),
            Tag::Strong => ("<strong>".to_owned(), "</strong>"),
            Tag::Strikethrough => ("<del>".to_owned(), "</del>"),
            Tag::Link { dest_url, .. } => return self.open_link(&dest_url),
            Tag::Image { .. } => {
                self.image = Some(self.closings.len());
                ("<span class=\"image\">Image: ".to_owned(), "</span>")
            }
            // Code is written when it is complete; the others are not switched on.
            Tag::CodeBlock(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => return String::new(),
        };
        self.out.push_str(&opening);
        closing.to_owned()
    }

    fn open_cell(&mut self) -> String {
        let name = if self.in_head { "th" } else { "td" };
        let class = match self.columns.get(self.cell) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        let scope = if self.in_head { " scope=\"col\"" } else { "" };
        self.cell += 1;
        self.out.push_str(&format!("<{name}{scope}{class}>"));
        format!("</{name}>")
    }

    /// A link shows the host that it leads to: its words may say another.
    fn open_link(&mut self, destination: &str) -> String {
        let Some(href) = link::safe(&unguarded(destination)) else { return String::new() };
        self.in_link = true;
        self.out.push_str("<a rel=\"noreferrer noopener\" href=\"");
        escape_into(&mut self.out, &href);
        self.out.push_str("\">");
        let mut closing = "</a>".to_owned();
        if let Some(host) = link::external_host(&href) {
            closing.push_str(" <span class=\"host\">(");
            escape_into(&mut closing, &host);
            closing.push_str(")</span>");
        }
        closing
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::TableHead => self.in_head = false,
            TagEnd::Link => self.in_link = false,
            _ => {}
        }
        let closing = self.closings.pop().unwrap_or_default();
        if self.image == Some(self.closings.len()) {
            self.image = None;
        }
        // An element that was left out still parts words.
        let separated = closing.is_empty() && !self.out.ends_with(char::is_whitespace);
        let is_block =
            matches!(tag, TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::Heading(_));
        self.out.push_str(if separated && is_block { " " } else { &closing });
    }

    fn text(&mut self, text: &str, range: &Range<usize>) {
        if let Some(code) = &mut self.code {
            if let Some(mark) = self.mark.as_ref().filter(|mark| overlap(mark, range)) {
                let inner = within(self.source, mark, text, range);
                let start = code.marked.as_ref().map_or(code.text.len() + inner.start, |marked| marked.start);
                code.marked = Some(start..code.text.len() + inner.end);
            }
            code.text.push_str(text);
        } else if self.in_link || self.image.is_some() || self.mark.is_some() {
            self.plain(text, range);
        } else {
            citations::write_text(&mut self.out, text, self.style.markers);
        }
    }

    /// Text without markers, with the marked part of it marked.
    fn plain(&mut self, text: &str, range: &Range<usize>) {
        let Some(mark) = self.mark.clone().filter(|mark| overlap(mark, range)) else {
            escape_into(&mut self.out, text);
            return;
        };
        let inner = within(self.source, &mark, text, range);
        let (Some(before), Some(within), Some(after)) =
            (text.get(..inner.start), text.get(inner.clone()), text.get(inner.end..))
        else {
            escape_into(&mut self.out, text);
            return;
        };
        escape_into(&mut self.out, before);
        self.out.push_str("<mark>");
        escape_into(&mut self.out, within);
        self.out.push_str("</mark>");
        escape_into(&mut self.out, after);
    }

    fn close_code(&mut self) {
        let Some(Code { info, text, marked }) = self.code.take() else { return };
        let text = if marked.is_none() { unguarded(&text).into_owned() } else { text };
        if info == "mermaid" && marked.is_none() {
            self.out.push_str(&diagram::html(&text));
            return;
        }
        open_code(&mut self.out, &info);
        match marked {
            Some(marked) => {
                escape_into(&mut self.out, &text[..marked.start]);
                self.out.push_str("<mark>");
                escape_into(&mut self.out, &text[marked.clone()]);
                self.out.push_str("</mark>");
                escape_into(&mut self.out, &text[marked.end..]);
            }
            None => highlight::write_code(&mut self.out, &text, &info),
        }
        self.out.push_str(CODE_END);
    }
}

/// The part of `text` that `mark` covers; all of it where entities or escapes shifted its letters from the source's.
fn within(source: &str, mark: &Range<usize>, text: &str, range: &Range<usize>) -> Range<usize> {
    if source.get(range.clone()) != Some(text) {
        return 0..text.len();
    }
    mark.start.saturating_sub(range.start)..(mark.end - range.start).min(text.len())
}

/// What closes a code block.
const CODE_END: &str = "</code></pre></div>\n";

/// Opens a code block: a box that scrolls by itself and takes the focus, with a class that scripts hang a button on.
fn open_code(out: &mut String, info: &str) {
    let (class, label) = match (info, highlight::language(info)) {
        ("output", _) => ("code output", "Output".to_owned()),
        (_, Some(language)) => ("code", format!("Code, {language}")),
        _ => ("code", "Code".to_owned()),
    };
    out.push_str(&format!(
        "<div class=\"{class}\"><pre role=\"group\" tabindex=\"0\" aria-label=\"{label}\"><code>"
    ));
}
