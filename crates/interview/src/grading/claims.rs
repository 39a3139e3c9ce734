//! How far each statement of an answer departs from what the entry says.
//!
//! A key point is one sentence; what an answer gets wrong it often gets wrong about something that only the explanation
//! speaks of. So every statement is held against all statements of the entry: how near the nearest ones are, which of
//! its words the entry does not have, what is turned round, denied or made absolute. Together with the direction in
//! which false statements differ from true ones in the encoder's space, a fitted linear model makes one number of it, the
//! doubt. The doubt decides nothing by itself: it is a feature of the verdicts on the points that a statement speaks of.
//!
//! Fluent false answers to a question tend to be written like the guide and true ones tend to be spoken, so that a model
//! fitted without care learns the tone: on answers of the same tone it was right in 27 % of the pairs. Hence the fit
//! weighs spoken and written, true and false statements alike (`viva_eval::grading::fit`).

use super::calibration::ClaimModel;
use super::clauses::{Clause, merged, negations};
use super::features::dot;
use super::lexicon::has_opposite;
use crate::sheet::Sheet;
use crate::text::split::statements;
use crate::text::words::tokens;
use std::collections::HashSet;

/// Names of what is looked at in a statement, in order.
///
/// - `near`: cosine with the nearest statement of the entry; `near_three`: mean of the three nearest; `lead`: how much
///   nearer the nearest is than all are on average.
/// - `shared`: share of its words that the nearest has; `shared_two`: the larger share of the two nearest.
/// - `new`: share of its words that no statement of the entry has.
/// - `turned`: share of the words shared with the nearest that have the other polarity; `turned_least`: the smaller of
///   the two nearest.
/// - `opposite`: how many of its words are opposites of words of the nearest.
/// - `absolute`: how many absolutes ("always", "superfluous") it has that the nearest has not.
/// - `denies`, `denies_least`: how many negations more than the nearest, than either of the two nearest; `affirms`: how
///   many fewer than the nearest; `negated`: whether it has one at all.
/// - `length`: how many different content words.
pub const CLAIM_FEATURES: [&str; 15] = [
    "near",
    "near_three",
    "lead",
    "shared",
    "shared_two",
    "new",
    "turned",
    "turned_least",
    "opposite",
    "absolute",
    "denies",
    "denies_least",
    "affirms",
    "negated",
    "length",
];

/// A statement of the entry says something from so many words on.
const LEAST_WORDS: usize = 4;
/// What `turned` adds to its divisor: one shared word that is turned is not everything.
const SMOOTHING: f64 = 0.3;
/// Where `length` stops to count.
const MOST_LENGTH: usize = 20;

/// Words that leave no exception.
const ABSOLUTES: &str = "always never all every only exactly any anyway automatically immediately none nothing everything just \
completely directly forever unlimited guaranteed cannot impossible superfluous unnecessary needless";

/// A statement of an answer, as the model of doubt sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// By the names of [`CLAIM_FEATURES`].
    pub features: [f64; CLAIM_FEATURES.len()],
    /// Its vector, less the mean of the entry's statements: what it says, without what it speaks of.
    pub vector: Vec<f32>,
}

/// A statement in words.
#[derive(Debug, Clone)]
pub(crate) struct Wording {
    words: Clause,
    negations: usize,
}

impl Wording {
    pub(crate) fn new(text: &str) -> Self {
        Self { words: merged(text), negations: negations(text) }
    }
}

/// The statements of the entry, in words and as vectors.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    wordings: Vec<Wording>,
    vectors: Vec<Vec<f32>>,
    mean: Vec<f32>,
    words: HashSet<String>,
}

/// The texts that a sheet's statements are held against: key points, short answer, explanation.
pub(crate) fn entry_texts(sheet: &Sheet) -> Vec<String> {
    let prose = [&sheet.short_answer, &sheet.explanation];
    let of = |text: &String| statements(text).into_iter().map(|range| text[range].to_owned()).collect();
    let prose = prose.into_iter().flat_map(|text| -> Vec<String> { of(text) });
    let points = sheet.points.iter().map(|point| point.text.clone());
    points.chain(prose.filter(|text| text.split_whitespace().count() >= LEAST_WORDS)).collect()
}

impl Entry {
    /// `vectors` belong to `texts`, one each.
    pub(crate) fn new(texts: &[String], vectors: Vec<Vec<f32>>) -> Self {
        let wordings: Vec<Wording> = texts.iter().map(|text| Wording::new(text)).collect();
        let words = wordings.iter().flat_map(|wording| wording.words.stems().cloned()).collect();
        let count = vectors.len().max(1) as f32;
        let mut mean = vec![0.0; vectors.first().map_or(0, Vec::len)];
        for vector in &vectors {
            for (sum, value) in mean.iter_mut().zip(vector) {
                *sum += value / count;
            }
        }
        Self { wordings, vectors, mean, words }
    }

