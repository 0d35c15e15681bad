//! Sketches of rows that come in parts.

use super::growing::{GrowingNumbers, GrowingTexts};
use super::sketch::{ColumnSketch, TableSketch, Values, numbers};
use crate::table::Table;
use crate::transforms::cells;

/// Sketches rows as they come, in parts, in bounded memory, at the resolution of a reference.
/// Neither the order of the rows nor how they are parted shows in the result.
#[derive(Debug)]
pub struct Sketcher<'a> {
    reference: &'a TableSketch,
    rows: u64,
    columns: Vec<Growing<'a>>,
}

#[derive(Debug)]
struct Growing<'a> {
    cells: u64,
    values: GrowingValues<'a>,
}

#[derive(Debug)]
enum GrowingValues<'a> {
    Numbers(GrowingNumbers<'a>),
    Texts(GrowingTexts<'a>),
}

impl<'a> Sketcher<'a> {
    /// For rows that are to be held against `reference`.
    pub fn new(reference: &'a TableSketch) -> Sketcher<'a> {
        let growing = |column: &'a ColumnSketch| {
            let values = match &column.values {
                Values::Numbers(numbers) => GrowingValues::Numbers(GrowingNumbers::new(numbers)),
                Values::Texts(texts) => GrowingValues::Texts(GrowingTexts::new(texts)),
            };
            Growing { cells: 0, values }
        };
        Sketcher { reference, rows: 0, columns: reference.columns.iter().map(growing).collect() }
    }

    /// Adds rows. Columns are found by name; those that the reference does not know are passed
    /// over, those that it has and `part` lacks count as not there. A column of another type
    /// than in the reference is read as that one's.
    pub fn add(&mut self, part: &Table) {
        self.rows += part.rows() as u64;
        for (column, growing) in self.reference.columns.iter().zip(&mut self.columns) {
            let Some(cells) = part.column(&column.name) else { continue };
            growing.cells += part.rows() as u64;
            match &mut growing.values {
                GrowingValues::Numbers(values) => values.add(&numbers(cells, column.kind)),
                GrowingValues::Texts(values) => values.add(&cells::texts(cells)),
            }
        }
    }

    /// The sketch, with the columns of the reference.
    pub fn finish(self) -> TableSketch {
        let sketch = |(column, growing): (&ColumnSketch, Growing<'_>)| {
            let values = match growing.values {
                GrowingValues::Numbers(values) => Values::Numbers(values.finish()),
                GrowingValues::Texts(values) => Values::Texts(values.finish()),
            };
            let missing = growing.cells - values.count();
            ColumnSketch { name: column.name.clone(), kind: column.kind, role: column.role, missing, values }
        };
        TableSketch { rows: self.rows, columns: self.reference.columns.iter().zip(self.columns).map(sketch).collect() }
    }
}
