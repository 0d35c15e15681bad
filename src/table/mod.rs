//! Rows and columns: what a cell means, what a column is, and a table of them.
//!
//! - [`cell`]: how the text of a cell is read as a number, a date or a missing value.
//! - [`schema`]: the columns of a data set, their types and roles.
//! - [`infer`]: the schema of data that has none yet.
//! - [`Table`]: typed columns in memory, and [`Builder`], which fills one row by row.
//! - [`Task`], [`Target`], [`Question`]: what is to be predicted, and what a model answers.
//! - [`Matrix`], [`Sparse`], [`Design`]: what models are fitted on.

pub mod cell;
mod classes;
mod codes;
mod design;
pub mod infer;
mod labels;
mod matrix;
pub mod schema;
mod spare;
mod sparse;
mod target;
mod task;

pub use classes::Classes;
pub use design::{ColumnKind, Constraints, Design, Monotone};
pub use labels::Labels;
pub use matrix::Matrix;
pub use schema::{ColumnSchema, Role, Schema, Type};
pub use sparse::Sparse;
pub use target::{Question, Target, TargetProblem};
pub use task::Task;

use codes::Codes;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; dates as days since 1970-01-01. NaN stands for a missing cell and for
    /// nothing else: an infinite or not-a-number cell never gets this far.
    Numbers(Vec<f64>),
    /// Texts, each distinct one stored once.
    Texts(Texts),
}

/// A column of texts: a code into `levels` for each row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Texts {
    /// One code a row; [`Texts::MISSING`] for a missing cell.
    pub codes: Vec<u32>,
    /// The distinct texts in order of their first appearance.
    pub levels: Vec<String>,
}

impl Texts {
    /// The code of a missing cell.
    pub const MISSING: u32 = u32::MAX;

    /// The text of a row, `None` where it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.levels.get(code as usize).map(String::as_str)
    }
}

impl Column {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Numbers(values) => values.len(),
            Column::Texts(texts) => texts.codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells of these rows, in this order; rows past the end are passed over.
    pub fn take(&self, rows: &[usize]) -> Column {
        match self {
            Column::Numbers(values) => Column::Numbers(rows.iter().filter_map(|r| values.get(*r).copied()).collect()),
            Column::Texts(texts) => Column::Texts(Texts {
                codes: rows.iter().filter_map(|r| texts.codes.get(*r).copied()).collect(),
                levels: texts.levels.clone(),
            }),
        }
    }

    /// The cells of these rows, which must be there, with only the texts that stand in them.
    fn part(&self, rows: Range<usize>) -> Column {
        match self {
            Column::Numbers(values) => Column::Numbers(values[rows].to_vec()),
            Column::Texts(texts) => {
                let mut new: HashMap<u32, u32> = HashMap::new();
                let mut part = Texts::default();
                for code in &texts.codes[rows] {
                    let code = match texts.levels.get(*code as usize) {
                        Some(level) => *new.entry(*code).or_insert_with(|| {
                            part.levels.push(level.clone());
                            part.levels.len() as u32 - 1
                        }),
                        None => Texts::MISSING,
                    };
                    part.codes.push(code);
                }
                Column::Texts(part)
            }
        }
    }

    /// How many cells are missing.
    pub fn missing(&self) -> usize {
        match self {
            Column::Numbers(values) => values.iter().filter(|v| v.is_nan()).count(),
            Column::Texts(texts) => texts.codes.iter().filter(|c| **c == Texts::MISSING).count(),
        }
    }
}

/// Typed columns of equal length, under the names of a schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    schema: Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.schema.position(name).and_then(|i| self.columns.get(i))
    }

    /// The column of that name and its place, which is looked at first where it is guessed: names in
    /// the order of the columns are then found in one step each, however many they are.
    pub fn column_near(&self, name: &str, guess: usize) -> Option<(usize, &Column)> {
        let is_there = self.schema.columns.get(guess).is_some_and(|column| column.name == name);
        let at = if is_there { guess } else { self.schema.position(name)? };
        Some((at, self.columns.get(at)?))
    }

    /// The rows at these places, in this order; places past the end are passed over.
    pub fn take(&self, rows: &[usize]) -> Table {
        let columns = self.columns.iter().map(|column| column.take(rows)).collect();
        let rows = rows.iter().filter(|r| **r < self.rows).count();
        Table { schema: self.schema.clone(), columns, rows }
    }

    /// The rows from one place up to another, for work in parts; places past the end are
    /// passed over. Texts that do not stand in them are left out, so that a part of a large
    /// table is small.
    pub fn part(&self, rows: Range<usize>) -> Table {
        let rows = rows.start.min(self.rows)..rows.end.min(self.rows);
        let columns = self.columns.iter().map(|column| column.part(rows.clone())).collect();
        Table { schema: self.schema.clone(), columns, rows: rows.len() }
    }

    /// The same table, but for one column, which has the cells of these rows, as many as
    /// there are.
    pub fn with_column_taken(&self, name: &str, rows: &[usize]) -> Table {
        let mut table = self.clone();
        if let Some(column) = self.schema.position(name).and_then(|at| table.columns.get_mut(at))
            && rows.len() == self.rows
        {
            *column = column.take(rows);
        }
        table
    }

    /// Columns with their schema, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&ColumnSchema, &Column)> {
        self.schema.columns.iter().zip(&self.columns)
    }
}

