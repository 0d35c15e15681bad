//! A matrix of which most cells are 0.

/// Rows of (column, value) pairs, row after row (compressed sparse rows).
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse {
    cols: usize,
    /// Where each row starts, and the end.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Sparse {
    /// A matrix without rows, of so many columns (at most 2³²).
    pub fn new(cols: usize) -> Sparse {
        Sparse { cols, starts: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    /// Adds a row of the cells that are not 0. Columns ascend, and are below `cols`.
    pub fn push(&mut self, cells: impl IntoIterator<Item = (u32, f64)>) {
        for (column, value) in cells {
            debug_assert!((column as usize) < self.cols);
            self.columns.push(column);
            self.values.push(value);
        }
        self.starts.push(self.columns.len());
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The columns and values of the row at `index` that are not 0.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn row(&self, index: usize) -> (&[u32], &[f64]) {
        let range = self.starts[index]..self.starts[index + 1];
        (&self.columns[range.clone()], &self.values[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        let mut sparse = Sparse::new(5);
        sparse.push([(1, 2.0), (4, 1.0)]);
        sparse.push([]);
        assert_eq!((sparse.rows(), sparse.cols()), (2, 5));
        assert_eq!(sparse.row(0), (&[1, 4][..], &[2.0, 1.0][..]));
        assert!(sparse.row(1).0.is_empty());
    }
}
