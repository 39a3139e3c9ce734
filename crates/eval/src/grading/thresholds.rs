//! The thresholds between verdicts.

use super::examples::Example;
use super::fit::Estimate;
use super::set::Kind;
use std::collections::BTreeMap;
use viva_core::id::QuestionId;
use viva_interview::grade::{Verdict, score};
use viva_interview::grading::Calibration;

/// The least score that the guide's own answer is to have.
pub(super) const OWN_SCORE: f64 = 0.9;
/// What the share of own answers with that score counts in the choice, against the share in band.
const OWN_IMPORTANCE: f64 = 1.0;
/// The same for the share of pairs in which the strong answer beats the wrong one.
const PAIRS_IMPORTANCE: f64 = 0.25;

/// See [`Calibration`].
#[expect(clippy::struct_field_names, reason = "the names are those of the calibration")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Thresholds {
    pub(super) partial_from: f64,
    pub(super) covered_from: f64,
    pub(super) contradicted_from: f64,
}

impl Thresholds {
    pub(super) fn of(calibration: &Calibration) -> Self {
        let Calibration { partial_from, covered_from, contradicted_from, .. } = *calibration;
        Self { partial_from, covered_from, contradicted_from }
    }

    /// The verdict on a point with this support and this probability of a contradiction.
    pub(super) fn verdict(self, (support, contradiction): (f64, f64)) -> Verdict {
        if support < self.partial_from {
            Verdict::Missing
        } else if contradiction >= self.contradicted_from {
            Verdict::Contradicted
        } else if support >= self.covered_from {
            Verdict::Covered
        } else {
            Verdict::Partial
        }
    }
}

/// The thresholds with the best outcome on a grid. It begins where a statement of no content hardly gets to.
pub(super) fn choose(examples: &[Example<'_>], estimates: &[Estimate]) -> Thresholds {
    let grid = |from: u32, to: u32| (from..=to).map(|step| f64::from(step) / 20.0);
    let mut best = (f64::MIN, Thresholds { partial_from: 0.3, covered_from: 0.6, contradicted_from: 0.5 });
    for partial_from in grid(5, 8) {
        for covered_from in grid(6, 17).filter(|covered| *covered > partial_from) {
            for contradicted_from in grid(4, 17) {
                let thresholds = Thresholds { partial_from, covered_from, contradicted_from };
                let value = outcome(examples, estimates, thresholds);
                if value > best.0 {
                    best = (value, thresholds);
                }
            }
        }
    }
    best.1
}

/// Mean share in band over the kinds, the share of pairs won and of own answers with their score.
fn outcome(examples: &[Example<'_>], estimates: &[Estimate], thresholds: Thresholds) -> f64 {
    let mut counts: BTreeMap<Option<Kind>, (usize, usize)> = BTreeMap::new();
    let mut rivals: BTreeMap<&QuestionId, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for (example, estimate) in examples.iter().zip(estimates) {
        let verdicts = estimate.iter().map(|estimate| thresholds.verdict(*estimate));
        let score = score(example.weights.iter().copied().zip(verdicts), 0);
        let fits = example.kind.map_or(score >= OWN_SCORE, |kind| kind.fits(score));
        let count = counts.entry(example.kind).or_default();
        count.0 += usize::from(fits);
        count.1 += 1;
        let (strong, wrong) = rivals.entry(example.question).or_default();
        match example.kind {
            Some(Kind::Strong) => strong.push(score),
            Some(Kind::Wrong) => wrong.push(score),
            _ => {}
        }
    }
    let pairs = rivals
        .values()
        .flat_map(|(strong, wrong)| strong.iter().flat_map(|s| wrong.iter().map(move |w| s > w)));
    let (won, of) = pairs.fold((0, 0), |(won, of), wins| (won + usize::from(wins), of + 1));
    let share = |(fits, of): (usize, usize)| fits as f64 / of.max(1) as f64;
    let own = counts.remove(&None).map_or(0.0, share);
    let kinds = counts.len().max(1) as f64;
    counts.into_values().map(share).sum::<f64>() / kinds
        + PAIRS_IMPORTANCE * share((won, of))
        + OWN_IMPORTANCE * own
}
