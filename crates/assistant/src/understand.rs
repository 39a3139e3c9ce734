//! Question -> [`Understood`]: what is to be searched.

use crate::spelling::Speller;
use crate::words::Words;
use viva_core::turn::{Understood, UserQuestion};

/// A question asked on its own is complete: its white space is put in order and its misspelt words are mended. A
/// pasted text keeps its lines in `original`.
pub(crate) fn understand(
    question: &UserQuestion,
    words: &Words,
    speller: &Speller,
    is_word: &dyn Fn(&str) -> bool,
) -> Understood {
    let line = question.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let mended = speller.mend(words, &line, is_word);
    let changes: Vec<String> =
        mended.changes.iter().map(|(wrong, right)| format!("{wrong} -> {right}")).collect();
    let reason = (!changes.is_empty()).then(|| format!("spelling mended: {}", changes.join(", ")));
    Understood { original: question.as_str().to_owned(), standalone: mended.text, reason }
}
