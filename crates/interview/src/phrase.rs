//! Pieces of a key point that point at it without telling it.

use crate::sheet::Point;
use crate::text::words::{Kind, Token, tokens};
use std::collections::HashMap;

/// The most of a point's weight that a cue may tell.
const MOST_TOLD: f32 = 0.3;
/// The most words of a cue.
const MAX_CUE_WORDS: usize = 3;
/// The most of a point's weight that a cloze leaves standing.
const MOST_LEFT: f32 = 0.35;
/// What stands in the place of a masked word.
pub(crate) const BLANK: &str = "____";

/// A few neighbouring words of the point that say what it is about, never more than a third of its weight. `None` where
/// every word of it is telling.
pub(crate) fn cue(point: &Point) -> Option<String> {
    let words = tokens(&point.text);
    let weights = weights(point);
    let mut best: Option<(f32, &str)> = None;
    for start in 0..words.len() {
        for length in 1..=MAX_CUE_WORDS.min(words.len() - start) {
            let run = &words[start..start + length];
            let range = run[0].range.start..run[length - 1].range.end;
            let text = &point.text[range];
            if !run.iter().all(is_nameable) || text.contains([',', ';', ':', '(', '.', '—']) {
                continue;
            }
            let told: f32 =
                run.iter().map(|token| weights.get(token.stem.as_str()).copied().unwrap_or(0.0)).sum();
            if told > 0.05 && told <= MOST_TOLD && best.is_none_or(|(most, _)| told > most) {
                best = Some((told, text));
            }
        }
    }
    best.map(|(_, text)| text.to_owned())
}

/// Words that can stand in a cue: no function words, no numbers, no denials and adverbs that carry the claim.
fn is_nameable(token: &Token) -> bool {
    const CLAIMS: [&str; 12] =
        ["not", "no", "never", "only", "always", "cannot", "without", "more", "less", "all", "none", "same"];
    token.kind == Kind::Content
        && !token.lower.starts_with(|c: char| c.is_ascii_digit())
        && !CLAIMS.contains(&token.lower.as_str())
}

/// The share of the point's weight that each stem has.
fn weights(point: &Point) -> HashMap<&str, f32> {
    let total: f32 = point.terms.iter().map(|term| term.weight).sum::<f32>().max(f32::MIN_POSITIVE);
    point.terms.iter().map(|term| (term.stem.as_str(), term.weight / total)).collect()
}

/// The point with its decisive words masked, the most telling first, until little of its weight is left.
pub(crate) fn cloze(point: &Point) -> String {
    let mut by_weight: Vec<(&str, f32)> = weights(point).into_iter().collect();
    by_weight.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut left = 1.0;
    let mut masked: Vec<&str> = Vec::new();
    for (stem, weight) in by_weight {
        if left <= MOST_LEFT {
            break;
        }
        left -= weight;
        masked.push(stem);
    }
    let mut text = String::with_capacity(point.text.len());
    let mut at = 0;
    for token in tokens(&point.text) {
        let hides = masked.contains(&token.stem.as_str()) && token.kind == Kind::Content;
        if hides || token.lower.starts_with(|c: char| c.is_ascii_digit()) {
            text.push_str(&point.text[at..token.range.start]);
            text.push_str(BLANK);
            at = token.range.end;
        }
    }
    text.push_str(&point.text[at..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sheet;
    use crate::text::words::stem_set;

    #[test]
    fn a_cue_tells_little_and_a_cloze_leaves_little() {
        for id in ["gil", "deadlock", "queue", "weakref", "del", "reference-counting"] {
            for point in &sheet(id).points {
                let cue = cue(point).unwrap_or_default();
                assert!(point.share_in(&stem_set(&cue)) <= 0.31, "{cue}: {}", point.text);
                let cloze = cloze(point);
                assert!(cloze.contains(BLANK) && point.share_in(&stem_set(&cloze)) <= 0.36, "{cloze}");
            }
        }
    }
}