/// Fills a table row by row.
#[derive(Debug)]
pub struct Builder {
    schema: Arc<Schema>,
    columns: Vec<Column>,
    codes: Vec<Codes>,
    rows: usize,
}

/// One cell on its way into a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing was written there.
    Missing,
    /// A finite number, or days since 1970-01-01.
    Number(f64),
    /// A text.
    Text(&'a str),
}

impl Builder {
    /// An empty table of that schema, which many tables may share.
    pub fn new(schema: impl Into<Arc<Schema>>) -> Builder {
        let schema = schema.into();
        let columns = schema
            .columns
            .iter()
            .map(|c| match c.kind {
                Type::Number | Type::Date => Column::Numbers(Vec::new()),
                Type::Category | Type::Text => Column::Texts(Texts::default()),
            })
            .collect();
        let codes = vec![Codes::default(); schema.columns.len()];
        Builder { schema, columns, codes, rows: 0 }
    }

    /// The schema of the table to be.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Adds a cell to the column at `index`. A text in a column of numbers, or the
    /// other way round, counts as missing: readers check types before they come here.
    pub fn push(&mut self, index: usize, cell: Cell<'_>) {
        let (Some(column), Some(codes)) = (self.columns.get_mut(index), self.codes.get_mut(index)) else {
            return;
        };
        match (column, cell) {
            (Column::Numbers(values), Cell::Number(value)) => values.push(value),
            (Column::Numbers(values), _) => values.push(f64::NAN),
            (Column::Texts(texts), Cell::Text(text)) => {
                let code = codes.of(text, &mut texts.levels);
                texts.codes.push(code);
            }
            (Column::Texts(texts), _) => texts.codes.push(Texts::MISSING),
        }
    }

    /// Adds the rows of a table that has the same columns, as if they were pushed cell by cell.
    pub fn append(&mut self, table: &Table) {
        for ((column, codes), added) in self.columns.iter_mut().zip(&mut self.codes).zip(&table.columns) {
            match (column, added) {
                (Column::Numbers(values), Column::Numbers(added)) => values.extend_from_slice(added),
                (Column::Numbers(values), added) => values.extend(std::iter::repeat_n(f64::NAN, added.len())),
                (Column::Texts(texts), Column::Texts(added)) => {
                    // What a level is called here, once a row has it.
                    let mut known: Vec<Option<u32>> = vec![None; added.levels.len()];
                    for code in &added.codes {
                        let code = match known.get_mut(*code as usize) {
                            Some(known) => {
                                *known.get_or_insert_with(|| codes.of(&added.levels[*code as usize], &mut texts.levels))
                            }
                            None => Texts::MISSING,
                        };
                        texts.codes.push(code);
                    }
                }
                (Column::Texts(texts), added) => {
                    texts.codes.extend(std::iter::repeat_n(Texts::MISSING, added.len()));
                }
            }
        }
        self.end_rows(table.rows);
    }

    /// Ends a row. Every column must have had its cell.
    pub fn end_row(&mut self) {
        self.rows += 1;
        debug_assert!(self.columns.iter().all(|c| c.len() == self.rows));
    }

    /// Ends so many rows at once, for whoever fills a table column by column.
    pub fn end_rows(&mut self, rows: usize) {
        self.rows += rows;
        debug_assert!(self.columns.iter().all(|c| c.len() == self.rows));
    }

    /// How many rows have ended.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The table.
    pub fn finish(self) -> Table {
        Table { schema: self.schema, columns: self.columns, rows: self.rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_code_however_many_there_are() {
        let column = ColumnSchema { name: "t".into(), kind: Type::Category, role: Role::Feature };
        let mut builder = Builder::new(Schema { columns: vec![column] });
        let texts: Vec<String> = (0..60).map(|i| format!("{}", i * i % 23)).collect();
        for text in &texts {
            builder.push(0, Cell::Text(text));
            builder.end_row();
        }
        let table = builder.finish();
        let Some(Column::Texts(column)) = table.column("t") else { panic!("a column of texts") };
        assert!(texts.iter().enumerate().all(|(row, text)| column.get(row) == Some(text)));
        let distinct: std::collections::BTreeSet<&String> = column.levels.iter().collect();
        assert_eq!((distinct.len(), column.levels.len()), (12, 12), "more than are looked through");
        assert_eq!(column.levels[..4], ["0", "1", "4", "9"], "in order of appearance");
    }

    #[test]
    fn a_part_has_its_rows_and_only_their_texts() {
        let column = |name: &str, kind| ColumnSchema { name: name.into(), kind, role: Role::Feature };
        let mut builder =
            Builder::new(Schema { columns: vec![column("n", Type::Number), column("t", Type::Category)] });
        for (i, text) in ["a", "b", "", "c", "b"].iter().enumerate() {
            builder.push(0, Cell::Number(i as f64));
            builder.push(1, if text.is_empty() { Cell::Missing } else { Cell::Text(text) });
            builder.end_row();
        }
        let part = builder.finish().part(1..9);
        assert_eq!((part.rows(), part.column("n")), (4, Some(&Column::Numbers(vec![1.0, 2.0, 3.0, 4.0]))));
        let texts = Texts { codes: vec![0, Texts::MISSING, 1, 0], levels: vec!["b".into(), "c".into()] };
        assert_eq!(part.column("t"), Some(&Column::Texts(texts)));
        assert_eq!(part.part(7..9).rows(), 0);
    }
}
