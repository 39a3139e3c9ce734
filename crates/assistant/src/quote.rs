//! The passage of a section that a citation shows: verbatim, short, and the one closest to the question.

use crate::markdown::{code_blocks, sentences};
use crate::words::Words;
use std::collections::HashSet;

/// The longest quote, in characters.
const MAX_QUOTE_CHARS: usize = 320;

/// A verbatim piece of `markdown`: the sentence that shares most words with `question` (the first of equals), or,
/// where there is no prose, the first lines of code. Empty only where `markdown` is.
pub(crate) fn quote<'a>(words: &Words, markdown: &'a str, question: &str) -> &'a str {
    let asked: HashSet<String> = words.stems(question).into_iter().collect();
    let shared =
        |text: &str| words.stems(text).into_iter().collect::<HashSet<_>>().intersection(&asked).count();
    let candidates = sentences(markdown).into_iter().map(|range| &markdown[range]);
    let best = candidates.fold(None, |best: Option<(usize, &str)>, sentence| {
        let count = shared(sentence);
        if best.is_none_or(|(most, _)| count > most) { Some((count, sentence)) } else { best }
    });
    let text = match best {
        Some((_, sentence)) => sentence,
        None => code_blocks(markdown).into_iter().next().map_or(markdown.trim(), |range| &markdown[range]),
    };
    shorten(text.trim_end())
}

/// Cuts at a line or word end; what is left is still verbatim.
fn shorten(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(MAX_QUOTE_CHARS) else { return text };
    let cut = &text[..limit];
    let end = cut
        .rfind('\n')
        .filter(|end| *end > limit / 2)
        .or_else(|| cut.rfind(char::is_whitespace))
        .unwrap_or(limit);
    text[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_closest_to_the_question_is_quoted() {
        let words = Words::new();
        let text = "A lock guards data. Deadlocks come from lock order. Nothing else.";
        assert_eq!(quote(&words, text, "how does a deadlock happen"), "Deadlocks come from lock order.");
        assert_eq!(quote(&words, text, "zebra"), "A lock guards data.");
        assert_eq!(quote(&words, "```python\nx = 1\n```", "x"), "x = 1");
        assert_eq!(quote(&words, "", "x"), "");
    }

    proptest::proptest! {
        #[test]
        fn a_quote_is_verbatim(text in "[ -~\né`]{0,900}", question in "[a-z ]{0,40}") {
            let words = Words::new();
            let quoted = quote(&words, &text, &question);
            proptest::prop_assert!(text.contains(quoted));
            proptest::prop_assert!(quoted.chars().count() <= MAX_QUOTE_CHARS);
        }
    }
}
