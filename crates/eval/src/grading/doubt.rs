//! Fits how much a statement of an answer is to be doubted: ridge regression of "stands in a wrong answer" on what the
//! statement has in common with the entry and on its vector.
//!
//! Decision: spoken and written, true and false statements weigh nearly alike, whatever their number. Labelled answers
//! that are right are mostly spoken and wrong ones mostly written; fitted as they come, the vector's direction is that of
//! the tone, which looks splendid on such a set and is worth nothing. Logistic regression was refused: four hundred
//! weights are solved in one step here, and leaving a fold out is a subtraction.

use super::set::Tone;
use std::collections::BTreeMap;
use viva_interview::grading::{CLAIM_FEATURES, Claim, ClaimModel};

/// Pulls the weights of the vector's dimensions to zero, in units of rows.
const PENALTY: f64 = 1000.0;
/// How much less the named features are pulled: they are few, and mean something.
const TRUST: f64 = 9.0;
/// How far differences in number between the four groups are evened out: 0 not at all, 1 wholly.
const BALANCE: f64 = 0.5;

/// A statement and what is known of it.
pub(super) struct Statement<'a> {
    pub(super) claim: &'a Claim,
    pub(super) is_false: bool,
    pub(super) tone: Tone,
    /// How much it counts among those of its group.
    pub(super) weight: f64,
    /// The part of the cross-validation that it belongs to.
    pub(super) fold: usize,
}

/// Sums over statements from which a model follows.
#[derive(Clone)]
struct Sums {
    /// Lower triangle.
    squares: Vec<Vec<f64>>,
    products: Vec<f64>,
}

/// The models without each fold, and the one of everything.
pub(super) struct Doubts {
    pub(super) without: Vec<ClaimModel>,
    pub(super) whole: ClaimModel,
}

/// Factors that even out the numbers of four groups, given the weight of each.
pub(super) fn balance<K: Ord + Copy>(groups: impl Iterator<Item = (K, f64)>) -> BTreeMap<K, f64> {
    let mut totals: BTreeMap<K, f64> = BTreeMap::new();
    for (group, weight) in groups {
        *totals.entry(group).or_default() += weight;
    }
    let all: f64 = totals.values().sum();
    let evened: f64 = totals.values().map(|total| total.powf(1.0 - BALANCE)).sum();
    totals.into_iter().map(|(group, total)| (group, total.powf(-BALANCE) * all / evened)).collect()
}

/// Fits; `statements` is not empty.
pub(super) fn fit(statements: &[Statement<'_>], folds: usize) -> Doubts {
    let group = |one: &Statement<'_>| (one.tone, one.is_false);
    let factors = balance(statements.iter().map(|one| (group(one), one.weight)));
    let weights: Vec<f64> =
        statements.iter().map(|one| one.weight * factors.get(&group(one)).copied().unwrap_or(1.0)).collect();
    let scale = Scale::of(statements, &weights);
    let width = scale.means.len();
    let empty = Sums { squares: (0..width).map(|i| vec![0.0; i + 1]).collect(), products: vec![0.0; width] };
    let mut parts = vec![empty.clone(); folds];
    for (one, weight) in statements.iter().zip(&weights) {
        let Some(sums) = parts.get_mut(one.fold) else { continue };
        sums.add(&scale.row(one.claim), f64::from(one.is_false) - scale.base, *weight);
    }
    let mut all = empty;
    for part in &parts {
        all.combine(part, 1.0);
    }
    let without = parts.iter().map(|part| {
        let mut rest = all.clone();
        rest.combine(part, -1.0);
        scale.model(rest)
    });
    Doubts { without: without.collect(), whole: scale.model(all.clone()) }
}

impl Sums {
    fn add(&mut self, row: &[f64], value: f64, weight: f64) {
        for (i, (line, product)) in self.squares.iter_mut().zip(&mut self.products).enumerate() {
            let scaled = row[i] * weight;
            *product += scaled * value;
            for (sum, x) in line.iter_mut().zip(row) {
                *sum += scaled * x;
            }
        }
    }

    fn combine(&mut self, other: &Self, sign: f64) {
        let lines = self.squares.iter_mut().zip(&other.squares);
        let lines = lines.flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs));
        for (sum, x) in lines.chain(self.products.iter_mut().zip(&other.products)) {
            *sum += sign * x;
        }
    }
}

/// How a claim becomes a row: named features by their standard deviation, the vector by its expected one.
struct Scale {
    means: Vec<f64>,
    scales: Vec<f64>,
    /// Mean of what is to be told.
    base: f64,
}

fn raw(claim: &Claim) -> impl Iterator<Item = f64> {
    claim.features.iter().copied().chain(claim.vector.iter().map(|value| f64::from(*value)))
}

