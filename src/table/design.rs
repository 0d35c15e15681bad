//! What models are fitted on: numbers, and beside them what is mostly 0.

use super::{Matrix, Sparse};

/// A design matrix of n rows: dense columns, then sparse ones. Most designs have no sparse
/// part; only a model that says it takes one is given one.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    dense: Matrix,
    sparse: Option<Sparse>,
}

impl Design {
    /// Joins both parts; `None` where their numbers of rows differ.
    pub fn new(dense: Matrix, sparse: Option<Sparse>) -> Option<Design> {
        let fits = sparse.as_ref().is_none_or(|sparse| sparse.rows() == dense.rows());
        fits.then_some(Design { dense, sparse })
    }

    /// The dense columns: n rows, even where there is no such column.
    pub fn dense(&self) -> &Matrix {
        &self.dense
    }

    /// The sparse columns, which come after the dense ones.
    pub fn sparse(&self) -> Option<&Sparse> {
        self.sparse.as_ref()
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.dense.rows()
    }

    /// How many columns in all.
    pub fn cols(&self) -> usize {
        self.dense.cols() + self.sparse.as_ref().map_or(0, Sparse::cols)
    }
}

impl From<Matrix> for Design {
    fn from(dense: Matrix) -> Design {
        Design { dense, sparse: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_have_the_same_rows() {
        let mut sparse = Sparse::new(3);
        sparse.push([(0, 1.0)]);
        assert_eq!(Design::new(Matrix::zeros(1, 2), Some(sparse.clone())).unwrap().cols(), 5);
        assert!(Design::new(Matrix::zeros(2, 2), Some(sparse)).is_none());
    }
}
