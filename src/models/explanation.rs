//! What moves a model's score: the contributions of the columns, row by row.
//!
//! Sums of trees are explained by SHAP values, which add up over the trees (see
//! [`tree_shap`](super::tree_shap)); linear models by their terms.

use super::blocks;
use super::tree_shap::{Scratch, TreeShap};
use super::tree_sum::TreeSum;
use crate::parallel;
use crate::table::Matrix;

/// Rows that one thread explains at a time; a row takes long.
const BLOCK: usize = 32;

/// What each column contributes to each row's raw scores: for every output `o`, `base[o]`
/// and the contributions in a row of `values[o]` sum to the row's score in
/// [`Fitted::raw`](super::Fitted::raw), but for rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// For each output, the score of a row of which nothing is known: for trees the mean
    /// over the training rows, for linear models the intercept (a design column at 0,
    /// which is the training mean of those that are standardised).
    pub base: Vec<f64>,
    /// For each output a matrix, rows × columns of the design, in the unit of the score.
    pub values: Vec<Matrix>,
}

/// The SHAP values of the rows of `x`, which has all columns of the trees; `None` where
/// the training rows of a tree were not counted.
pub fn of_trees(sums: &[TreeSum], x: &Matrix, threads: usize) -> Option<Contributions> {
    let mut contributions = Contributions { base: Vec::new(), values: Vec::new() };
    for sum in sums {
        let trees = parallel::map(sum.trees.len(), threads, |tree| TreeShap::of(sum.trees[tree]));
        let trees: Vec<TreeShap> = trees.into_iter().collect::<Option<_>>()?;
        let base = trees.iter().fold(sum.start, |base, tree| base + tree.expected());
        contributions.base.push(base / sum.divisor);
        contributions.values.push(explain(x.rows(), x.cols(), threads, |rows, out| {
            let mut scratch = Scratch::default();
            // Tree by tree, so that a tree stays in the cache while rows pass by.
            for tree in &trees {
                for (row, out) in rows.clone().zip(out.chunks_exact_mut(x.cols().max(1))) {
                    tree.add(x.row(row), &mut scratch, out);
                }
            }
            out.iter_mut().for_each(|value| *value /= sum.divisor);
        }));
    }
    Some(contributions)
}

/// The one output of a linear model, intercept + Σ coefficient × value, rows × 1.
pub fn linear_raw(intercept: f64, coefficients: &[f64], x: &Matrix, threads: usize) -> Matrix {
    blocks::predict(x.rows(), 1, threads, |rows, out| {
        for (row, out) in rows.zip(out) {
            *out = coefficients.iter().zip(x.row(row)).fold(intercept, |sum, (w, value)| sum + w * value);
        }
    })
}

/// The terms of a linear model: coefficient × value.
pub fn of_linear(intercept: f64, coefficients: &[f64], x: &Matrix, threads: usize) -> Contributions {
    let values = explain(x.rows(), x.cols(), threads, |rows, out| {
        let terms = rows.flat_map(|row| coefficients.iter().zip(x.row(row)).map(|(w, value)| w * value));
        out.iter_mut().zip(terms).for_each(|(out, term)| *out = term);
    });
    Contributions { base: vec![intercept], values: vec![values] }
}

/// A matrix of `rows` × `cols`: `fill` gets a range of rows and their numbers, zeros before.
pub fn explain(
    rows: usize,
    cols: usize,
    threads: usize,
    fill: impl Fn(std::ops::Range<usize>, &mut [f64]) + Sync,
) -> Matrix {
    let blocks = parallel::map(rows.div_ceil(BLOCK), threads, |block| {
        let rows = blocks::range(rows, BLOCK, block);
        let mut part = vec![0.0; rows.len() * cols];
        fill(rows, &mut part);
        part
    });
    Matrix::from_rows(rows, cols, blocks.concat()).unwrap_or_default()
}
