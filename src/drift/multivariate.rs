//! Whether a classifier can tell new rows from training rows by all features together.
//!
//! Columns may each look as before while they no longer go together as before; a classifier
//! that is asked which rows are new sees that (Lopez-Paz and Oquab, 2017).

use super::findings::Multivariate;
use crate::error::{Error, Kind, Result};
use crate::gate::delong;
use crate::models::held_out::{FOLDS, parts};
use crate::models::{Params, Pipeline, Terms, by_name};
use crate::random::Random;
use crate::table::{Builder, Cell, Classes, Column, Constraints, Role, Schema, Table, Target, Type, cell};
use crate::transforms::cells;
use serde_json::{Map, json};

/// Rows of each side that are used at most: enough to tell 0.5 from 0.53.
const MOST_ROWS: usize = 5_000;
/// Rows that each side must have.
const LEAST_ROWS: usize = 50;
/// The least ROC-AUC that matters: that of one feature of which a tenth of the rows moved
/// from one end to the other is 0.55.
const FLOOR: f64 = 0.55;
/// The 97.5% point of the normal distribution.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// The ROC-AUC of a classifier that tells the rows of `current` from those of `reference` by
/// the features of `reference`, on rows that it has not learnt from: the mean of five folds,
/// with its 95% interval by the variance of DeLong. Dates are left out: new rows are later,
/// and that is no news. The result depends on the seed, which chooses rows and folds, and
/// never on the threads.
pub fn multivariate(reference: &Table, current: &Table, seed: u64, threads: usize) -> Multivariate {
    let (old, new) = (sample(reference, seed, 0), sample(current, seed, 1));
    let schema = common_features(reference, current);
    let mut found = Multivariate {
        test: "domain_classifier".to_string(),
        auc: None,
        interval: None,
        floor: FLOOR,
        reference_rows: old.rows() as u64,
        current_rows: new.rows() as u64,
        drifted: false,
        note: None,
    };
    if old.rows().min(new.rows()) < LEAST_ROWS {
        found.note = Some(format!("needs {LEAST_ROWS} rows of either side"));
        return found;
    }
    if schema.columns.is_empty() {
        found.note = Some("no feature but dates".to_string());
        return found;
    }
    let rows = stacked(&schema, &[&old, &new]);
    let codes = (0..rows.rows()).map(|row| u32::from(row >= old.rows())).collect();
    let truth = Classes { classes: vec!["training".to_string(), "new".to_string()], codes };
    match folds(&rows, &truth, seed, threads) {
        Ok((auc, deviation)) => {
            let (low, high) = (auc - TWO_SIDED_95 * deviation, auc + TWO_SIDED_95 * deviation);
            (found.auc, found.interval) = (Some(auc), Some((low.max(0.0), high.min(1.0))));
            found.drifted = low > 0.5 && auc >= FLOOR;
        }
        Err(error) => found.note = Some(format!("no classifier could be learnt: {error}")),
    }
    found
}

/// Rows chosen by the seed, in their order; all where there are few.
fn sample(table: &Table, seed: u64, side: u64) -> Table {
    if table.rows() <= MOST_ROWS {
        return table.clone();
    }
    let mut rows: Vec<usize> = (0..table.rows()).collect();
    Random::of_part(seed, side).shuffle(&mut rows);
    rows.truncate(MOST_ROWS);
    rows.sort_unstable();
    table.take(&rows)
}

/// The features of one table that the other has too, without dates.
fn common_features(reference: &Table, current: &Table) -> Schema {
    let features = reference.schema().columns.iter();
    let common = features.filter(|c| c.role == Role::Feature && c.kind != Type::Date);
    Schema { columns: common.filter(|c| current.column(&c.name).is_some()).cloned().collect() }
}

/// The rows of all tables, one after another, read as the schema says.
fn stacked(schema: &Schema, tables: &[&Table]) -> Table {
    let mut builder = Builder::new(schema.clone());
    for table in tables {
        for (index, column) in schema.columns.iter().enumerate() {
            let Some(values) = table.column(&column.name) else { continue };
            push(&mut builder, index, values, column.kind);
        }
        builder.end_rows(table.rows());
    }
    builder.finish()
}

