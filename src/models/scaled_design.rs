//! A design as an iterative solver works on it: products with it and with its transpose.
//!
//! Dense columns are shifted to mean zero and scaled to deviation one, where the problem
//! is well conditioned; sparse ones are left as they are, and a column of ones comes last,
//! for the intercept. Sums over rows are made in blocks of a fixed size, or row after row
//! for one column, so that the number of threads never shows in them.

use super::blocks;
use crate::parallel;
use crate::table::{Design, Matrix, Sparse};

/// Rows of a block.
const ROWS: usize = 512;
/// Sparse columns that a thread takes at a time.
const COLUMNS: usize = 256;
/// Deviations outside this range cannot be squared; such a column is left as it is.
const SCALES: std::ops::Range<f64> = 1e-140..1e140;

/// The design, with what leads back to the columns as they came.
#[derive(Debug)]
pub struct ScaledDesign<'a> {
    dense: Matrix,
    sparse: Option<&'a Sparse>,
    by_column: ByColumn,
    mean: Vec<f64>,
    scale: Vec<f64>,
    threads: usize,
}

/// The sparse part again, column after column (compressed sparse columns).
#[derive(Debug, Default)]
struct ByColumn {
    starts: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<f64>,
}

impl<'a> ScaledDesign<'a> {
    /// Scales a design of finite numbers, none beyond ±1e100, with at most 2³² rows.
    pub fn new(x: &'a Design, threads: usize) -> ScaledDesign<'a> {
        let mut dense = x.dense().clone();
        let rows = dense.rows() as f64;
        // Dividing before adding keeps sums of huge numbers finite.
        let mut mean = vec![0.0; dense.cols()];
        for row in dense.iter_rows() {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / rows);
        }
        let mut scale = vec![0.0; dense.cols()];
        for row in dense.iter_rows() {
            let away = row.iter().zip(&mean).map(|(value, mean)| value - mean);
            scale.iter_mut().zip(away).for_each(|(sum, away)| *sum += away * away / rows);
        }
        for (scale, mean) in scale.iter_mut().zip(&mean) {
            let deviation = scale.sqrt();
            // A column that is constant but for the rounding of its mean is left as it is, too.
            let usable = SCALES.contains(&deviation) && deviation > 1e-13 * mean.abs();
            *scale = if usable { deviation } else { 1.0 };
        }
        for row in 0..dense.rows() {
            let cells = dense.row_mut(row).iter_mut();
            cells.zip(&mean).zip(&scale).for_each(|((cell, mean), scale)| *cell = (*cell - mean) / scale);
        }
        let by_column = x.sparse().map(ByColumn::of).unwrap_or_default();
        ScaledDesign { dense, sparse: x.sparse(), by_column, mean, scale, threads }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.dense.rows()
    }

    /// How many columns, the one of the intercept not counted.
    pub fn cols(&self) -> usize {
        self.dense.cols() + self.sparse.map_or(0, Sparse::cols)
    }

    /// What the square of a coefficient of a column weighs in a penalty ½·‖w‖² on the
    /// columns as they came.
    pub fn penalty(&self, column: usize) -> f64 {
        // So far and no further: penalties are added up.
        self.scale.get(column).map_or(1.0, |scale| (1.0 / (scale * scale)).min(1e280))
    }

    /// X·W: rows × `outputs`, row after row. `weights` holds `outputs` numbers for each
    /// column, and for the intercept at the end.
    pub fn times(&self, weights: &[f64], outputs: usize) -> Matrix {
        let (sparse_weights, intercepts) = weights.split_at(self.cols() * outputs);
        let (dense_weights, sparse_weights) = sparse_weights.split_at(self.dense.cols() * outputs);
        let blocks = parallel::map(self.rows().div_ceil(ROWS), self.threads, |block| {
            let rows = blocks::range(self.rows(), ROWS, block);
            let mut part = vec![0.0; rows.len() * outputs];
            for (row, out) in rows.zip(part.chunks_exact_mut(outputs)) {
                out.copy_from_slice(intercepts);
                for (value, weights) in self.dense.row(row).iter().zip(dense_weights.chunks_exact(outputs)) {
                    add(out, *value, weights);
                }
                let Some(sparse) = self.sparse else { continue };
                let (columns, values) = sparse.row(row);
                for (column, value) in columns.iter().zip(values) {
                    add(out, *value, &sparse_weights[*column as usize * outputs..][..outputs]);
                }
            }
            part
        });
        Matrix::from_rows(self.rows(), outputs, blocks.concat()).unwrap_or_default()
    }

    /// Xᵀ·E, in the order of [`ScaledDesign::times`], for E of rows × outputs.
    pub fn transpose_times(&self, errors: &Matrix) -> Vec<f64> {
        self.sums(errors, |value| value)
    }

    /// (X∘X)ᵀ·E, likewise.
    pub fn transpose_squared_times(&self, errors: &Matrix) -> Vec<f64> {
        self.sums(errors, |value| value * value)
    }

    /// Weights for the columns as they came: w = v/s, b = b' − Σ w·mean.
    pub fn back(&self, mut weights: Vec<f64>, outputs: usize) -> Vec<f64> {
        let (columns, intercepts) = weights.split_at_mut(self.cols() * outputs);
        for ((weights, scale), mean) in columns.chunks_exact_mut(outputs).zip(&self.scale).zip(&self.mean) {
            weights.iter_mut().for_each(|weight| *weight /= scale);
            add(intercepts, -mean, weights);
        }
        weights
    }

