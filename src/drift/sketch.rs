//! What drift needs to know of a table, in place of its rows.

use super::numbers::NumberSketch;
use super::texts::TextSketch;
use crate::parallel;
use crate::table::{Column, Role, Table, Texts, Type, cell};
use crate::transforms::cells;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What drift needs to know of a table: saved beside a model as JSON, no row in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSketch {
    /// Rows of the table.
    pub rows: u64,
    /// Features and targets, in the order of the table.
    pub columns: Vec<ColumnSketch>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSketch {
    /// Its name.
    pub name: String,
    /// What its cells mean.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What part it plays.
    pub role: Role,
    /// Missing cells.
    pub missing: u64,
    /// Present cells.
    pub values: Values,
}

/// The distribution of present cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Numbers, dates as days since 1970-01-01, free texts as their lengths in characters:
    /// they are mostly all different, and would fill the sketch without telling anything.
    Numbers(NumberSketch),
    /// Categories.
    Texts(TextSketch),
}

impl TableSketch {
    /// Of the features and targets of a whole table: the training rows, in their order. The
    /// number of threads does not show.
    pub fn of(table: &Table, threads: usize) -> TableSketch {
        let columns: Vec<_> =
            table.columns().filter(|(schema, _)| matches!(schema.role, Role::Feature | Role::Target)).collect();
        let sketch = |i: usize| {
            let (schema, column) = columns[i];
            let values = match schema.kind {
                Type::Category => Values::Texts(TextSketch::of(&cells::texts(column))),
                kind => Values::Numbers(NumberSketch::of(&numbers(column, kind))),
            };
            let missing = table.rows() as u64 - values.count();
            ColumnSketch { name: schema.name.clone(), kind: schema.kind, role: schema.role, missing, values }
        };
        TableSketch { rows: table.rows() as u64, columns: parallel::map(columns.len(), threads, sketch) }
    }
}

impl ColumnSketch {
    /// Cells, present or missing; 0 where the rows have no such column.
    pub fn rows(&self) -> u64 {
        self.missing + self.values.count()
    }
}

impl Values {
    /// Present cells.
    pub fn count(&self) -> u64 {
        match self {
            Values::Numbers(numbers) => numbers.count,
            Values::Texts(texts) => texts.count,
        }
    }
}

/// The cells of a column that is no category as numbers, NaN for a missing one, whatever type
/// the column has in the table at hand.
pub(super) fn numbers(column: &Column, kind: Type) -> Cow<'_, [f64]> {
    match kind {
        Type::Date => cells::numbers(column, cell::date),
        Type::Text => {
            let texts = cells::texts(column);
            let lengths: Vec<f64> = texts.levels.iter().map(|text| text.chars().count() as f64).collect();
            let length = |code: &u32| match *code {
                Texts::MISSING => f64::NAN,
                code => lengths.get(code as usize).copied().unwrap_or(f64::NAN),
            };
            Cow::Owned(texts.codes.iter().map(length).collect())
        }
        Type::Number | Type::Category => cells::numbers(column, cell::number),
    }
}
