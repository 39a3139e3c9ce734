//! Thoughts that stand in the text.
//!
//! Servers without a reasoning parser send what a reasoning model thinks as `<think>…</think>` at the head of the text.
//! It is not the answer and is never shown.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes a thought at the head of a text away.
#[derive(Debug, Default)]
pub(super) struct ThoughtFilter {
    stage: Stage,
    held: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The text so far may still become a thought.
    #[default]
    Undecided,
    Thinking,
    /// Behind a thought: white space is dropped.
    Waking,
    Speaking,
}

impl ThoughtFilter {
    /// What of `text` is to be shown now; may be empty.
    pub(super) fn pass(&mut self, text: &str) -> String {
        if self.stage == Stage::Speaking {
            return text.to_owned();
        }
        self.held.push_str(text);
        loop {
            match self.stage {
                Stage::Undecided => {
                    let head = self.held.trim_start();
                    if head.starts_with(OPEN) {
                        self.stage = Stage::Thinking;
                    } else if OPEN.starts_with(head) {
                        return String::new();
                    } else {
                        self.stage = Stage::Speaking;
                    }
                }
                Stage::Thinking => {
                    let Some(at) = self.held.find(CLOSE) else {
                        // Only the end can be the beginning of the closing tag.
                        let keep = self.held.floor_char_boundary(self.held.len().saturating_sub(CLOSE.len()));
                        self.held.drain(..keep);
                        return String::new();
                    };
                    self.held.drain(..at + CLOSE.len());
                    self.stage = Stage::Waking;
                }
                Stage::Waking => {
                    self.held = self.held.trim_start().to_owned();
                    if self.held.is_empty() {
                        return String::new();
                    }
                    self.stage = Stage::Speaking;
                }
                Stage::Speaking => return std::mem::take(&mut self.held),
            }
        }
    }

    /// What is left at the end: a text that only began like a thought.
    pub(super) fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        if self.stage == Stage::Undecided { held } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        for size in 1..=text.chars().count().max(1) {
            let chars: Vec<char> = text.chars().collect();
            let mut filter = ThoughtFilter::default();
            let mut shown: String =
                chars.chunks(size).map(|piece| filter.pass(&piece.iter().collect::<String>())).collect();
            shown.push_str(&filter.finish());
            assert_eq!(shown, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn thoughts_at_the_head_are_not_shown() {
        check("<think>I é wonder </thin… no</think>\n\nIt is a lock.", "It is a lock.");
        check("\n <think></think>Yes", "Yes");
        check("<think>cut off", "");
    }

    #[test]
    fn text_is_left_alone() {
        check("  It is a lock.", "  It is a lock.");
        check("Write <think>x</think> here", "Write <think>x</think> here");
        check("<thin", "<thin");
        check("", "");
    }
}
