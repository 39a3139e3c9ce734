//! Logistic regression with an L2 penalty, by Newton's method (iteratively reweighted least squares).
//!
//! No library was taken for it: two dozen weights need a page.

use viva_interview::grading::{FeatureVector, Logistic, feature_index};

/// Newton steps; the loss has settled long before.
const STEPS: usize = 25;

/// One row: features, the share of it that is positive, and how much it counts.
pub(super) struct Row {
    pub(super) features: FeatureVector,
    pub(super) positive: f64,
    pub(super) weight: f64,
}

/// Fits `names` to `rows`; `penalty` is per standardised feature, in units of rows.
pub(super) fn regress(names: &[&str], rows: &[Row], penalty: f64) -> Logistic {
    let columns: Vec<usize> = names.iter().filter_map(|name| feature_index(name)).collect();
    let total: f64 = rows.iter().map(|row| row.weight).sum::<f64>().max(f64::MIN_POSITIVE);
    let mean =
        |column: &usize| rows.iter().map(|row| row.weight * row.features[*column]).sum::<f64>() / total;
    let means: Vec<f64> = columns.iter().map(mean).collect();
    let scale = |(column, mean): (&usize, &f64)| {
        let squares = rows.iter().map(|row| row.weight * (row.features[*column] - mean).powi(2));
        (squares.sum::<f64>() / total).sqrt().max(1e-6)
    };
    let scales: Vec<f64> = columns.iter().zip(&means).map(scale).collect();
    let standard = |row: &Row| -> Vec<f64> {
        let values = columns.iter().zip(means.iter().zip(&scales));
        values.map(|(column, (mean, scale))| (row.features[*column] - mean) / scale).chain([1.0]).collect()
    };
    let table: Vec<Vec<f64>> = rows.iter().map(standard).collect();
    let mut weights = newton(&table, rows, penalty);
    let bias = weights.pop().unwrap_or(0.0);
    Logistic { features: names.iter().map(|name| (*name).to_owned()).collect(), means, scales, weights, bias }
}

/// Weights of the columns of `table`; the last column is the constant, which is not penalised.
fn newton(table: &[Vec<f64>], rows: &[Row], penalty: f64) -> Vec<f64> {
    let width = table.first().map_or(1, Vec::len);
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> =
            (0..width).map(|i| if i + 1 == width { 0.0 } else { penalty * weights[i] }).collect();
        let mut curvature = vec![vec![0.0; width]; width];
        for (i, line) in curvature.iter_mut().enumerate() {
            line[i] = if i + 1 == width { 1e-9 } else { penalty };
        }
        for (values, row) in table.iter().zip(rows) {
            let log_odds: f64 = values.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-log_odds).exp());
            let error = (p - row.positive) * row.weight;
            let bend = (p * (1.0 - p)).max(1e-6) * row.weight;
            for (i, x) in values.iter().enumerate() {
                gradient[i] += error * x;
                for (j, y) in values.iter().enumerate().take(i + 1) {
                    curvature[i][j] += bend * x * y;
                }
            }
        }
        let step = solve(curvature, gradient);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight -= step);
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    weights
}

/// Solves a symmetric positive definite system (lower triangle given) by Cholesky's method.
pub(super) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
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
    use viva_interview::grading::FEATURES;

    #[test]
    fn the_telling_feature_gets_the_weight_and_probabilities_are_calibrated() {
        let row = |dense: f64, noise: f64, positive: f64| {
            let mut features = [0.0; FEATURES];
            features[feature_index("dense").unwrap()] = dense;
            features[feature_index("lexical").unwrap()] = noise;
            Row { features, positive, weight: 1.0 }
        };
        let rows: Vec<Row> = (0..200)
            .map(|n| {
                row(
                    f64::from(n % 10),
                    f64::from(n % 7),
                    f64::from(u8::from(n % 10 >= 5) ^ u8::from(n % 23 == 0)),
                )
            })
            .collect();
        let fitted = regress(&["dense", "lexical"], &rows, 0.1);
        assert!(fitted.weights[0] > 5.0 * fitted.weights[1].abs(), "{fitted:?}");
        let mean = rows.iter().map(|row| fitted.probability(&row.features)).sum::<f64>() / 200.0;
        let share = rows.iter().map(|row| row.positive).sum::<f64>() / 200.0;
        assert!((mean - share).abs() < 1e-6, "{mean} {share}");
    }
}
