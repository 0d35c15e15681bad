//! The schema of data that has none yet.
//!
//! A column is a number when at least four in five of its present cells are numbers (or
//! would be with a point for the comma): one spoilt cell must not turn a whole column
//! into names. The spoilt cells are then rejected, with their place, by the reader.

use super::schema::{ColumnSchema, Role, Schema, Type};
use super::{cell, cell::Missing};
use crate::distinct::{Distinct, RowHasher};
use crate::error::Problem;
use std::collections::BTreeMap;

/// What the config says about columns; everything else is inferred.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// The columns to predict; the last one where none is given.
    pub targets: Vec<String>,
    /// Columns that name a row.
    pub id: Vec<String>,
    /// Columns kept out of the model.
    pub ignore: Vec<String>,
    /// Where given, the only columns that the model may see.
    pub features: Option<Vec<String>>,
    /// Types that are not to be inferred.
    pub types: BTreeMap<String, Type>,
}

/// Share of a column's present cells that must be numbers (or dates) for it to be one.
const MAJORITY: f64 = 0.8;
/// More distinct texts than this, and more than one in two rows: names, not categories.
const MANY: usize = 100;

#[derive(Debug, Default, Clone)]
struct Seen {
    present: usize,
    numbers: usize,
    dates: usize,
    distinct: Distinct,
}

/// Watches rows and then tells their schema.
#[derive(Debug)]
pub struct Inference {
    names: Vec<String>,
    seen: Vec<Seen>,
    rows: Distinct,
    remembered: usize,
}

/// Looks at rows one by one.
#[derive(Debug, Clone)]
pub struct Look {
    row: RowHasher,
    cells: Vec<RowHasher>,
}

/// What is seen of rows without knowing those before.
#[derive(Debug, Default)]
pub struct Sights {
    rows: Vec<u128>,
    /// Of one row after the other.
    cells: Vec<CellSight>,
}

#[derive(Debug)]
enum CellSight {
    Missing,
    Number,
    Text { hash: u128, is_date: bool },
}

impl Look {
    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// Looks at the trimmed cells of a row, as many as there are columns, and at the row as it would
    /// be written.
    pub fn at<'a>(&self, line: &[u8], cells: impl Iterator<Item = &'a str>, missing: &Missing, sights: &mut Sights) {
        let look = |(hasher, cell): (&RowHasher, &str)| {
            if missing.holds(cell) {
                CellSight::Missing
            } else if cell::is_number(cell) || cell::has_decimal_comma(cell) {
                CellSight::Number
            } else {
                CellSight::Text { hash: hasher.hash(cell.as_bytes()), is_date: cell::date(cell).is_some() }
            }
        };
        sights.rows.push(self.row.hash(line));
        sights.cells.extend(self.cells.iter().zip(cells).map(look));
    }
}

impl Inference {
    /// Texts that are remembered of all columns together, some 150 MB: then no more rows are looked at.
    pub const REMEMBERED: usize = 1 << 22;

    /// For columns of these names.
    pub fn new(names: Vec<String>) -> Inference {
        let seen = vec![Seen::default(); names.len()];
        Inference { names, seen, rows: Distinct::default(), remembered: 0 }
    }

    /// What looks at rows for this inference, on any thread.
    pub fn look(&self) -> Look {
        Look { row: self.rows.hasher(), cells: self.seen.iter().map(|seen| seen.distinct.hasher()).collect() }
    }

    /// Takes what was seen of rows. A row that was seen before tells nothing: an identifier stands
    /// in every copy of its row.
    pub fn take(&mut self, sights: &Sights) {
        for (row, cells) in sights.rows.iter().zip(sights.cells.chunks_exact(self.seen.len().max(1))) {
            if self.rows.add(*row) {
                self.take_row(cells);
            }
        }
    }

    fn take_row(&mut self, cells: &[CellSight]) {
        for (seen, cell) in self.seen.iter_mut().zip(cells) {
            match cell {
                CellSight::Missing => continue,
                CellSight::Number => seen.numbers += 1,
                CellSight::Text { hash, is_date } => {
                    seen.dates += usize::from(*is_date);
                    self.remembered += usize::from(seen.distinct.add(*hash));
                }
            }
            seen.present += 1;
        }
    }

    /// Whether further rows would take more memory than what they tell is worth.
    pub fn is_full(&self) -> bool {
        self.remembered >= Self::REMEMBERED
    }

