//! The title that a conversation gets from its first question.

use viva_core::conversation::MAX_TITLE_CHARS;

/// `question` on one line; a longer one than [`MAX_TITLE_CHARS`] is cut between two words and ends in an ellipsis.
pub(super) fn title_of(question: &str) -> String {
    let words: Vec<&str> = question.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= MAX_TITLE_CHARS {
        return line;
    }
    // One character is the ellipsis; one more is looked at, to see whether a word ends exactly there.
    let head: String = line.chars().take(MAX_TITLE_CHARS).collect();
    let cut = match head.rfind(' ') {
        Some(space) => &head[..space],
        // A single word longer than a title.
        None => head.char_indices().last().map_or("", |(last, _)| &head[..last]),
    };
    format!("{}…", cut.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_line_and_cut_between_words() {
        assert_eq!(title_of("  What\n is\tthe   GIL? "), "What is the GIL?");
        let exact = "ä".repeat(MAX_TITLE_CHARS);
        assert_eq!(title_of(&exact), exact);
        let long = format!("{exact}b");
        assert_eq!(title_of(&long), format!("{}…", "ä".repeat(MAX_TITLE_CHARS - 1)));
        let words = "words, ".repeat(40);
        let title = title_of(&words);
        assert!(title.ends_with("words…") && title.chars().count() <= MAX_TITLE_CHARS, "{title}");
        let whole = format!("{} {}", "a".repeat(MAX_TITLE_CHARS - 1), "b");
        assert_eq!(title_of(&whole), format!("{}…", "a".repeat(MAX_TITLE_CHARS - 1)));
    }
}
