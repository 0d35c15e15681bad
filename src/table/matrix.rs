//! A dense matrix of features or of probabilities.

use super::spare;
use crate::parallel;

/// Numbers in rows, row after row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Matrix {
        Matrix { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// A matrix whose numbers `fill` writes, by pieces of `size` numbers (at least 1; the last may be
    /// shorter) on up to `threads` threads: it gets the number of each piece, and its place. It is to
    /// write every number of it, as those that were there before are of no meaning.
    pub fn filled(
        rows: usize,
        cols: usize,
        size: usize,
        threads: usize,
        fill: impl Fn(usize, &mut [f64]) + Sync,
    ) -> Matrix {
        let mut data = spare::take(rows * cols).unwrap_or_else(|| vec![0.0; rows * cols]);
        parallel::map_pieces(&mut data, size, threads, |piece, part| {
            if cfg!(debug_assertions) {
                // What is forgotten shall be seen by the tests.
                part.fill(f64::NAN);
            }
            fill(piece, part);
        });
        Matrix { rows, cols, data }
    }

    /// A matrix over `data`, row after row; `None` where the length does not fit.
    pub fn from_rows(rows: usize, cols: usize, data: Vec<f64>) -> Option<Matrix> {
        (data.len() == rows * cols).then_some(Matrix { rows, cols, data })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The row at `index`.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.data[index * self.cols..(index + 1) * self.cols]
    }

    /// The row at `index`, to be changed.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn row_mut(&mut self, index: usize) -> &mut [f64] {
        &mut self.data[index * self.cols..(index + 1) * self.cols]
    }

    /// All numbers, row after row.
    pub fn as_slice(&self) -> &[f64] {
        &self.data
    }

    /// Rows in order. A matrix without columns has no rows to show.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[f64]> {
        self.data.chunks_exact(self.cols.max(1))
    }

    /// The numbers of one column.
    pub fn column(&self, col: usize) -> Vec<f64> {
        self.iter_rows().filter_map(|row| row.get(col).copied()).collect()
    }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        spare::keep(std::mem::take(&mut self.data));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_meet() {
        let matrix = Matrix::from_rows(2, 3, vec![1., 2., 3., 4., 5., 6.]).unwrap();
        assert_eq!(matrix.row(1), [4., 5., 6.]);
        assert_eq!(matrix.column(2), [3., 6.]);
        assert!(Matrix::from_rows(2, 3, vec![1.]).is_none());
    }

    #[test]
    fn pieces_are_filled_however_often_and_what_is_forgotten_shows() {
        for _ in 0..3 {
            let matrix = Matrix::filled(200_000, 2, 4_096, 2, |piece, part| {
                part[1..].fill(piece as f64 + 1.0);
            });
            let forgotten = [matrix.row(0)[0], matrix.row(2_048)[0]];
            assert!(forgotten.iter().all(|number| number.is_nan()) || !cfg!(debug_assertions));
            assert_eq!((matrix.row(1), matrix.row(199_999)), (&[1.0; 2][..], &[98.0; 2][..]));
        }
    }
}
