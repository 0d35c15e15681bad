//! The rows of new files as the model in office sees them, read in parts.

use super::scoring::Model;
use super::sketching::{TrainingSketch, predictions};
use crate::drift::{Sketcher, TableSketch};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::random::Random;
use crate::table::{Builder, Cell, Column, Matrix, Role, Schema, Table};

/// Rows that are looked at together.
pub const PART: usize = 8_192;
/// Rows that are kept for what needs whole rows.
pub const SAMPLE: usize = 5_000;

/// What is known of new rows. Of a row in full only a sample is kept.
pub struct NewRows {
    /// How many.
    pub rows: u64,
    /// Of the files that they come from.
    pub fingerprint: Fingerprint,
    /// Features and target; `None` where nothing is known of the training data.
    pub columns: Option<TableSketch>,
    /// What the model says of them; `None` likewise.
    pub predictions: Option<TableSketch>,
    /// The target columns of every row.
    pub truth: Table,
    /// What the model says of every row: rows × outputs.
    pub answers: Matrix,
    /// The columns that the model knows of some rows, each as likely as any other.
    pub sample: Table,
}

/// Takes rows part by part.
pub struct Look<'a> {
    model: &'a Model,
    threads: usize,
    columns: Option<Sketcher<'a>>,
    predictions: Option<Sketcher<'a>>,
    truth: Builder,
    answers: Vec<f64>,
    sample: Sample,
}

impl<'a> Look<'a> {
    /// Nothing yet; `sketch` is of the data that the model was trained on.
    pub fn new(model: &'a Model, sketch: Option<&'a TrainingSketch>, seed: u64, threads: usize) -> Look<'a> {
        let schema = model.document.scoring_schema();
        let is_target = |role| role == Role::Target;
        let targets = schema.columns.iter().filter(|c| is_target(c.role)).cloned().collect();
        Look {
            model,
            threads,
            columns: sketch.map(|s| Sketcher::new(&s.columns)),
            predictions: sketch.map(|s| Sketcher::new(&s.predictions)),
            truth: Builder::new(Schema { columns: targets }),
            answers: Vec::new(),
            sample: Sample::new(schema, seed),
        }
    }

    /// Looks at some rows, which have the columns of the model's schema.
    ///
    /// # Errors
    /// The model cannot answer.
    pub fn at(&mut self, part: &Table) -> Result<()> {
        if part.rows() == 0 {
            return Ok(());
        }
        let answers = self.model.pipeline.predict(part, self.threads)?;
        if let Some(columns) = &mut self.columns {
            columns.add(part);
        }
        if let Some(sketcher) = &mut self.predictions {
            sketcher.add(&predictions(&answers, self.model.pipeline.question()));
        }
        copy_rows(part, 0..part.rows(), &mut self.truth);
        self.answers.extend_from_slice(answers.as_slice());
        self.sample.offer(part);
        Ok(())
    }

    /// All that was seen, of files with these fingerprints together.
    ///
    /// # Errors
    /// Internal, where the model answered for other rows than it was asked about.
    pub fn finish(self, fingerprint: Fingerprint) -> Result<NewRows> {
        let truth = self.truth.finish();
        let answers = Matrix::from_rows(truth.rows(), self.model.pipeline.question().outputs(), self.answers)
            .ok_or_else(|| Error::internal("predictions do not fit the rows"))?;
        Ok(NewRows {
            rows: truth.rows() as u64,
            fingerprint,
            columns: self.columns.map(Sketcher::finish),
            predictions: self.predictions.map(Sketcher::finish),
            truth,
            answers,
            sample: self.sample.finish(),
        })
    }
}

/// A sample in one pass: each row that comes takes the place of another with the chance that
/// keeps all rows equally likely (Vitter's algorithm R).
struct Sample {
    rows: Vec<Table>,
    schema: Schema,
    seen: usize,
    random: Random,
}

impl Sample {
    fn new(schema: Schema, seed: u64) -> Sample {
        Sample { rows: Vec::new(), schema, seen: 0, random: Random::new(seed) }
    }

    fn offer(&mut self, part: &Table) {
        for row in 0..part.rows() {
            self.seen += 1;
            if self.rows.len() < SAMPLE {
                self.rows.push(part.part(row..row + 1));
                continue;
            }
            let place = self.random.below(self.seen);
            if let Some(held) = self.rows.get_mut(place) {
                *held = part.part(row..row + 1);
            }
        }
    }

    fn finish(self) -> Table {
        let mut builder = Builder::new(self.schema);
        self.rows.iter().for_each(|row| copy_rows(row, 0..1, &mut builder));
        builder.finish()
    }
}

/// Copies rows into a table, columns found by name.
pub fn copy_rows(from: &Table, rows: std::ops::Range<usize>, into: &mut Builder) {
    let columns: Vec<Option<&Column>> = into.schema().names().into_iter().map(|name| from.column(name)).collect();
    for row in rows {
        for (place, column) in columns.iter().enumerate() {
            let cell = match column {
                Some(Column::Numbers(values)) => match values.get(row) {
                    Some(value) if !value.is_nan() => Cell::Number(*value),
                    _ => Cell::Missing,
                },
                Some(Column::Texts(texts)) => texts.get(row).map_or(Cell::Missing, Cell::Text),
                None => Cell::Missing,
            };
            into.push(place, cell);
        }
        into.end_row();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{ColumnSchema, Type};

    fn numbers(range: std::ops::Range<u32>) -> Table {
        let schema =
            Schema { columns: vec![ColumnSchema { name: "x".into(), kind: Type::Number, role: Role::Feature }] };
        let mut builder = Builder::new(schema);
        for i in range {
            builder.push(0, Cell::Number(f64::from(i)));
            builder.end_row();
        }
        builder.finish()
    }

    #[test]
    fn a_sample_is_as_likely_from_anywhere() {
        let schema = numbers(0..1).schema().clone();
        let sampled = |parts: &[Table]| {
            let mut sample = Sample::new(schema.clone(), 7);
            parts.iter().for_each(|part| sample.offer(part));
            sample.finish()
        };
        let all = sampled(&[numbers(0..30_000), numbers(30_000..50_000)]);
        assert_eq!(all, sampled(&[numbers(0..50_000)]), "the parts do not show");
        let Some(Column::Numbers(values)) = all.column("x") else { panic!("no numbers") };
        assert_eq!(values.len(), SAMPLE);
        // Of 5,000 uniform numbers up to 50,000 the mean has a standard error of 204.
        let mean = values.iter().sum::<f64>() / SAMPLE as f64;
        assert!((mean - 25_000.0).abs() < 900.0, "{mean}");
        assert_eq!(sampled(&[numbers(0..3)]), numbers(0..3));
    }
}
