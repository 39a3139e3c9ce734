//! Prints an answer while it comes: a block once it is complete, and never again. In a pipe the Markdown goes through as it is.

use crate::terminal::progress::note;
use crate::terminal::{self, DIM, RESET, markdown};
use serde_json::Value;

/// What waits to be printed.
pub(super) struct Printer {
    /// `None` in a pipe.
    width: Option<usize>,
    is_silent: bool,
    held: String,
    /// What the last line printed in a pipe ended with.
    ends_line: bool,
}

impl Printer {
    pub(super) fn new(width: Option<usize>, is_silent: bool) -> Self {
        Self { width, is_silent, held: String::new(), ends_line: true }
    }

    /// Says how the message was understood, where it was completed.
    pub(super) fn understood(&self, query: &Value) {
        if let Some(reason) = query["reason"].as_str().filter(|_| !self.is_silent) {
            note(&format!(
                "{DIM}understood as: {} ({reason}){RESET}",
                query["standalone"].as_str().unwrap_or_default()
            ));
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        match self.width {
            _ if self.is_silent => {}
            None => {
                terminal::print(text);
                self.ends_line = text.ends_with('\n');
            }
            Some(width) => {
                self.held.push_str(text);
                let complete = complete_blocks(&self.held);
                if complete > 0 {
                    let rest = self.held.split_off(complete);
                    let blocks = std::mem::replace(&mut self.held, rest);
                    terminal::print(&format!("{}\n", markdown::render(&blocks, width)));
                }
            }
        }
    }

    /// What is left.
    pub(super) fn finish(&mut self) {
        let rest = std::mem::take(&mut self.held);
        if let Some(width) = self.width.filter(|_| !rest.trim().is_empty()) {
            terminal::print(&markdown::render(&rest, width));
        } else if !self.ends_line {
            terminal::print("\n");
            self.ends_line = true;
        }
    }
}

/// How many bytes from the beginning are blocks that nothing to come can change: up to the last empty line outside a fence.
fn complete_blocks(text: &str) -> usize {
    let mut fence: Option<&str> = None;
    let mut complete = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let bare = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark && bare.trim_start_matches(&mark[..1]).is_empty() => {
                fence = None;
            }
            _ => {}
        }
        let is_list = text[..at].lines().rev().find(|line| !line.trim().is_empty()).is_some_and(is_list_line);
        if fence.is_none() && bare.is_empty() && line.ends_with('\n') && !is_list {
            complete = at;
        }
    }
    complete
}

/// Behind an empty line a list may go on.
fn is_list_line(line: &str) -> bool {
    let bare = line.trim_start();
    bare.starts_with("- ")
        || bare.starts_with("* ")
        || line.starts_with("  ")
        || bare.split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finished_blocks_are_printed() {
        let complete = |text: &str| text[..complete_blocks(text)].to_owned();
        assert_eq!(complete("one\n\ntwo"), "one\n\n");
        assert_eq!(complete("one"), "");
        assert_eq!(complete("a\n\n```python\nx\n\ny\n"), "a\n\n");
        assert_eq!(complete("```python\nx\n\ny\n```\n\nb"), "```python\nx\n\ny\n```\n\n");
        assert_eq!(complete("- a\n\n- b\n\n"), "");
        assert_eq!(complete("- a\n\nend\n\nx"), "- a\n\nend\n\n");
    }
}