impl Scale {
    fn of(statements: &[Statement<'_>], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let width = statements.first().map_or(0, |one| raw(one.claim).count());
        let (mut sums, mut squares) = (vec![0.0; width], vec![0.0; width]);
        for (one, weight) in statements.iter().zip(weights) {
            for ((sum, square), x) in sums.iter_mut().zip(&mut squares).zip(raw(one.claim)) {
                *sum += weight * x;
                *square += weight * x * x;
            }
        }
        let means: Vec<f64> = sums.iter().map(|sum| sum / total).collect();
        // Every dimension of a unit vector has a root mean square of about the same size.
        let vector = 1.0 / (width.saturating_sub(CLAIM_FEATURES.len()).max(1) as f64).sqrt();
        let deviation =
            |(square, mean): (&f64, &f64)| (square / total - mean * mean).max(0.0).sqrt().max(1e-6);
        let scales = squares.iter().zip(&means).map(deviation).enumerate();
        let scales = scales.map(|(at, scale)| if at < CLAIM_FEATURES.len() { scale } else { vector });
        let base = statements.iter().zip(weights).map(|(one, w)| w * f64::from(one.is_false)).sum::<f64>();
        Self { scales: scales.collect(), means, base: base / total }
    }

    fn row(&self, claim: &Claim) -> Vec<f64> {
        raw(claim)
            .zip(self.means.iter().zip(&self.scales))
            .map(|(x, (mean, scale))| (x - mean) / scale)
            .collect()
    }

    fn model(&self, sums: Sums) -> ClaimModel {
        let named = CLAIM_FEATURES.len();
        let Sums { mut squares, products } = sums;
        for (at, line) in squares.iter_mut().enumerate() {
            line[at] += if at < named { PENALTY / TRUST } else { PENALTY };
        }
        let solved = solve(squares, products);
        let weights: Vec<f64> =
            solved.iter().zip(&self.scales).map(|(weight, scale)| weight / scale).collect();
        let (features, direction) = weights.split_at(named);
        let offset: f64 =
            direction.iter().zip(&self.means[named..]).map(|(weight, mean)| weight * mean).sum();
        ClaimModel {
            features: CLAIM_FEATURES.map(str::to_owned).to_vec(),
            means: self.means[..named].to_vec(),
            weights: features.to_vec(),
            direction: direction.to_vec(),
            bias: self.base - offset,
        }
    }
}

/// Solves a symmetric positive definite system (lower triangle given) by Cholesky's method.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - inner;
            matrix[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / matrix[j][j] };
        }
        let inner: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - inner) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let inner: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - inner) / matrix[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(near: f64, first: f32, second: f32) -> Claim {
        let mut features = [0.0; CLAIM_FEATURES.len()];
        features[0] = near;
        Claim { features, vector: vec![first, second] }
    }

    #[test]
    fn the_tone_is_not_taken_for_the_truth() {
        // The first dimension is the tone, the second the truth; most that is spoken is true, most that is written false.
        let mut claims = Vec::new();
        for (tone, is_false, count) in [
            (Tone::Spoken, false, 400),
            (Tone::Spoken, true, 40),
            (Tone::Written, true, 400),
            (Tone::Written, false, 40),
        ] {
            let tones = if tone == Tone::Spoken { 0.7 } else { -0.7 };
            let truth = if is_false { 0.3 } else { -0.3 };
            for n in 0..count {
                // Wobbles that add up to nothing, so that the truth is not told apart without effort.
                let wobble = ((n % 5) as f32 - 2.0) / 2.5;
                claims.push((
                    claim(0.5 - f64::from(truth) / 3.0, tones, truth + wobble),
                    tone,
                    is_false,
                    n % 4,
                ));
            }
        }
        let statements: Vec<Statement<'_>> = claims
            .iter()
            .map(|(claim, tone, is_false, fold)| Statement {
                claim,
                is_false: *is_false,
                tone: *tone,
                weight: 1.0,
                fold: *fold,
            })
            .collect();
        let doubts = fit(&statements, 4);
        for model in doubts.without.iter().chain([&doubts.whole]) {
            let spoken_lie = model.doubt(&claim(0.4, 0.7, 0.3));
            let written_truth = model.doubt(&claim(0.6, -0.7, -0.3));
            assert!(spoken_lie > written_truth + 0.1, "{spoken_lie} {written_truth} {model:?}");
        }
    }

    #[test]
    fn groups_are_evened_out() {
        let factors = balance([(1, 90.0), (2, 10.0)].into_iter());
        assert!((90.0 * factors[&1] + 10.0 * factors[&2] - 100.0).abs() < 1e-9);
        let ratio = 90.0 * factors[&1] / (10.0 * factors[&2]);
        assert!(ratio > 1.0 && ratio < 4.0, "{ratio}");
    }
}