    fn sums(&self, errors: &Matrix, of: impl Fn(f64) -> f64 + Sync) -> Vec<f64> {
        let (outputs, width) = (errors.cols(), self.dense.cols());
        let parts = parallel::map(self.rows().div_ceil(ROWS), self.threads, |block| {
            let mut part = vec![0.0; (width + 1) * outputs];
            for row in blocks::range(self.rows(), ROWS, block) {
                let (errors, cells) = (errors.row(row), self.dense.row(row).iter().chain(&[1.0]));
                part.chunks_exact_mut(outputs).zip(cells).for_each(|(sum, value)| add(sum, of(*value), errors));
            }
            part
        });
        let mut sums = vec![0.0; (width + 1) * outputs];
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        let intercepts = sums.split_off(width * outputs);
        let count = self.sparse.map_or(0, Sparse::cols);
        let parts = parallel::map(count.div_ceil(COLUMNS), self.threads, |block| {
            let columns = blocks::range(count, COLUMNS, block);
            let mut part = vec![0.0; columns.len() * outputs];
            for (column, sum) in columns.zip(part.chunks_exact_mut(outputs)) {
                for (row, value) in self.by_column.cells(column) {
                    add(sum, of(value), errors.row(row));
                }
            }
            part
        });
        parts.iter().for_each(|part| sums.extend_from_slice(part));
        sums.extend(intercepts);
        sums
    }
}

impl ByColumn {
    fn of(sparse: &Sparse) -> ByColumn {
        let mut starts = vec![0; sparse.cols() + 1];
        for row in 0..sparse.rows() {
            sparse.row(row).0.iter().for_each(|column| starts[*column as usize + 1] += 1);
        }
        for column in 0..sparse.cols() {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let count = starts.last().copied().unwrap_or_default();
        let (mut rows, mut values) = (vec![0; count], vec![0.0; count]);
        for row in 0..sparse.rows() {
            let (columns, cells) = sparse.row(row);
            for (column, value) in columns.iter().zip(cells) {
                let place = &mut next[*column as usize];
                (rows[*place], values[*place]) = (row as u32, *value);
                *place += 1;
            }
        }
        ByColumn { starts, rows, values }
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[column]..self.starts[column + 1];
        self.rows[range.clone()].iter().map(|row| *row as usize).zip(self.values[range].iter().copied())
    }
}

/// sum += factor · values.
#[inline]
pub fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    // Chunks of a known length become vector instructions without a test for each.
    let ((sums, rest), (lanes, others)) = (sum.as_chunks_mut::<4>(), values.as_chunks::<4>());
    for (sum, values) in sums.iter_mut().zip(lanes) {
        for lane in 0..4 {
            sum[lane] += factor * values[lane];
        }
    }
    rest.iter_mut().zip(others).for_each(|(sum, value)| *sum += factor * value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two dense columns and three sparse ones.
    fn design(rows: usize) -> Design {
        let cells = (0..rows).flat_map(|i| [1e3 + (i % 7) as f64, (i % 3) as f64]).collect();
        let mut sparse = Sparse::new(3);
        (0..rows).for_each(|i| sparse.push([((i % 2) as u32, 1.0), (2, (i % 5) as f64)]));
        Design::new(Matrix::from_rows(rows, 2, cells).unwrap(), Some(sparse)).unwrap()
    }

    #[test]
    fn products_are_those_of_the_definition_on_any_number_of_threads() {
        let rows = 1200;
        let design = design(rows);
        let x = ScaledDesign::new(&design, 1);
        let weights: Vec<f64> = (0..12).map(|i| f64::from(i) - 5.0).collect();
        let scores = x.times(&weights, 2);
        let cell = |row: usize, column: usize| match column {
            0 | 1 => x.dense.row(row)[column],
            5 => 1.0,
            _ => {
                let (columns, values) = design.sparse().unwrap().row(row);
                let at = columns.iter().position(|c| *c as usize == column - 2);
                at.map_or(0.0, |at| values[at])
            }
        };
        for row in [0, 1, 600, rows - 1] {
            for output in 0..2 {
                let sum: f64 = (0..6).map(|column| cell(row, column) * weights[column * 2 + output]).sum();
                assert!((scores.row(row)[output] - sum).abs() < 1e-12);
            }
        }
        let (plain, squared) = (x.transpose_times(&scores), x.transpose_squared_times(&scores));
        for column in 0..6 {
            let sum = |power| (0..rows).map(|row| cell(row, column).powi(power) * scores.row(row)[1]).sum::<f64>();
            assert!((plain[column * 2 + 1] - sum(1)).abs() < 1e-8 && (squared[column * 2 + 1] - sum(2)).abs() < 1e-8);
        }
        let four = ScaledDesign::new(&design, 4);
        assert_eq!((four.times(&weights, 2), four.transpose_times(&scores)), (scores, plain));
    }

    #[test]
    fn weights_lead_back_to_the_columns_as_they_came() {
        let design = design(30);
        let x = ScaledDesign::new(&design, 1);
        let scores = x.times(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1);
        let back = x.back(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1);
        for row in 0..30 {
            let (columns, values) = design.sparse().unwrap().row(row);
            let dense: f64 = design.dense().row(row).iter().zip(&back).map(|(x, w)| x * w).sum();
            let sparse: f64 = columns.iter().zip(values).map(|(c, x)| x * back[*c as usize + 2]).sum();
            assert!((dense + sparse + back[5] - scores.row(row)[0]).abs() < 1e-9);
        }
    }
}
