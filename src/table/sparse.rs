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

    /// The columns of all, side by side, in this order; `None` where there is none, or where
    /// their numbers of rows differ.
    pub fn beside(mut parts: Vec<Sparse>) -> Option<Sparse> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let rows = parts.first()?.rows();
        let mut all = Sparse::new(parts.iter().map(Sparse::cols).sum());
        for row in 0..rows {
            let mut first = 0;
            for part in &parts {
                let (columns, values) = if part.rows() == rows { part.row(row) } else { return None };
                all.columns.extend(columns.iter().map(|column| first + column));
                all.values.extend_from_slice(values);
                first += part.cols() as u32;
            }
            all.starts.push(all.columns.len());
        }
        Some(all)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Whether all cells are finite.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
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
    fn parts_stand_side_by_side() {
        let part = |cols: usize, cells: &[(u32, f64)]| {
            let mut part = Sparse::new(cols);
            part.push(cells.iter().copied());
            part
        };
        let both = Sparse::beside(vec![part(3, &[(2, 1.0)]), part(2, &[(0, 2.0)])]).unwrap();
        assert_eq!((both.rows(), both.cols(), both.row(0)), (1, 5, (&[2, 3][..], &[1.0, 2.0][..])));
        assert!(Sparse::beside(vec![part(1, &[]), Sparse::new(1)]).is_none() && Sparse::beside(Vec::new()).is_none());
    }

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
