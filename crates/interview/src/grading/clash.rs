//! Where an answer says the opposite of a key point: negations, opposites and swapped sides, word by word.
//!
//! A claim turns on single words, each of them in some context. For every content word of the point, the context in
//! which the answer affirms it is held against the contexts in which it denies it, puts an opposite in its place, or says
//! it of something else. What counts is which context is closer to the point's: an answer that states the point and
//! mentions its opposite as well ("unlike …") does not clash. Comparing whole clauses was tried first; a clause that
//! shares half its words with the point then hides the one word that is turned.

use super::clauses::{Clause, clauses, merged};
use super::lexicon::has_opposite;
use crate::sheet::{Point, Sheet};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a context's words in the same clause count, against those in the same statement.
const CLAUSE_SHARE: f64 = 0.5;

/// What was found for one point; all values 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Clash {
    /// The largest lead of a denying context over the affirming ones, over all words of the point.
    pub(crate) negation: f64,
    /// The same for contexts with an opposite.
    pub(crate) opposite: f64,
    /// The same for contexts that speak of something else.
    pub(crate) role: f64,
    /// The lead of clashing contexts of any kind, averaged over the words by rarity.
    pub(crate) excess: f64,
    /// The largest lead of any kind.
    pub(crate) worst: f64,
    /// How close affirming contexts come, averaged over the words by rarity.
    pub(crate) agreement: f64,
}

/// The clauses of a point, and how rare its words are.
#[derive(Debug, Clone)]
pub(crate) struct PointClauses {
    clauses: Vec<Clause>,
    /// All of them in one.
    whole: Clause,
    weights: HashMap<String, f64>,
}

/// A statement of an answer, in clauses.
#[derive(Debug, Clone)]
pub(crate) struct SaidStatement {
    clauses: Vec<Clause>,
    /// All of them in one.
    whole: Clause,
}

impl SaidStatement {
    pub(crate) fn new(text: &str) -> Self {
        Self { clauses: clauses(text), whole: merged(text) }
    }
}

impl PointClauses {
    pub(crate) fn new(point: &Point) -> Self {
        let weights: HashMap<String, f64> =
            point.terms.iter().map(|term| (term.stem.clone(), f64::from(term.rarity))).collect();
        Self { clauses: clauses(&point.text), whole: merged(&point.text), weights }
    }

    fn weight(&self, stem: &str) -> f64 {
        self.weights.get(stem).copied().unwrap_or(1.0)
    }

    /// How much of what `own` says around `word` is said by `said` too: the share of its other words, by rarity; `None`
    /// where there are none. With `strict`, words of the other polarity count against it: half a sentence that is then
    /// denied is no agreement.
    fn share(&self, own: &Clause, said: &Clause, word: &str, strict: bool) -> Option<f64> {
        let (mut found, mut total) = (0.0, 0.0);
        for stem in own.stems().filter(|stem| *stem != word) {
            let weight = self.weight(stem);
            total += weight;
            found += match (said.has(stem), strict && own.denies(said, stem)) {
                (true, true) => -weight,
                (true, false) => weight,
                (false, _) => 0.0,
            };
        }
        (total > 0.0).then(|| (found / total).max(0.0))
    }
}

/// What the question is about: its own words that key points use, and words of many key points. A statement about one
/// of them is not a statement about another.
pub(crate) fn entities(sheet: &Sheet) -> HashSet<String> {
    let asked = crate::text::words::stem_set(&sheet.text);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for term in sheet.points.iter().flat_map(|point| &point.terms) {
        *counts.entry(&term.stem).or_default() += 1;
    }
    let is_entity = |(stem, count): &(&str, usize)| asked.contains(*stem) || *count >= 4;
    counts.into_iter().filter(is_entity).map(|(stem, _)| stem.to_owned()).collect()
}

/// Compares a point with the statements of an answer.
pub(crate) fn clash(point: &PointClauses, entities: &HashSet<String>, answer: &[SaidStatement]) -> Clash {
    let mut result = Clash::default();
    let mut total = 0.0;
    for clause in &point.clauses {
        for word in clause.stems() {
            let weight = point.weight(word);
            let contexts = contexts(point, clause, word, entities, answer);
            let lead = |value: f64| (value - contexts.affirmed).max(0.0);
            let most = contexts.denied.max(contexts.opposed).max(contexts.misattributed);
            total += weight;
            result.agreement += weight * contexts.affirmed;
            result.excess += weight * lead(most);
            result.worst = result.worst.max(lead(most));
            result.negation = result.negation.max(lead(contexts.denied));
            result.opposite = result.opposite.max(lead(contexts.opposed));
            result.role = result.role.max(lead(contexts.misattributed));
        }
    }
    if total > 0.0 {
        result.agreement /= total;
        result.excess /= total;
    }
    result
}

