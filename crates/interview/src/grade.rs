//! Verdicts, grades, and the score that follows from them.

use std::fmt;
use std::str::FromStr;
use viva_core::guide::{UnknownName, Weight};
use viva_core::id::{Digest, QuestionId};
use viva_core::turn::Degraded;

/// What an answer says about one key point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The answer states it.
    Covered,
    /// The answer states a part of it, or says it loosely.
    Partial,
    /// The answer does not speak of it.
    Missing,
    /// The answer says the opposite.
    Contradicted,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Covered, Self::Partial, Self::Missing, Self::Contradicted];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Partial => "partial",
            Self::Missing => "missing",
            Self::Contradicted => "contradicted",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verdict {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|verdict| verdict.as_str() == text);
        found.ok_or_else(|| UnknownName::new(text, &Self::ALL.map(Self::as_str)))
    }
}

/// A verdict with the words that it rests on. Invariant: `quote` is verbatim from the candidate's answer, and there is
/// one unless the verdict is [`Verdict::Missing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// The candidate's own words.
    pub quote: Option<String>,
}

impl Finding {
    /// Nothing was said.
    pub fn missing() -> Self {
        Self { verdict: Verdict::Missing, quote: None }
    }

    /// What is known after a second answer: a point once covered stays covered, a contradiction can be mended, and
    /// nothing is lost by silence.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        match (self.verdict, later.verdict) {
            (Verdict::Covered, _) | (_, Verdict::Missing) | (Verdict::Partial, Verdict::Partial) => self,
            _ => later,
        }
    }
}

/// Who gave the verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grader {
    /// Sentence vectors, telling words and checks for contradiction; no language model.
    LexicalSemantic {
        /// Version of features and calibration.
        version: u32,
    },
    /// A language model.
    Model {
        /// Its name.
        model: String,
        /// Version of the prompt.
        prompt: u32,
    },
}

impl Grader {
    /// The name on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LexicalSemantic { .. } => "lexical-semantic",
            Self::Model { .. } => "model",
        }
    }
}

/// What a grader says about one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// One for each key point, in the sheet's order.
    pub findings: Vec<Finding>,
    /// Who judged.
    pub grader: Grader,
    /// Why not the language model, where one is configured.
    pub degraded: Option<Degraded>,
    /// Whether the answer was nothing but "I don't know", or had no statement at all.
    pub is_empty: bool,
}

/// A key point of a grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointGrade {
    /// The statement.
    pub text: String,
    /// How much it counts.
    pub weight: Weight,
    /// The verdict.
    pub verdict: Verdict,
    /// The candidate's own words; `None` exactly where the point is missing.
    pub quote: Option<String>,
}

/// The grade of one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade {
    /// The question.
    pub question: QuestionId,
    /// 0 to 1; follows from the points and the hints alone (see [`score`]).
    pub score: f64,
    /// Every key point.
    pub points: Vec<PointGrade>,
    /// Who judged.
    pub grader: Grader,
    /// Why not the language model, where one is configured.
    pub degraded: Option<Degraded>,
    /// The revision of the rubric.
    pub rubric: Digest,
    /// How many hints were taken.
    pub hints: u8,
    /// A few sentences about the answer.
    pub feedback: String,
}

/// What a contradicted key point takes away, as a share of its weight.
pub const CONTRADICTION_PENALTY: f64 = 0.5;
/// What each further hint costs, as a share of the score: the more it tells, the more it costs.
pub const HINT_COSTS: [f64; 3] = [0.05, 0.10, 0.15];

/// The weight of a key point in the score.
pub fn weight_of(weight: Weight) -> f64 {
    match weight {
        Weight::Essential => 3.0,
        Weight::Expected => 2.0,
        Weight::Bonus => 1.0,
    }
}

