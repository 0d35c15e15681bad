//! What a model leans on: how much worse it scores when the cells of a column are dealt out
//! anew among the rows (permutation importance; Breiman, 2001).

use super::scoring::Model;
use crate::error::Result;
use crate::metrics::{self, Metric, Observations};
use crate::parallel;
use crate::random::Random;
use crate::table::{Table, Target};
use serde::{Deserialize, Serialize};

/// How much a column matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnImportance {
    /// The column of the data.
    pub column: String,
    /// How much worse the score gets on average, in the unit of the metric; about 0, or
    /// below, for a column that the model does not need.
    pub drop: f64,
    /// The standard deviation over the repetitions (n − 1).
    pub std: f64,
}

/// How often each column is dealt out anew.
const REPEATS: usize = 5;
/// Answers of a small model asked for in all; with many columns, or a dear model, fewer rows
/// are looked at.
const MOST_ANSWERS: usize = 5_000_000;
/// Rows looked at in any case, where there are so many.
const LEAST_ROWS: usize = 100;

/// The importance of every column that the model uses, the weightiest first. Empty where the
/// score is undefined on these rows. The result depends on the seed and never on threads.
///
/// # Errors
/// The rows cannot be predicted.
pub fn permutation(
    model: &Model,
    rows: &Table,
    observations: &Observations,
    metric: &dyn Metric,
    seed: u64,
    threads: usize,
) -> Result<Vec<ColumnImportance>> {
    // A class that only another model knows has no place in this one's answers.
    if observations.truth().question() != *model.pipeline.question() {
        return Ok(Vec::new());
    }
    let features = model.pipeline.preparation().features();
    let answers = features.len().max(1) * REPEATS * model.pipeline.model().cost();
    let most = (MOST_ANSWERS / answers).max(LEAST_ROWS);
    let step = rows.rows().div_ceil(most).max(1);
    let places: Vec<usize> = (0..rows.rows()).step_by(step).collect();
    let (table, truth) = (rows.take(&places), observations.truth().take(&places));
    let threshold = observations.threshold();
    let Some(whole) = value(model, &table, &truth, threshold, metric)? else { return Ok(Vec::new()) };
    let drops = parallel::map(features.len() * REPEATS, threads, |task| -> Result<Option<f64>> {
        let mut order: Vec<usize> = (0..table.rows()).collect();
        Random::of_part(seed, task as u64).shuffle(&mut order);
        let dealt = table.with_column_taken(&features[task / REPEATS].column, &order);
        let score = value(model, &dealt, &truth, threshold, metric)?;
        Ok(score.map(|score| metric.direction().gain(score, whole)))
    });
    let drops: Vec<Option<f64>> = drops.into_iter().collect::<Result<_>>()?;
    let mut found: Vec<ColumnImportance> = features
        .iter()
        .zip(drops.chunks_exact(REPEATS))
        .filter_map(|(feature, drops)| {
            let drops: Vec<f64> = drops.iter().copied().collect::<Option<_>>()?;
            let drop = drops.iter().sum::<f64>() / REPEATS as f64;
            let squares: f64 = drops.iter().map(|d| (d - drop) * (d - drop)).sum();
            let std = (squares / (REPEATS as f64 - 1.0)).sqrt();
            Some(ColumnImportance { column: feature.column.clone(), drop, std })
        })
        .collect();
    // A stable sort: equal ones stay in the order of the data.
    found.sort_by(|a, b| b.drop.total_cmp(&a.drop));
    Ok(found)
}

fn value(model: &Model, rows: &Table, truth: &Target, threshold: f64, metric: &dyn Metric) -> Result<Option<f64>> {
    let answers = model.pipeline.predict(rows, 1)?;
    let observations = Observations::new(truth.clone(), answers, threshold)?;
    Ok(metrics::value(metric, &observations).get())
}