    /// The schema, and what a reader of the log should know about it. Names in the hints are names
    /// of columns.
    pub fn finish(self, hints: &Hints) -> (Schema, Vec<Problem>) {
        let mut targets: Vec<&String> = hints.targets.iter().collect();
        if targets.is_empty() {
            targets.extend(self.names.last());
        }
        let mut notices = Vec::new();
        let mut columns = Vec::new();
        for (name, seen) in self.names.iter().zip(&self.seen) {
            let kind = hints.types.get(name).copied().unwrap_or_else(|| seen.kind());
            let role = if targets.contains(&name) {
                Role::Target
            } else if hints.id.contains(name) {
                Role::Id
            } else if hints.ignore.contains(name) || hints.features.as_ref().is_some_and(|f| !f.contains(name)) {
                Role::Ignored
            } else if hints.features.is_some() || hints.types.contains_key(name) {
                Role::Feature
            } else {
                let (role, notice) = seen.role(kind, name, self.rows.len());
                notices.extend(notice);
                role
            };
            columns.push(ColumnSchema { name: name.clone(), kind, role });
        }
        (Schema { columns }, notices)
    }
}

impl Seen {
    fn kind(&self) -> Type {
        let share = |part: usize| part as f64 >= MAJORITY * self.present as f64;
        if self.present == 0 || share(self.numbers) {
            Type::Number
        } else if share(self.dates) {
            Type::Date
        } else {
            Type::Category
        }
    }

    fn role(&self, kind: Type, name: &str, rows: usize) -> (Role, Option<Problem>) {
        if self.present == 0 {
            let notice = Problem::at("", format!("column {name:?} is empty in every row"))
                .hint("the model learns nothing from it; name it in data.ignore to silence this");
            return (Role::Feature, Some(notice));
        }
        if kind != Type::Category {
            return (Role::Feature, None);
        }
        let distinct = self.distinct.len();
        if distinct == rows && rows > 1 {
            let notice =
                Problem::at("", format!("column {name:?} is taken for an identifier and kept out of the model"))
                    .why(format!("each of the {rows} rows looked at has another text"))
                    .hint(format!("if it is text to learn from, say \"types\": {{{name:?}: \"text\"}} in data"));
            return (Role::Id, Some(notice));
        }
        if distinct > MANY && distinct * 2 > rows {
            let notice = Problem::at("", format!("column {name:?} is kept out of the model"))
                .why(format!("{distinct} different texts in {rows} rows are names rather than categories"))
                .hint(format!(
                    "if it is text to learn from, say \"types\": {{{name:?}: \"text\"}} in data, or \"category\""
                ));
            return (Role::Id, Some(notice));
        }
        (Role::Feature, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(names: &[&str], rows: &[&[&str]], hints: &Hints) -> (Schema, Vec<Problem>) {
        let mut inference = Inference::new(names.iter().map(|n| (*n).to_string()).collect());
        let (look, mut sights) = (inference.look(), Sights::default());
        for row in rows {
            look.at(row.join(",").as_bytes(), row.iter().copied(), &Missing::default(), &mut sights);
        }
        inference.take(&sights);
        inference.finish(hints)
    }

    #[test]
    fn types_and_roles_follow_the_cells() {
        let rows: &[&[&str]] = &[
            &["a1", "1", "x", "2026-01-01", "", "0"],
            &["b2", "2.5", "y", "2026-02-01", "NA", "1"],
            &["c3", "", "x", "2026-03-01", "", "0"],
        ];
        let (schema, notices) = infer(&["who", "age", "plan", "since", "empty", "left"], rows, &Hints::default());
        let told: Vec<_> = schema.columns.iter().map(|c| (c.kind, c.role)).collect();
        assert_eq!(
            told,
            [
                (Type::Category, Role::Id),
                (Type::Number, Role::Feature),
                (Type::Category, Role::Feature),
                (Type::Date, Role::Feature),
                (Type::Number, Role::Feature),
                (Type::Number, Role::Target),
            ]
        );
        assert_eq!(notices.len(), 2, "the identifier and the empty column are told");
    }

    #[test]
    fn one_spoilt_cell_does_not_make_a_column_of_names() {
        let rows: Vec<Vec<&str>> = (0..10).map(|i| vec![if i == 3 { "1,5" } else { "2" }, "0"]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let (schema, _) = infer(&["age", "left"], &rows, &Hints::default());
        assert_eq!(schema.columns[0].kind, Type::Number);
    }
}
