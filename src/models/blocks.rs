//! Rows in blocks of a fixed size: sums are made block by block and added in the order
//! of the blocks, so that the number of threads never shows in the last bit.

use crate::table::Matrix;
use std::ops::Range;

/// Rows of a prediction that one thread takes at a time.
const PREDICTED: usize = 2048;

/// The `index`-th block of `size` rows out of `rows`.
pub fn range(rows: usize, size: usize, index: usize) -> Range<usize> {
    (index * size).min(rows)..((index + 1) * size).min(rows)
}

/// Fills a matrix of `rows` × `cols`: `fill` gets a range of rows and the place of their numbers,
/// row after row, of which it is to write every one.
pub fn predict(rows: usize, cols: usize, threads: usize, fill: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Matrix {
    let size = PREDICTED * cols.max(1);
    Matrix::filled(rows, cols, size, threads, |block, part| fill(range(rows, PREDICTED, block), part))
}