/// How close the closest context of each kind comes to the point's, for one word.
#[derive(Default)]
struct Contexts {
    affirmed: f64,
    denied: f64,
    opposed: f64,
    misattributed: f64,
}

fn contexts(
    point: &PointClauses,
    clause: &Clause,
    word: &str,
    entities: &HashSet<String>,
    answer: &[SaidStatement],
) -> Contexts {
    let mut best = Contexts::default();
    for statement in answer {
        for said in &statement.clauses {
            let Some(kind) = kind(point, clause, said, word, entities) else { continue };
            let strict = matches!(kind, Use::Affirmed);
            let around = point.share(&point.whole, &statement.whole, word, strict).unwrap_or(0.0);
            let within = point.share(clause, said, word, strict).unwrap_or(around);
            let context = CLAUSE_SHARE * within + (1.0 - CLAUSE_SHARE) * around;
            let slot = match kind {
                Use::Affirmed => &mut best.affirmed,
                Use::Denied => &mut best.denied,
                Use::Opposed => &mut best.opposed,
                Use::Misattributed => &mut best.misattributed,
            };
            *slot = slot.max(context);
        }
    }
    best
}

/// How a clause of the answer uses a word of the point.
enum Use {
    Affirmed,
    Denied,
    Opposed,
    Misattributed,
}

fn kind(
    point: &PointClauses,
    clause: &Clause,
    said: &Clause,
    word: &str,
    entities: &HashSet<String>,
) -> Option<Use> {
    if said.has(word) {
        let is_of_another = !entities.contains(word) && speaks_of_another(clause, said, entities);
        return Some(match (is_of_another, clause.denies(said, word)) {
            (true, _) => Use::Misattributed,
            (false, true) => Use::Denied,
            (false, false) => Use::Affirmed,
        });
    }
    let is_of_point = |stem: &str| point.whole.has(stem);
    let mut opposites = said
        .0
        .iter()
        .filter(|(stem, _)| !is_of_point(stem) && has_opposite(word, std::iter::once(*stem)))
        .peekable();
    opposites.peek()?;
    // An opposite that is negated says the same.
    let polarity = clause.0.get(word)?;
    let says_the_opposite = opposites.any(|(_, found)| !polarity.is_disjoint(found));
    Some(if says_the_opposite { Use::Opposed } else { Use::Affirmed })
}

/// Whether both clauses name what they speak of, and no name is the same.
fn speaks_of_another(clause: &Clause, said: &Clause, entities: &HashSet<String>) -> bool {
    let of = |clause: &Clause| {
        clause.stems().filter(|stem| entities.contains(*stem)).cloned().collect::<BTreeSet<String>>()
    };
    let (here, there) = (of(clause), of(said));
    !here.is_empty() && !there.is_empty() && here.is_disjoint(&there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sheet_of;

    fn check(point: &str, answer: &str) -> Clash {
        let text = "What is the difference between lists and tuples?";
        let sheet = sheet_of(text, &[point, "Lists and tuples are sequences."]);
        let said: Vec<SaidStatement> = answer.split_inclusive(". ").map(SaidStatement::new).collect();
        clash(&PointClauses::new(&sheet.points[0]), &entities(&sheet), &said)
    }

    #[test]
    fn negations_opposites_and_swapped_sides_clash() {
        let point =
            "Tuples use less memory than lists because they are a single block without over-allocation.";
        let right = check(point, "A tuple needs less memory than a list, since it has no over-allocation.");
        assert!(right.agreement > 0.3 && right.excess < 0.1, "{right:?}");
        let opposite = check(point, "Tuples use more memory than lists.");
        assert!(opposite.opposite > right.opposite && opposite.excess > 0.1, "{opposite:?}");
        let swapped = check(
            "Tuples are hashable, whereas lists are mutable.",
            "Lists are hashable, whereas tuples are mutable.",
        );
        assert!(swapped.role > 0.3 && swapped.excess > 0.3, "{swapped:?}");
        let negated = check(
            "An exhausted iterator raises StopIteration again.",
            "An exhausted iterator does not raise StopIteration again.",
        );
        assert!(negated.negation > 0.5, "{negated:?}");
    }

    #[test]
    fn a_negated_point_agrees_with_little() {
        let negated = check(
            "An exhausted iterator raises StopIteration again.",
            "An exhausted iterator does not raise StopIteration again.",
        );
        assert!(negated.agreement < 0.2, "{negated:?}");
    }

    #[test]
    fn saying_both_is_no_clash() {
        let both = check(
            "A tuple is immutable after creation.",
            "A tuple is immutable after creation. A list is not immutable after creation.",
        );
        assert!(both.excess < 0.05 && both.agreement > 0.9, "{both:?}");
    }
}
