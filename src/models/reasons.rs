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

impl Pipeline {
    /// The reasons for what [`Pipeline::predict`] answers; `None` where the model has none.
    ///
    /// # Errors
    /// As [`Pipeline::predict`].
    pub fn reasons(&self, table: &Table, threads: usize) -> Result<Option<Reasons>> {
        let design = self.preparation().apply(table)?;
        let Some(found) = self.model().contributions(&design, threads) else { return Ok(None) };
        let places = self.places();
        let columns: Vec<String> = self.preparation().features().iter().map(|f| f.column.clone()).collect();
        let by_column = |values: &Matrix| {
            let mut out = Matrix::zeros(values.rows(), columns.len());
            for row in 0..values.rows() {
                for (value, place) in values.row(row).iter().zip(&places) {
                    out.row_mut(row)[*place] += value;
                }
            }
            out
        };
        let outputs = match self.question() {
            Question::Number => vec![None],
            Question::Classes(classes) if found.base.len() == 1 => vec![classes.last().cloned()],
            Question::Classes(names) | Question::Labels(names) => names.iter().cloned().map(Some).collect(),
        };
        let contributions = found.values.iter().map(by_column).collect();
        Ok(Some(Reasons { outputs, base: found.base, contributions, columns }))
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
