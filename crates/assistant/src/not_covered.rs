//! The plain statement that the guide does not cover a question.

use crate::ranking::RankedQuestion;
use viva_core::guide::Guide;
use viva_core::turn::Nearest;

/// The most topics that are offered instead.
const MOST: usize = 3;

/// The nearest topics that the guide does cover.
pub(crate) fn nearest(guide: &Guide, ranked: &[RankedQuestion]) -> Vec<Nearest> {
    ranked
        .iter()
        .filter_map(|found| guide.question(&found.question))
        .take(MOST)
        .map(|question| Nearest { question: question.id.clone(), title: question.text.clone() })
        .collect()
}

/// The answer's text.
pub(crate) fn statement(nearest: &[Nearest]) -> String {
    let mut text = "The guide does not cover this question.".to_owned();
    if !nearest.is_empty() {
        text.push_str(" The nearest topics that it does cover:\n");
        for topic in nearest {
            text.push_str("\n- ");
            text.push_str(&topic.title);
        }
    }
    text
}