    /// Compares a statement with the entry, which has at least one.
    pub(crate) fn claim(&self, text: &str, vector: &[f32]) -> Claim {
        let near: Vec<f64> = self.vectors.iter().map(|other| f64::from(dot(other, vector))).collect();
        let mut order: Vec<usize> = (0..near.len()).collect();
        order.sort_by(|a, b| near[*b].total_cmp(&near[*a]).then(a.cmp(b)));
        let mean = |of: &[usize]| of.iter().map(|at| near[*at]).sum::<f64>() / of.len().max(1) as f64;
        let said = Wording::new(text);
        let vector: Vec<f32> = vector.iter().zip(&self.mean).map(|(value, mean)| value - mean).collect();
        let two: Vec<Comparison> =
            order.iter().take(2).map(|at| Comparison::new(&said, &self.wordings[*at])).collect();
        let Some(nearest) = two.first() else {
            return Claim { features: [0.0; CLAIM_FEATURES.len()], vector };
        };
        let over = |value: &dyn Fn(&Comparison) -> f64, pick: fn(f64, f64) -> f64| {
            two.iter().map(value).reduce(pick).unwrap_or_default()
        };
        let words = said.words.0.len();
        let new = said.words.stems().filter(|stem| !self.words.contains(*stem)).count();
        let features = [
            near[order[0]],
            mean(&order[..order.len().min(3)]),
            near[order[0]] - mean(&order),
            nearest.shared,
            over(&|one| one.shared, f64::max),
            new as f64 / words.max(1) as f64,
            nearest.turned,
            over(&|one| one.turned, f64::min),
            nearest.opposite,
            absolutes(text, &self.wordings[order[0]]) as f64,
            nearest.denies,
            over(&|one| one.denies, f64::min),
            nearest.affirms,
            f64::from(said.negations > 0),
            words.min(MOST_LENGTH) as f64,
        ];
        Claim { features, vector }
    }
}

/// A statement against one of the entry.
struct Comparison {
    shared: f64,
    turned: f64,
    opposite: f64,
    denies: f64,
    affirms: f64,
}

impl Comparison {
    fn new(said: &Wording, other: &Wording) -> Self {
        let shared = said.words.stems().filter(|stem| other.words.has(stem)).count() as f64;
        let turned = said.words.stems().filter(|stem| said.words.denies(&other.words, stem)).count() as f64;
        let is_opposite = |stem: &&String| {
            let others = other.words.stems().filter(|stem| !said.words.has(stem));
            !other.words.has(stem) && has_opposite(stem, others)
        };
        Self {
            shared: shared / said.words.0.len().max(1) as f64,
            turned: turned / (shared + SMOOTHING),
            opposite: said.words.stems().filter(is_opposite).count() as f64,
            denies: said.negations.saturating_sub(other.negations) as f64,
            affirms: other.negations.saturating_sub(said.negations) as f64,
        }
    }
}

fn absolutes(text: &str, nearest: &Wording) -> usize {
    let is_absolute = |word: &str| ABSOLUTES.split(' ').any(|absolute| absolute == word);
    let found = tokens(text).into_iter().filter(|token| is_absolute(&token.lower));
    found.filter(|token| !nearest.words.has(&token.stem)).count()
}

impl ClaimModel {
    /// How much a statement is to be doubted: about 0 for what the entry says, about 1 for its opposite, linear in
    /// between and beyond. An encoder of another dimension than the one it was fitted with loses the vector's part.
    pub fn doubt(&self, claim: &Claim) -> f64 {
        let named = claim.features.iter().zip(&self.means).zip(&self.weights);
        let features: f64 = named.map(|((value, mean), weight)| (value - mean) * weight).sum();
        let direction = self.direction.iter().zip(&claim.vector).map(|(a, b)| a * f64::from(*b));
        let along = if self.direction.len() == claim.vector.len() { direction.sum() } else { 0.0 };
        features + along + self.bias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &[&str], said: &str) -> Claim {
        let texts: Vec<String> = entry.iter().map(|text| (*text).to_owned()).collect();
        // The first text is the nearest, whatever it says.
        let vectors =
            (0..texts.len()).map(|at| if at == 0 { vec![1.0, 0.0] } else { vec![0.6, 0.8] }).collect();
        Entry::new(&texts, vectors).claim(said, &[1.0, 0.0])
    }

    fn of(claim: &Claim, name: &str) -> f64 {
        claim.features[CLAIM_FEATURES.iter().position(|known| *known == name).unwrap()]
    }

    #[test]
    fn what_departs_from_the_entry_shows() {
        let entry = ["A tuple uses less memory than a list.", "A list can be changed after creation."];
        let right = check(&entry, "A tuple uses less memory than a list.");
        assert_eq!((of(&right, "shared"), of(&right, "new"), of(&right, "turned")), (1.0, 0.0, 0.0));
        assert_eq!(of(&right, "near"), 1.0);
        let wrong = check(&entry, "A tuple always uses more memory, since it does not share its hash.");
        assert_eq!((of(&wrong, "opposite"), of(&wrong, "absolute"), of(&wrong, "denies")), (1.0, 1.0, 1.0));
        assert!(of(&wrong, "new") > 0.2 && of(&wrong, "shared") < 0.7, "{wrong:?}");
        let denied = check(&entry, "A tuple doesn't use less memory than a list.");
        assert!(of(&denied, "turned") > 0.3, "{denied:?}");
    }

    #[test]
    fn doubt_is_linear_and_a_foreign_vector_counts_for_nothing() {
        let mut model = ClaimModel {
            features: CLAIM_FEATURES.map(str::to_owned).to_vec(),
            means: vec![0.0; CLAIM_FEATURES.len()],
            weights: vec![0.0; CLAIM_FEATURES.len()],
            direction: vec![0.5, 0.0],
            bias: 0.1,
        };
        model.weights[0] = -0.2;
        let claim = check(&["A tuple is immutable once made.", "A list grows."], "A tuple is immutable.");
        // The entry's mean is (0.8, 0.4), the statement's own vector (1, 0).
        assert!((model.doubt(&claim) - (0.1 - 0.2 + 0.5 * 0.2)).abs() < 1e-6, "{claim:?}");
        model.direction.push(1.0);
        assert!((model.doubt(&claim) - (0.1 - 0.2)).abs() < 1e-6);
    }

    proptest::proptest! {
        #[test]
        fn any_statement_has_finite_features(text in "[ -~äß’]{0,160}") {
            let claim = check(&["A list can't be hashed.", "A tuple never grows."], &text);
            proptest::prop_assert!(claim.features.iter().all(|value| value.is_finite()));
        }
    }
}
