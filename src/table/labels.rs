//! Several yes/no labels of the same row.

use super::classes::{YES, labels};
use super::{Column, TargetProblem, cell};

/// Words for a label that a row does not have.
const NO: [&str; 7] = ["0", "no", "false", "n", "f", "off", "negative"];

/// Which of k labels each of n rows has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// The names of the k labels: those of their columns.
    pub names: Vec<String>,
    /// n × k, row after row.
    pub flags: Vec<bool>,
}

impl Labels {
    /// Reads columns of yes/no words, in any case: `1`, `yes`, `true`, … and `0`, `no`, `false`, ….
    ///
    /// # Errors
    /// The name of the first column that holds anything else or lacks a cell, and what is wrong.
    pub fn read(columns: &[(&str, &Column)]) -> Result<Labels, (String, TargetProblem)> {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        let mut flags = vec![false; rows * columns.len()];
        for (place, (name, column)) in columns.iter().enumerate() {
            if column.missing() > 0 {
                return Err(((*name).to_string(), TargetProblem::MissingLabels(column.missing())));
            }
            for (row, label) in labels(column).into_iter().flatten().enumerate() {
                match Labels::says(&label) {
                    Some(has) => flags[row * columns.len() + place] = has,
                    None => return Err(((*name).to_string(), TargetProblem::NotYesNo { label, row })),
                }
            }
        }
        Ok(Labels { names: columns.iter().map(|(name, _)| (*name).to_string()).collect(), flags })
    }

    /// Whether a cell says yes or no; `None` where it says neither.
    pub fn says(cell: &str) -> Option<bool> {
        let word = cell::number(cell).map_or_else(|| cell.to_lowercase(), |number| number.to_string());
        let among = |words: &[&str]| words.contains(&word.as_str());
        among(&YES).then_some(true).or(among(&NO).then_some(false))
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.flags.len() / self.names.len().max(1)
    }

    /// The labels of each row.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[bool]> {
        self.flags.chunks_exact(self.names.len().max(1))
    }

    /// Which rows have the label at `place`.
    pub fn column(&self, place: usize) -> Vec<bool> {
        self.iter_rows().filter_map(|row| row.get(place).copied()).collect()
    }

    /// The rows at these places, in this order.
    pub fn take(&self, rows: &[usize]) -> Labels {
        let width = self.names.len();
        let flags = rows.iter().filter_map(|row| self.flags.get(row * width..(row + 1) * width)).flatten();
        Labels { names: self.names.clone(), flags: flags.copied().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Texts;

    #[test]
    fn words_and_numbers_are_read() {
        let numbers = Column::Numbers(vec![1.0, 0.0]);
        let words = Column::Texts(Texts { codes: vec![0, 1], levels: vec!["No".into(), "TRUE".into()] });
        let labels = Labels::read(&[("a", &numbers), ("b", &words)]).unwrap();
        assert_eq!(labels.flags, [true, false, false, true]);
        assert_eq!((labels.column(1), labels.take(&[1]).flags), (vec![false, true], vec![false, true]));
    }

    #[test]
    fn other_cells_are_told_with_their_column() {
        let two = Column::Numbers(vec![1.0, 2.0]);
        let wrong = TargetProblem::NotYesNo { label: "2".into(), row: 1 };
        assert_eq!(Labels::read(&[("a", &two)]), Err(("a".to_string(), wrong)));
        let missing = Column::Numbers(vec![1.0, f64::NAN]);
        assert_eq!(Labels::read(&[("b", &missing)]), Err(("b".to_string(), TargetProblem::MissingLabels(1))));
    }
}