fn push(builder: &mut Builder, index: usize, column: &Column, kind: Type) {
    match kind {
        Type::Number | Type::Date => {
            for value in cells::numbers(column, cell::number).iter() {
                builder.push(index, if value.is_finite() { Cell::Number(*value) } else { Cell::Missing });
            }
        }
        Type::Category | Type::Text => {
            let texts = cells::texts(column);
            for row in 0..texts.codes.len() {
                builder.push(index, texts.get(row).map_or(Cell::Missing, Cell::Text));
            }
        }
    }
}

/// The mean ROC-AUC of the folds and its standard error.
fn folds(rows: &Table, truth: &Classes, seed: u64, threads: usize) -> Result<(f64, f64)> {
    let target = Target::Classes(truth.clone());
    let algorithm = by_name("boosting")?;
    // Small trees and few of them: enough to see drift that matters, and quick.
    let given = Map::from_iter([("n_trees".to_string(), json!(100)), ("max_leaves".to_string(), json!(8))]);
    let params = Params::check(algorithm.params(), &given, algorithm.name())
        .map_err(|problems| Error::of_all(Kind::Internal, problems))?;
    let directions = Constraints::new();
    let terms = Terms { seed, threads, directions: &directions, text: Default::default() };
    let (mut sum, mut variance) = (0.0, 0.0);
    for (train, held_out) in parts(&target, seed) {
        let (table, known) = (rows.take(&train), target.take(&train));
        let (pipeline, _) = Pipeline::fit(&table, &known, algorithm.name(), &params, &terms)?;
        let answers = pipeline.predict(&rows.take(&held_out), threads)?.column(1);
        // Stratified folds have rows of both sides.
        let is_new = |row: usize| truth.codes[held_out[row]] == 1;
        let (auc, of_auc) = delong::area(is_new, &answers).unwrap_or((0.5, 0.0));
        sum += auc;
        variance += of_auc;
    }
    let folds = FOLDS as f64;
    // The folds learn from the same rows, so that their mean varies more than that of as many
    // independent ones: 1/K + n_test/n_train in the place of 1/K (Nadeau and Bengio 2003).
    let shared = 1.0 / folds + 1.0 / (folds - 1.0);
    Ok((sum / folds, (variance / folds * shared).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ColumnSchema;

    /// Two numbers that go together, or against each other.
    fn pairs(rows: usize, sign: f64, seed: u64) -> Table {
        let column = |name: &str| ColumnSchema { name: name.into(), kind: Type::Number, role: Role::Feature };
        let mut builder = Builder::new(Schema { columns: vec![column("a"), column("b")] });
        let mut random = Random::new(seed);
        for _ in 0..rows {
            let a = random.normal();
            builder.push(0, Cell::Number(a));
            builder.push(1, Cell::Number(sign * a + 0.5 * random.normal()));
            builder.end_row();
        }
        builder.finish()
    }

    #[test]
    fn what_no_column_shows_alone_is_seen() {
        let found = multivariate(&pairs(800, 1.0, 1), &pairs(400, -1.0, 2), 0, 2);
        assert!(found.drifted && found.auc.is_some_and(|auc| auc > 0.8), "{found:?}");
        assert_eq!(found, multivariate(&pairs(800, 1.0, 1), &pairs(400, -1.0, 2), 0, 1));
    }

    #[test]
    fn equal_data_and_too_little_are_no_drift() {
        for seed in 0..5 {
            let found = multivariate(&pairs(600, 1.0, seed), &pairs(600, 1.0, seed + 100), seed, 2);
            let (low, high) = found.interval.unwrap();
            assert!(!found.drifted && low < 0.55 && high > 0.45, "{found:?}");
        }
        let few = multivariate(&pairs(49, 1.0, 1), &pairs(600, -1.0, 2), 0, 1);
        assert!(few.auc.is_none() && few.note.is_some() && !few.drifted);
    }
}
