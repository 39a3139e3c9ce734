//! Markdown for a terminal: blocks in order, prose wrapped, code as it is.

use super::{BOLD, CYAN, DIM, RESET};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Renders `markdown`, prose wrapped at `width`.
pub(crate) fn render(markdown: &str, width: usize) -> String {
    let mut writer =
        Writer { width, out: String::new(), line: String::new(), lists: Vec::new(), code: None, cell: false };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    writer.out.trim_end().to_owned() + "\n"
}

struct Writer {
    width: usize,
    out: String,
    /// Inline text that is waiting to be wrapped.
    line: String,
    /// The open lists; a number for an ordered one.
    lists: Vec<Option<u64>>,
    /// The language of the open code block.
    code: Option<String>,
    cell: bool,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => {
                for line in text.lines() {
                    self.out.push_str(&format!("    {line}\n"));
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.line.push_str(&text),
            Event::Code(text) => self.line.push_str(&format!("{CYAN}{text}{RESET}")),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            Event::Rule => self.out.push_str(&format!("{DIM}{}{RESET}\n\n", "─".repeat(self.width))),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong | Tag::Heading { .. } => self.line.push_str(BOLD),
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                if language == "output" {
                    self.out.push_str(&format!("    {DIM}prints{RESET}\n"));
                }
                self.code = Some(language);
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::TableCell => self.cell = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.line.push_str(RESET),
            TagEnd::Heading(_) => {
                self.line.push_str(RESET);
                self.flush();
                self.out.push('\n');
            }
            TagEnd::Paragraph => {
                self.flush();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            TagEnd::CodeBlock => {
                self.code = None;
                self.out.push('\n');
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            TagEnd::TableCell => {
                self.cell = false;
                self.line.push_str("  ");
            }
            TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => self.flush(),
            TagEnd::Table => self.out.push('\n'),
            _ => {}
        }
    }

    /// Wraps what is waiting and writes it, behind its bullet where it is in a list.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.line);
        if text.trim().is_empty() {
            return;
        }
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let bullet = match self.lists.last_mut() {
            None => String::new(),
            Some(None) => "• ".to_owned(),
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
        };
        let first = format!("{indent}{bullet}");
        let rest = " ".repeat(textwrap::core::display_width(&first));
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .break_words(false);
        for line in text.trim().lines() {
            self.out.push_str(&textwrap::fill(line, &options));
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str) -> String {
        anstream::adapter::strip_str(&render(markdown, 30)).to_string()
    }

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let text = plain(
            "one two three four five six seven eight\n\n```python\nx = 'a very long line that is never ever wrapped'\n```\n",
        );
        assert_eq!(
            text,
            "one two three four five six\nseven eight\n\n    x = 'a very long line that is never ever wrapped'\n"
        );
    }

    #[test]
    fn lists_hang() {
        assert_eq!(
            plain("- one two three four five six seven\n- b\n"),
            "• one two three four five\n  six seven\n• b\n"
        );
        assert_eq!(plain("1. a\n2. b\n"), "1. a\n2. b\n");
    }

    #[test]
    fn markers_stay() {
        assert_eq!(plain("**Explanation** [2]\n\nText `code` [1]"), "Explanation [2]\n\nText code [1]\n");
    }
}
