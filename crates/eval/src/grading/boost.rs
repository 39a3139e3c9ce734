//! Gradient boosting of small regression trees for a probability (Friedman 2001; leaves from the second derivative as in
//! Chen and Guestrin, "A scalable tree boosting system", 2016).
//!
//! No library was taken for it: those there are bring data frames or C++, and their models would have to be read again
//! by the grader, while a hundred trees of six leaves need a page. Everything follows from the data: no chance is in it.

use viva_interview::grading::{Boosted, FEATURES, FeatureVector, Node};

/// How many trees.
const TREES: usize = 100;
/// How many leaves each has.
const LEAVES: usize = 6;
/// How much of each tree's mend is taken.
const SHRINKAGE: f64 = 0.08;
/// The least weight of rows in a leaf.
const LEAST_IN_LEAF: f64 = 30.0;
/// Pulls leaves to zero, in units of curvature.
const PENALTY: f64 = 5.0;
/// Into how many parts of about equal weight each feature is cut.
const BINS: usize = 64;

/// One row: features, the share of it that is positive, and how much it counts.
pub(super) struct Row {
    pub(super) features: FeatureVector,
    pub(super) positive: f64,
    pub(super) weight: f64,
}

/// Fits a probability to `rows`, of which there is at least one.
pub(super) fn boost(rows: &[Row]) -> Boosted {
    let binned = Binned::new(rows);
    let weight: f64 = rows.iter().map(|row| row.weight).sum();
    let positive: f64 = rows.iter().map(|row| row.weight * row.positive).sum();
    let share = (positive / weight.max(f64::MIN_POSITIVE)).clamp(0.01, 0.99);
    let bias = short((share / (1.0 - share)).ln());
    let mut log_odds = vec![bias; rows.len()];
    let mut trees = Vec::with_capacity(TREES);
    for _ in 0..TREES {
        let slopes: Vec<Slope> =
            rows.iter().zip(&log_odds).map(|(row, odds)| Slope::of(row, *odds)).collect();
        let (tree, leaves) = grow(&binned, &slopes);
        for (value, members) in leaves {
            for row in members {
                log_odds[row] += value;
            }
        }
        trees.push(tree);
    }
    Boosted::new(bias, trees)
}

/// Six significant digits: what is kept is what was fitted.
fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// The features of all rows, cut into bins.
struct Binned {
    /// By feature: the upper ends of all bins but the last.
    ends: Vec<Vec<f64>>,
    /// By feature, the bin of each row.
    bins: Vec<Vec<u8>>,
}

impl Binned {
    fn new(rows: &[Row]) -> Self {
        let ends: Vec<Vec<f64>> = (0..FEATURES)
            .map(|feature| {
                let mut values: Vec<f64> = rows.iter().map(|row| row.features[feature]).collect();
                values.sort_by(f64::total_cmp);
                ends(&values)
            })
            .collect();
        let bins = ends.iter().enumerate().map(|(feature, ends)| {
            let bin = |row: &Row| ends.partition_point(|end| *end < row.features[feature]) as u8;
            rows.iter().map(bin).collect()
        });
        Self { bins: bins.collect(), ends }
    }
}

/// Where parts of equal number end in sorted values, as far as values differ there. Between the few values of some features there
/// is thus no cut; with one, cross-validated answers were in their bands a point less often.
fn ends(values: &[f64]) -> Vec<f64> {
    let end = |bin: usize| {
        let at = (bin * values.len() / BINS).max(1);
        let (before, after) = (values[at - 1], values[at.min(values.len() - 1)]);
        (before < after).then(|| short(f64::midpoint(before, after)))
    };
    let mut ends: Vec<f64> = (1..BINS).filter_map(end).collect();
    ends.dedup();
    ends
}

/// First and second derivative of the loss by the log-odds, and the weight of rows.
#[derive(Clone, Copy, Default)]
struct Slope {
    first: f64,
    second: f64,
    weight: f64,
}

impl Slope {
    fn of(row: &Row, log_odds: f64) -> Self {
        let p = 1.0 / (1.0 + (-log_odds).exp());
        Self {
            first: row.weight * (p - row.positive),
            second: row.weight * p * (1.0 - p),
            weight: row.weight,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            first: self.first + other.first,
            second: self.second + other.second,
            weight: self.weight + other.weight,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
            weight: self.weight - other.weight,
        }
    }

    /// How much the loss falls when the rows get a leaf of their own.
    fn gain(self) -> f64 {
        self.first * self.first / (self.second + PENALTY)
    }

    fn leaf(self) -> f64 {
        short(-SHRINKAGE * self.first / (self.second + PENALTY))
    }
}

