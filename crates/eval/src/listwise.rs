//! A listwise softmax loss (Cao et al., "Learning to rank: from pairwise approach to listwise approach", 2007) by gradient
//! descent with an L2 penalty.

const PENALTY: f64 = 0.02;
/// The first step; later ones follow from how the loss falls.
const STEP: f64 = 0.3;
const STEPS: usize = 600;

/// The candidates of one query with their signs, and which of them are right.
#[derive(Debug, Clone)]
pub(crate) struct List<const N: usize> {
    pub(crate) signs: Vec<[f64; N]>,
    pub(crate) right: Vec<usize>,
}

/// What each sign counts. Lists without a right candidate teach nothing and are left out.
pub(crate) fn descend<const N: usize>(lists: &[List<N>]) -> [f64; N] {
    let lists: Vec<&List<N>> = lists.iter().filter(|list| !list.right.is_empty()).collect();
    let mut weights = [0.5; N];
    let mut step = STEP;
    let (mut loss, mut gradient) = slope_of_all(&lists, &weights);
    for _ in 0..STEPS {
        let next = std::array::from_fn(|i| weights[i] - step * gradient[i]);
        let (next_loss, next_gradient) = slope_of_all(&lists, &next);
        // A step that overshoots is not taken.
        if next_loss > loss {
            step /= 2.0;
            continue;
        }
        (weights, loss, gradient) = (next, next_loss, next_gradient);
        step *= 1.1;
    }
    weights
}

/// The loss over all lists with the penalty, and its slope.
fn slope_of_all<const N: usize>(lists: &[&List<N>], weights: &[f64; N]) -> (f64, [f64; N]) {
    let mut loss = PENALTY * weights.iter().map(|weight| weight * weight).sum::<f64>() / 2.0;
    let mut gradient = weights.map(|weight| PENALTY * weight);
    for list in lists {
        let (part, slope) = slope(list, weights);
        loss += part / lists.len() as f64;
        for (total, part) in gradient.iter_mut().zip(slope) {
            *total += part / lists.len() as f64;
        }
    }
    (loss, gradient)
}

/// The loss of one list and its slope. Of several right candidates the one that is ranked best bears most of the target.
fn slope<const N: usize>(list: &List<N>, weights: &[f64; N]) -> (f64, [f64; N]) {
    let scores: Vec<f64> = list
        .signs
        .iter()
        .map(|signs| signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum())
        .collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let all: f64 = odds.iter().sum();
    let right: f64 = list.right.iter().map(|at| odds[*at]).sum::<f64>().max(f64::MIN_POSITIVE);
    let mut slope = [0.0; N];
    for (at, (signs, odd)) in list.signs.iter().zip(&odds).enumerate() {
        let target = if list.right.contains(&at) { odd / right } else { 0.0 };
        for (part, sign) in slope.iter_mut().zip(signs) {
            *part += (odd / all - target) * sign;
        }
    }
    ((all / right).ln(), slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_signs_do_not_throw_the_descent_off() {
        let list = |n: usize| List::<2> {
            signs: (0..5)
                .map(|at| [if at == n % 5 { 40.0 } else { 0.0 }, if at == n % 3 { 60.0 } else { 0.0 }])
                .collect(),
            right: vec![n % 5],
        };
        let lists: Vec<List<2>> = (0..60).map(list).collect();
        let weights = descend(&lists);
        let references: Vec<&List<2>> = lists.iter().collect();
        let (loss, gradient) = slope_of_all(&references, &weights);
        assert!(loss < 0.05, "{loss} {weights:?}");
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-3), "{gradient:?}");
    }

    #[test]
    fn the_view_that_tells_gets_the_weight() {
        // The right candidate is the one with the best first view; the second view is noise.
        let noise = |n: usize| (n.wrapping_mul(2_654_435_761) >> 7) % 1000;
        let list = |n: usize| List::<4> {
            signs: (0..5)
                .map(|at| [if at == n % 5 { 1.0 } else { 0.3 }, noise(n * 5 + at) as f64 / 1000.0, 0.0, 0.0])
                .collect(),
            right: vec![n % 5],
        };
        let weights = descend(&(0..200).map(list).collect::<Vec<_>>());
        assert!(weights[0] > 1.25 && weights[0] > 5.0 * weights[1].abs(), "{weights:?}");
    }
}
