//! Question -> [`Understood`]: what is to be searched.

use viva_core::turn::{Understood, UserQuestion};

/// A question asked on its own is complete: only its white space is put in order, and a pasted text keeps its
/// lines in `original`.
pub(crate) fn understand(question: &UserQuestion) -> Understood {
    let standalone = question.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    Understood { original: question.as_str().to_owned(), standalone, reason: None }
}
