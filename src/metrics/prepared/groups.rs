//! Rows by class or label, so that a sum over one needs no table of sums.

/// The place of a row that has no class or label at all.
pub const NOWHERE: u32 = u32::MAX;

/// The rows of each class; a row may be of any number of them.
#[derive(Debug, Clone)]
pub struct Groups {
    rows: Vec<u32>,
    /// Where each class starts in `rows`, and the end.
    starts: Vec<usize>,
}

impl Groups {
    /// From the class code of each row.
    pub fn of_codes(codes: &[u32], classes: usize) -> Groups {
        let mut starts = vec![0; classes + 1];
        for code in codes {
            starts[*code as usize + 1] += 1;
        }
        for class in 0..classes {
            starts[class + 1] += starts[class];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; codes.len()];
        for (row, code) in codes.iter().enumerate() {
            rows[next[*code as usize]] = row as u32;
            next[*code as usize] += 1;
        }
        Groups { rows, starts }
    }

    /// From the rows of each class, class after class.
    pub fn of_rows(classes: impl Iterator<Item = Vec<u32>>) -> Groups {
        let mut groups = Groups { rows: Vec::new(), starts: vec![0] };
        for rows in classes {
            groups.rows.extend(rows);
            groups.starts.push(groups.rows.len());
        }
        groups
    }

    /// How many classes.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of a class.
    pub fn rows(&self, class: usize) -> &[u32] {
        &self.rows[self.starts[class]..self.starts[class + 1]]
    }

    /// The weight of the rows of a class.
    pub fn weight(&self, class: usize, weights: &[f64]) -> f64 {
        self.rows(class).iter().map(|row| weights[*row as usize]).sum()
    }
}

/// How many of the probabilities come before the one at `index`: the greater ones, and the
/// equal ones that stand before it.
pub fn place(shares: &[f64], index: usize) -> u32 {
    let own = shares[index];
    shares.iter().enumerate().filter(|(i, p)| **p > own || **p == own && *i < index).count() as u32
}