/// A leaf that may be split.
struct Leaf {
    /// Its place in the tree.
    node: usize,
    rows: Vec<usize>,
    sum: Slope,
    /// Gain, feature and bin of the best split, where there is one.
    best: Option<(f64, usize, usize)>,
}

/// A tree, always split where it helps most, with the value and the rows of each leaf.
fn grow(binned: &Binned, slopes: &[Slope]) -> (Vec<Node>, Vec<(f64, Vec<usize>)>) {
    let leaf = |node: usize, rows: Vec<usize>| {
        let sum = rows.iter().fold(Slope::default(), |sum, row| sum.plus(slopes[*row]));
        let best = best_split(binned, slopes, &rows, sum);
        Leaf { node, rows, sum, best }
    };
    let mut tree = vec![Node::Leaf(0.0)];
    let mut leaves = vec![leaf(0, (0..slopes.len()).collect())];
    while leaves.len() < LEAVES {
        let gain = |leaf: &Leaf| leaf.best.map_or(f64::MIN, |(gain, ..)| gain);
        let Some(most) = (0..leaves.len()).max_by(|a, b| gain(&leaves[*a]).total_cmp(&gain(&leaves[*b])))
        else {
            break;
        };
        let Some((_, feature, bin)) = leaves[most].best else { break };
        let split = leaves.swap_remove(most);
        let is_low = |row: &usize| usize::from(binned.bins[feature][*row]) <= bin;
        let (low, high): (Vec<usize>, Vec<usize>) = split.rows.into_iter().partition(is_low);
        let place = tree.len();
        tree[split.node] = Node::Split(feature, binned.ends[feature][bin], place, place + 1);
        tree.extend([Node::Leaf(0.0), Node::Leaf(0.0)]);
        leaves.extend([leaf(place, low), leaf(place + 1, high)]);
    }
    for leaf in &leaves {
        tree[leaf.node] = Node::Leaf(leaf.sum.leaf());
    }
    (tree, leaves.into_iter().map(|leaf| (leaf.sum.leaf(), leaf.rows)).collect())
}

/// The split that lets the loss fall most, with enough rows on both sides.
fn best_split(binned: &Binned, slopes: &[Slope], rows: &[usize], sum: Slope) -> Option<(f64, usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (feature, (bins, ends)) in binned.bins.iter().zip(&binned.ends).enumerate() {
        let mut totals = [Slope::default(); BINS];
        for row in rows {
            let total = &mut totals[usize::from(bins[*row])];
            *total = total.plus(slopes[*row]);
        }
        let mut low = Slope::default();
        for (bin, total) in totals.iter().enumerate().take(ends.len()) {
            low = low.plus(*total);
            let high = sum.minus(low);
            if low.weight < LEAST_IN_LEAF || high.weight < LEAST_IN_LEAF {
                continue;
            }
            let gain = low.gain() + high.gain() - sum.gain();
            if gain > best.map_or(1e-9, |(most, ..)| most) {
                best = Some((gain, feature, bin));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(first: f64, second: f64, noise: f64, positive: f64) -> Row {
        let mut features = [0.0; FEATURES];
        (features[0], features[1], features[2]) = (first, second, noise);
        Row { features, positive, weight: 1.0 }
    }

    /// True where exactly one of two features is large, which no weighted sum can tell.
    fn either_or() -> Vec<Row> {
        let one = |n: u32| {
            let (first, second) = (f64::from(n % 8) / 8.0, f64::from(n / 8 % 8) / 8.0);
            row(first, second, f64::from(n % 7), f64::from(u8::from((first > 0.3) != (second > 0.7))))
        };
        (0..1280).map(one).collect()
    }

    #[test]
    fn what_hangs_on_two_features_at_once_is_learnt() {
        let rows = either_or();
        let fitted = boost(&rows);
        let right =
            rows.iter().filter(|row| (fitted.probability(&row.features) > 0.5) == (row.positive > 0.5));
        assert!(right.count() > 1260);
        assert_eq!(fitted, boost(&rows), "no chance is in it");
    }

    #[test]
    fn probabilities_are_those_of_the_rows() {
        let is_positive = |n: u32| n % 4 == 3 || n.is_multiple_of(12);
        let rows: Vec<Row> =
            (0..960).map(|n| row(f64::from(n % 4), 0.0, 0.0, f64::from(u8::from(is_positive(n))))).collect();
        let fitted = boost(&rows);
        let of = |first| fitted.probability(&row(first, 0.0, 0.0, 0.0).features);
        assert!((of(0.0) - 1.0 / 3.0).abs() < 0.02, "{}", of(0.0));
        assert!(of(1.0) < 0.05 && of(3.0) > 0.95);
    }
}
