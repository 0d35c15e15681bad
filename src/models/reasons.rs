//! Reasons for predictions: what each column of the data, not of the design, contributes.

use super::Pipeline;
use crate::error::Result;
use crate::table::{Matrix, Question, Table};
use crate::transforms::Transform;

/// The reasons for the answers about some rows. For every output the base and a row's
/// contributions sum to the row's score: log-odds for logistic regression and boosting of
/// classes and labels, shares for forests, the unit of the target for a quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    /// What each score speaks for: the positive class, each class or label, or nothing but
    /// the quantity.
    pub outputs: Vec<Option<String>>,
    /// The columns of the data that the model uses.
    pub columns: Vec<String>,
    /// For each output, the score where nothing is known.
    pub base: Vec<f64>,
    /// For each output, rows × columns.
    pub contributions: Vec<Matrix>,
}

/// Contributions held at a time: those of all outputs to all columns of the design.
const MOST_NUMBERS: usize = 1 << 23;

impl Pipeline {
    /// The reasons for what [`Pipeline::predict`] answers; `None` where the model has none, or
    /// where those of a single row would be more numbers than memory should hold.
    ///
    /// # Errors
    /// As [`Pipeline::predict`].
    pub fn reasons(&self, table: &Table, threads: usize) -> Result<Option<Reasons>> {
        let outputs: Vec<Option<String>> = match self.question() {
            Question::Number => vec![None],
            Question::Classes(classes) if classes.len() == 2 => vec![classes.last().cloned()],
            Question::Classes(names) | Question::Labels(names) => names.iter().cloned().map(Some).collect(),
        };
        let numbers = outputs.len().saturating_mul(self.preparation().width().max(1));
        if numbers > MOST_NUMBERS {
            return Ok(None);
        }
        let places = self.places();
        let columns: Vec<String> = self.preparation().features().iter().map(|f| f.column.clone()).collect();
        let mut base = Vec::new();
        let mut parts: Vec<Vec<f64>> = vec![Vec::new(); outputs.len()];
        // Wide designs are explained a few rows at a time.
        let all: Vec<usize> = (0..table.rows()).collect();
        for rows in all.chunks((MOST_NUMBERS / numbers).max(1)) {
            let design = self.preparation().apply(&table.take(rows))?;
            let Some(found) = self.model().contributions(&design, threads) else { return Ok(None) };
            base = found.base;
            for (part, values) in parts.iter_mut().zip(&found.values) {
                for row in 0..values.rows() {
                    let mut sums = vec![0.0; columns.len()];
                    values.row(row).iter().zip(&places).for_each(|(value, place)| sums[*place] += value);
                    part.extend(sums);
                }
            }
        }
        let matrix = |data| Matrix::from_rows(table.rows(), columns.len(), data).unwrap_or_default();
        let contributions = parts.into_iter().map(matrix).collect();
        Ok(Some(Reasons { outputs, columns, base, contributions }))
    }

    /// Of which column of the data each column of the design is made.
    fn places(&self) -> Vec<usize> {
        let features = || self.preparation().features().iter().enumerate();
        let dense = features().map(|(place, feature)| (place, feature.transform.outputs(&feature.column).len()));
        // Sparse columns come after all dense ones.
        let sparse = features().map(|(place, feature)| (place, feature.transform.sparse_width()));
        dense.chain(sparse).flat_map(|(place, width)| vec![place; width]).collect()
    }
}
