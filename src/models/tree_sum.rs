//! Scores that trees add up to.

use super::blocks;
use super::coded_trees::CodedTrees;
use super::leaf_masks::ROWS;
use super::tree::Tree;
use crate::table::Matrix;

/// Rows from which it pays to make the trees ready for many.
const MANY: usize = 256;
/// Rows that pass by all trees before the next ones come: few enough for the nearest cache.
const BLOCK: usize = 8 * ROWS;

/// An output that trees add up to: (start + sum of the trees) / divisor.
#[derive(Debug)]
pub struct TreeSum<'a> {
    /// What the sum begins with.
    pub start: f64,
    /// The trees.
    pub trees: Vec<&'a Tree>,
    /// 1 for a sum, the number of trees for a mean; not 0.
    pub divisor: f64,
}

/// The outputs, rows × outputs, for the rows of `x`.
pub fn raw(sums: &[TreeSum], x: &Matrix, threads: usize) -> Matrix {
    raw_then(sums, sums.len(), x, threads, |scores, out| out.copy_from_slice(scores))
}

/// What `finish` makes of the outputs of each row: rows × `cols`.
pub fn raw_then(
    sums: &[TreeSum],
    cols: usize,
    x: &Matrix,
    threads: usize,
    finish: impl Fn(&[f64], &mut [f64]) + Sync,
) -> Matrix {
    let many = x.rows() >= MANY;
    let coded: Vec<Option<CodedTrees>> =
        sums.iter().map(|sum| if many { CodedTrees::of(&sum.trees, x.cols()) } else { None }).collect();
    let width = x.cols().max(1);
    blocks::predict(x.rows(), cols, threads, |rows, out| {
        let mut scores = vec![0.0; sums.len()];
        let cells = &x.as_slice()[rows.start * x.cols()..rows.end * x.cols()];
        for (rows, out) in cells.chunks(BLOCK * width).zip(out.chunks_mut(BLOCK * cols)) {
            let outputs: Vec<Vec<[f64; ROWS]>> =
                sums.iter().zip(&coded).map(|(sum, coded)| sum.of(coded.as_ref(), rows, width)).collect();
            for (row, out) in out.chunks_exact_mut(cols).enumerate() {
                scores.iter_mut().zip(&outputs).for_each(|(score, output)| *score = output.as_flattened()[row]);
                finish(&scores, out);
            }
        }
    })
}

impl TreeSum<'_> {
    /// The output of each of these rows, and of none at the end.
    fn of(&self, coded: Option<&CodedTrees>, rows: &[f64], width: usize) -> Vec<[f64; ROWS]> {
        let mut sums = vec![[self.start; ROWS]; rows.len().div_ceil(ROWS * width)];
        if let Some(coded) = coded {
            let mut planes = Vec::new();
            rows.chunks(ROWS * width).for_each(|rows| coded.planes(rows, width, &mut planes));
            coded.add(&planes, &mut sums);
        } else {
            // Tree by tree, so that a tree stays in the cache while rows pass by.
            for tree in &self.trees {
                let rows = rows.chunks_exact(width);
                sums.as_flattened_mut().iter_mut().zip(rows).for_each(|(sum, row)| *sum += tree.predict(row));
            }
        }
        sums.as_flattened_mut().iter_mut().for_each(|sum| *sum /= self.divisor);
        sums
    }
}
