//! Summary statistics and the share of missing cells, column by column.

use crate::table::{Column, Role, Table, Texts, Type};
use serde::{Deserialize, Serialize};

/// One column of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What part it plays.
    pub role: Role,
    /// Rows.
    pub rows: u64,
    /// Missing cells.
    pub missing: u64,
    /// Missing cells as a share of the rows.
    pub missing_share: f64,
    /// Of the cells that are present; `None` for texts and where none is present.
    pub numbers: Option<Numbers>,
    /// The most frequent texts with their counts; empty for numbers.
    pub frequent: Vec<(String, u64)>,
    /// How many different texts; `None` for numbers.
    pub distinct: Option<u64>,
}

/// Statistics of the present cells of a number column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Arithmetic mean.
    pub mean: f64,
    /// The middle value, or the mean of the two middle values.
    pub median: f64,
    /// Sample standard deviation, with n − 1; `None` for a single value.
    pub std: Option<f64>,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

/// How many of the most frequent texts are told.
const FREQUENT: usize = 5;

/// Summarises every column of a table, on several threads.
pub fn summarise(table: &Table, threads: usize) -> Vec<ColumnSummary> {
    let columns: Vec<_> = table.columns().collect();
    crate::parallel::map(columns.len(), threads, |i| {
        let (schema, column) = columns[i];
        let (rows, missing) = (column.len() as u64, column.missing() as u64);
        let (numbers, frequent, distinct) = match column {
            Column::Numbers(values) => (numbers(values), Vec::new(), None),
            Column::Texts(texts) => {
                let counts = counts(texts);
                (None, counts.iter().take(FREQUENT).cloned().collect(), Some(counts.len() as u64))
            }
        };
        ColumnSummary {
            name: schema.name.clone(),
            kind: schema.kind,
            role: schema.role,
            rows,
            missing,
            missing_share: if rows == 0 { 0.0 } else { missing as f64 / rows as f64 },
            numbers,
            frequent,
            distinct,
        }
    })
}

/// Statistics of the numbers that are present (not NaN); `None` where there is none.
pub fn numbers(values: &[f64]) -> Option<Numbers> {
    let mut present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    let n = present.len();
    if n == 0 {
        return None;
    }
    let mean = present.iter().sum::<f64>() / n as f64;
    // Two passes: the one-pass formula loses all digits where the mean is large.
    let squares: f64 = present.iter().map(|v| (v - mean) * (v - mean)).sum();
    let (min, max) = present.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (below, middle, _) = present.select_nth_unstable_by(n / 2, f64::total_cmp);
    let median = if n % 2 == 1 {
        *middle
    } else {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        lower + (*middle - lower) / 2.0
    };
    Some(Numbers { mean, median, std: (n > 1).then(|| (squares / (n as f64 - 1.0)).sqrt()), min, max })
}

/// The texts with their counts, the most frequent first, equal counts by text.
fn counts(texts: &Texts) -> Vec<(String, u64)> {
    let mut counts = vec![0u64; texts.levels.len()];
    for code in texts.codes.iter().filter(|c| **c != Texts::MISSING) {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    let mut counted: Vec<(String, u64)> = texts.levels.iter().cloned().zip(counts).collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_small_samples() {
        // By hand: 2, 4, 4, 10 has mean 5, median 4, squares 9+1+1+25 = 36, std sqrt(12).
        let found = numbers(&[4.0, f64::NAN, 10.0, 2.0, 4.0]).unwrap();
        assert_eq!((found.mean, found.median, found.min, found.max), (5.0, 4.0, 2.0, 10.0));
        assert!((found.std.unwrap() - 12f64.sqrt()).abs() < 1e-15);
        assert_eq!(numbers(&[3.0]).unwrap().std, None);
        assert_eq!(numbers(&[3.0]).unwrap().median, 3.0);
        assert_eq!(numbers(&[f64::NAN]), None);
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let found = numbers(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]).unwrap();
        assert_eq!(found.std, Some(1.0));
    }
}
