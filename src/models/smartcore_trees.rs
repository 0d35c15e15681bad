//! Regression trees grown by smartcore, taken out of it as trees of our own.
//!
//! smartcore gives no access to its trees but through serde, so a forest is written as
//! JSON and the nodes are read from that; the version is pinned for this reason.
//! On 0/1 labels its squared-error splits are those of Gini, and a leaf's mean is the
//! share of the positive class, which its classification trees do not give.

use super::tree::{Grown, Tree};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use smartcore::ensemble::extra_trees_regressor::{ExtraTreesRegressor, ExtraTreesRegressorParameters};
use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// smartcore's forest over a column-major matrix.
pub type Forest = RandomForestRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// smartcore's extremely randomised trees over such a matrix.
pub type ExtraTrees = ExtraTreesRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// Fits some trees on bootstrap samples of the rows, drawn with the weights given.
///
/// # Errors
/// Whatever smartcore says, and a panic inside it as an internal error.
pub fn fit(
    x: &DenseMatrix<f64>,
    y: &Vec<f64>,
    weights: Option<&[f64]>,
    params: RandomForestRegressorParameters,
) -> Result<Forest> {
    fenced(|| match weights {
        Some(weights) => Forest::fit_with_weights(x, y, weights, params),
        None => Forest::fit(x, y, params),
    })
}

/// Fits some extremely randomised trees on all rows, with the weights given.
///
/// # Errors
/// As [`fit`].
pub fn fit_extra(
    x: &DenseMatrix<f64>,
    y: &Vec<f64>,
    weights: Option<&[f64]>,
    params: RandomForestRegressorParameters,
) -> Result<ExtraTrees> {
    let params = ExtraTreesRegressorParameters {
        max_depth: params.max_depth,
        min_samples_leaf: params.min_samples_leaf,
        min_samples_split: params.min_samples_split,
        n_trees: params.n_trees,
        m: params.m,
        keep_samples: false,
        seed: params.seed,
    };
    fenced(|| match weights {
        Some(weights) => ExtraTrees::fit_with_weights(x, y, weights, params),
        None => ExtraTrees::fit(x, y, params),
    })
}

fn fenced<F>(fit: impl FnOnce() -> std::result::Result<F, Failed>) -> Result<F> {
    // The inputs are only read, so that a panic leaves nothing half-changed.
    match catch_unwind(AssertUnwindSafe(fit)) {
        Ok(Ok(forest)) => Ok(forest),
        Ok(Err(failed)) => Err(Error::data("", "failed to grow the trees").why(failed)),
        Err(_) => Err(Error::internal("failed to grow the trees: smartcore panicked")),
    }
}

/// The trees of a forest, and for each the share of every column in what its splits
/// explain (mean decrease in impurity; Breiman, Friedman, Olshen and Stone, 1984).
///
/// # Errors
/// Internal, where smartcore's saved form is not the one known.
pub fn trees<F: Serialize>(forest: &F, width: usize) -> Result<(Vec<Tree>, Vec<Vec<f64>>)> {
    let unknown = |why: String| Error::internal("failed to read the trees that smartcore has grown").why(why);
    let json = serde_json::to_vec(forest).map_err(|error| unknown(error.to_string()))?;
    let saved: SavedForest = serde_json::from_slice(&json).map_err(|error| unknown(error.to_string()))?;
    let mut trees = Vec::new();
    let mut importances = Vec::new();
    for tree in saved.forest_regressor.trees {
        importances.push(tree.importances(width));
        let grown: Vec<Grown> = tree.nodes.iter().map(SavedNode::grown).collect();
        trees.push(Tree::new(&grown, width).ok_or_else(|| unknown("its nodes are no tree".to_string()))?);
    }
    Ok((trees, importances))
}

#[derive(Deserialize)]
struct SavedForest {
    forest_regressor: SavedBase,
}

#[derive(Deserialize)]
struct SavedBase {
    trees: Vec<SavedTree>,
}

#[derive(Deserialize)]
struct SavedTree {
    nodes: Vec<SavedNode>,
}

#[derive(Deserialize)]
struct SavedNode {
    output: f64,
    split_feature: usize,
    split_value: Option<f64>,
    split_score: Option<f64>,
    true_child: Option<usize>,
    false_child: Option<usize>,
}

impl SavedNode {
    /// A node may have a split that was found and then not made: without children it is a leaf.
    fn grown(&self) -> Grown {
        match (self.split_value, self.true_child, self.false_child) {
            (Some(threshold), Some(left), Some(right)) => {
                // Where a value were missing, it would go where all beyond the threshold go.
                Grown::Split { feature: self.split_feature, threshold, missing_left: false, left, right }
            }
            _ => Grown::Leaf(self.output),
        }
    }
}

impl SavedTree {
    fn importances(&self, width: usize) -> Vec<f64> {
        let mut shares = vec![0.0; width];
        for node in self.nodes.iter().filter(|node| node.true_child.is_some()) {
            if let (Some(share), Some(score)) = (shares.get_mut(node.split_feature), node.split_score) {
                *share += score;
            }
        }
        normalized(shares)
    }
}

/// Shares of their sum; zeros stay zeros.
pub fn normalized(mut shares: Vec<f64>) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        shares.iter_mut().for_each(|share| *share /= sum);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn our_trees_predict_what_smartcore_predicts() {
        let mut random = Random::new(3);
        let (rows, cols) = (300, 4);
        let data: Vec<Vec<f64>> = (0..rows)
            .map(|_| (0..cols).map(|j| if j < 2 { random.normal() } else { random.below(3) as f64 }).collect())
            .collect();
        let y: Vec<f64> = data.iter().map(|r| f64::from(u8::from(r[0] + r[2] + random.normal() > 1.0))).collect();
        let x = DenseMatrix::from_2d_vec(&data).unwrap();
        let params = RandomForestRegressorParameters::default().with_n_trees(7).with_seed(11).with_min_samples_leaf(2);
        let weights: Vec<f64> = y.iter().map(|label| 1.0 + 2.0 * label).collect();
        let extra = fit_extra(&x, &y, Some(&weights), params.clone()).unwrap();
        let (ours, theirs) = (super::trees(&extra, cols).unwrap().0, extra.predict(&x).unwrap());
        for (row, theirs) in data.iter().zip(theirs) {
            assert_eq!(ours.iter().map(|t| t.predict(row)).sum::<f64>() / 7.0, theirs);
        }
        let forest = fit(&x, &y, None, params).unwrap();
        let (trees, importances) = trees(&forest, cols).unwrap();
        assert_eq!((trees.len(), importances.len()), (7, 7));
        let theirs = forest.predict(&x).unwrap();
        for (row, theirs) in data.iter().zip(theirs) {
            let ours = trees.iter().map(|t| t.predict(row)).sum::<f64>() / 7.0;
            assert_eq!(ours, theirs);
        }
        let mean: Vec<f64> = (0..cols).map(|j| importances.iter().map(|i| i[j]).sum::<f64>() / 7.0).collect();
        for (ours, theirs) in normalized(mean).iter().zip(forest.compute_feature_importances().unwrap()) {
            assert!((ours - theirs).abs() < 1e-12);
        }
    }
}
