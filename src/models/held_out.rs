//! What a model says of rows that it has not learnt from, for all training rows.

use super::Pipeline;
use super::folds::stratified;
use crate::error::Result;
use crate::table::{Matrix, Table, Target};

/// Folds.
pub const FOLDS: usize = 5;

/// For each fold the rows to learn from and the rows held out.
pub fn parts(target: &Target, seed: u64) -> Vec<(Vec<usize>, Vec<usize>)> {
    let folds = stratified(target, FOLDS, seed);
    (0..FOLDS).map(|fold| (0..folds.len()).partition(|row| folds[*row] != fold)).collect()
}

/// The answers for every row by a pipeline that `fit` has fitted on the other folds:
/// rows × outputs. Too few rows for a fold each leave that fold's rows out of the second
/// value, the rows that were answered, in the order of the answers.
///
/// # Errors
/// Those of `fit`.
pub fn answers(
    table: &Table,
    target: &Target,
    seed: u64,
    threads: usize,
    fit: &dyn Fn(&Table, &Target) -> Result<Pipeline>,
) -> Result<(Matrix, Target)> {
    let (mut data, mut rows) = (Vec::new(), Vec::new());
    for (train, held_out) in parts(target, seed) {
        if held_out.is_empty() {
            continue;
        }
        let pipeline = fit(&table.take(&train), &target.take(&train))?;
        data.extend_from_slice(pipeline.predict(&table.take(&held_out), threads)?.as_slice());
        rows.extend(held_out);
    }
    let answers = Matrix::from_rows(rows.len(), target.question().outputs(), data).unwrap_or_default();
    Ok((answers, target.take(&rows)))
}
