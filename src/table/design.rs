//! What models are fitted on: numbers, and beside them what is mostly 0.

use super::{Matrix, Sparse};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A design matrix of n rows: dense columns, then sparse ones. Most designs have no sparse
/// part; only a model that says it takes one is given one.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    dense: Matrix,
    sparse: Option<Sparse>,
    /// Of the dense columns; empty where all are numbers.
    kinds: Vec<ColumnKind>,
}

/// What the cells of a dense column are, for a model that asks while it is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnKind {
    /// Numbers.
    #[default]
    Number,
    /// Numbers with which predictions may only rise, or only fall.
    Monotone(Monotone),
    /// Codes of categories, whole numbers from 0 up to below this one; NaN where missing.
    Codes(usize),
}

/// The way that predictions may go while a column grows and all others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Monotone {
    /// Never down.
    Increasing,
    /// Never up.
    Decreasing,
}

/// Constraints by the name of a column of the table.
pub type Constraints = BTreeMap<String, Monotone>;

impl Monotone {
    /// The names used in configs, in the order of the variants.
    pub const NAMES: [&str; 2] = ["increasing", "decreasing"];

    /// The direction of that name.
    pub fn of_name(name: &str) -> Option<Monotone> {
        match name {
            "increasing" => Some(Monotone::Increasing),
            "decreasing" => Some(Monotone::Decreasing),
            _ => None,
        }
    }
}

impl Design {
    /// Joins both parts; `None` where their numbers of rows differ.
    pub fn new(dense: Matrix, sparse: Option<Sparse>) -> Option<Design> {
        let fits = sparse.as_ref().is_none_or(|sparse| sparse.rows() == dense.rows());
        fits.then_some(Design { dense, sparse, kinds: Vec::new() })
    }

    /// The same design with the kinds of its dense columns, in order; those not told are
    /// numbers.
    pub fn with_kinds(self, kinds: Vec<ColumnKind>) -> Design {
        Design { kinds, ..self }
    }

    /// Puts these numbers, one for each row, in place of a dense column.
    pub fn replace(&mut self, column: usize, values: &[f64]) {
        for (row, value) in values.iter().enumerate().take(self.rows()) {
            self.dense.row_mut(row)[column] = *value;
        }
    }

    /// The kind of a dense column.
    pub fn kind(&self, column: usize) -> ColumnKind {
        self.kinds.get(column).copied().unwrap_or_default()
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
        Design { dense, sparse: None, kinds: Vec::new() }
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
