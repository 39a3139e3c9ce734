//! The card of a question.

use super::chunk_of;
use viva_core::chunk::{Chunk, Origin};
use viva_core::guide::{Module, Question};

/// The card of `question`; `None` where it has neither wording nor alias.
///
/// Its text is the question and its aliases, a line each. Its rows are the question, with `module_row` also
/// "module title: question", and each alias; words that were there before are no row again.
pub(super) fn card(module: &Module, question: &Question, module_row: bool) -> Option<Chunk> {
    let wording = question.text.trim();
    let mut lines = Vec::new();
    for line in std::iter::once(wording).chain(question.aliases.iter().map(|alias| alias.trim())) {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut passages: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let title = module.title.trim();
    if module_row && !wording.is_empty() && !title.is_empty() {
        passages.insert(1, format!("{title}: {wording}"));
    }
    let has_rows = !passages.is_empty();
    has_rows.then(|| chunk_of(question, Origin::Card, lines.join("\n"), passages))
}