/// The score of an answer, 0 to 1: a pure function of verdicts, weights and hints, the same for every grader.
///
/// A covered point earns its weight (essential 3, expected 2, bonus 1), a partial one half of it, a missing one nothing,
/// and a contradicted one that is not a bonus loses [`CONTRADICTION_PENALTY`] of it. The sum is divided by
/// the weight of all essential and expected points, so that a bonus can only add, and cut to 0 … 1.
/// Each hint then takes its share of [`HINT_COSTS`]. Rounded to four places, so that it is the same after it was stored.
pub fn score(points: impl IntoIterator<Item = (Weight, Verdict)>, hints: u8) -> f64 {
    let (mut earned, mut possible) = (0.0, 0.0);
    for (weight, verdict) in points {
        let worth = weight_of(weight);
        if weight != Weight::Bonus {
            possible += worth;
        }
        earned += match verdict {
            Verdict::Covered => worth,
            Verdict::Partial => worth / 2.0,
            Verdict::Contradicted if weight != Weight::Bonus => -CONTRADICTION_PENALTY * worth,
            Verdict::Missing | Verdict::Contradicted => 0.0,
        };
    }
    if possible == 0.0 {
        return 0.0;
    }
    let cost: f64 = HINT_COSTS.iter().take(usize::from(hints)).sum();
    let score = (earned / possible).clamp(0.0, 1.0) * (1.0 - cost);
    (score * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Contradicted, Covered, Missing, Partial};
    use Weight::{Bonus, Essential, Expected};

    #[test]
    fn the_score_follows_its_definition() {
        let of = |points: &[(Weight, Verdict)]| score(points.iter().copied(), 0);
        assert_eq!(of(&[(Essential, Covered), (Expected, Covered), (Bonus, Missing)]), 1.0);
        assert_eq!(of(&[(Essential, Missing), (Expected, Missing), (Bonus, Contradicted)]), 0.0);
        assert_eq!(of(&[(Essential, Contradicted), (Expected, Missing)]), 0.0);
        assert!((of(&[(Essential, Partial), (Expected, Missing)]) - 1.5 / 5.0).abs() < 1e-4);
        assert!(
            (of(&[(Essential, Partial), (Expected, Missing), (Bonus, Covered)]) - 2.5 / 5.0).abs() < 1e-4
        );
        assert!((of(&[(Essential, Covered), (Expected, Contradicted)]) - 2.0 / 5.0).abs() < 1e-4);
        assert_eq!(of(&[]), 0.0);
        assert!((score([(Essential, Covered)], 2) - 0.85).abs() < 1e-4);
        assert!((score([(Essential, Covered)], 200) - 0.70).abs() < 1e-4);
    }

    #[test]
    fn a_point_once_covered_stays_covered_and_a_contradiction_can_be_mended() {
        let finding = |verdict| Finding { verdict, quote: (verdict != Missing).then(|| verdict.to_string()) };
        for (first, second, both) in [
            (Covered, Contradicted, Covered),
            (Covered, Missing, Covered),
            (Partial, Covered, Covered),
            (Partial, Missing, Partial),
            (Partial, Contradicted, Contradicted),
            (Contradicted, Covered, Covered),
            (Contradicted, Partial, Partial),
            (Contradicted, Missing, Contradicted),
            (Missing, Partial, Partial),
            (Missing, Contradicted, Contradicted),
        ] {
            assert_eq!(finding(first).merge(finding(second)).verdict, both, "{first} then {second}");
        }
    }

    proptest::proptest! {
        #[test]
        fn scores_stay_in_range_and_more_is_never_worse(
            points in proptest::collection::vec((0..3_usize, 0..4_usize), 0..12), hints in 0..9_u8, at in 0..12_usize,
        ) {
            let typed: Vec<(Weight, Verdict)> =
                points.iter().map(|(w, v)| (Weight::ALL[*w], Verdict::ALL[*v])).collect();
            let before = score(typed.iter().copied(), hints);
            proptest::prop_assert!((0.0..=1.0).contains(&before));
            let mut better = typed.clone();
            if let Some(point) = better.get_mut(at) {
                point.1 = Covered;
            }
            proptest::prop_assert!(score(better.iter().copied(), hints) >= before);
            proptest::prop_assert!(score(typed.iter().copied(), hints.saturating_add(1)) <= before);
        }
    }
}
