//! Cells in any order into a table, every problem told.

use super::Features;
use super::scalar::Scalar;
use crate::error::{Error, Kind, Problem, Result};
use crate::sources::fields::write_record;
use crate::stages::unique::Unique;
use crate::suggest::closest;
use crate::table::{Builder, Cell, Role, Table, Type, cell};
use std::sync::Arc;

/// Fills a table of [`Features`].
pub struct Sink<'a> {
    features: &'a Features,
    unique: Unique,
    builder: Builder,
    rows: usize,
    /// What is known of each column.
    marks: Vec<Mark>,
    /// Where the column is expected that is named next: most clients keep to the order.
    next: usize,
    /// How many cells there may be where gaps are taken, present or not; `None` where not.
    gaps: Option<usize>,
    /// Whether something is wrong: then no table comes of it, and cells are only checked.
    is_broken: bool,
    /// The texts of the row under way, and all rows before it as CSV, where they are kept.
    kept: Option<(Vec<String>, Vec<u8>)>,
    unknown: Vec<String>,
    problems: Vec<Problem>,
    more: usize,
}

/// What is known of a column.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Whether the row under way has such a cell.
    filled: bool,
    /// Whether some row has one.
    seen: bool,
    /// The first row (from 1) that has none.
    absent: Option<usize>,
}

/// Cells that any request may have.
const FEW_CELLS: usize = 10_000;
/// Bytes of a text that is kept; a row of a file may not be much longer.
const LONGEST: usize = 1 << 20;
/// Problems and unknown names that are kept; the rest is counted or passed over.
const TOLD: usize = 20;

impl<'a> Sink<'a> {
    /// An empty table.
    pub fn new(features: &'a Features) -> Sink<'a> {
        Sink {
            features,
            unique: features.unique.clone(),
            builder: Builder::new(Arc::clone(&features.schema)),
            rows: 0,
            marks: vec![Mark::default(); features.schema.columns.len()],
            next: 0,
            gaps: None,
            is_broken: false,
            kept: None,
            unknown: Vec::new(),
            problems: Vec::new(),
            more: 0,
        }
    }

    /// Takes a feature that one row lacks and another has as a missing cell, as data frames
    /// do that are made of records. A gap takes no byte of the `bytes` that the rows came in, but
    /// memory all the same: a cell that is there takes two bytes at least, and there may be
    /// no more cells than that allows.
    pub fn with_gaps(self, bytes: usize) -> Sink<'a> {
        Sink { gaps: Some(bytes / 2 + FEW_CELLS), ..self }
    }

    /// Keeps the rows as CSV records too, every cell as it came.
    pub fn keeping(self) -> Sink<'a> {
        let width = self.marks.len();
        Sink { kept: Some((vec![String::new(); width], Vec::new())), ..self }
    }

    /// The columns that are read.
    pub fn features(&self) -> &'a Features {
        self.features
    }

    /// How many rows are complete.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Where the column of that name stands; `None` for one that is passed over.
    pub fn place(&mut self, name: &str) -> Option<usize> {
        let columns = &self.features.schema.columns;
        if columns.get(self.next).is_some_and(|column| column.name == name) {
            self.next += 1;
            return Some(self.next - 1);
        }
        let place = self.features.places.get(name).copied();
        self.next = place.map_or(self.next, |place| place + 1);
        if place.is_none() && self.unknown.len() < TOLD && !self.features.known.iter().any(|k| k == name) {
            self.unknown.push(name.to_string());
        }
        place
    }

    /// A cell of the row under way; each column has one at most.
    pub fn put(&mut self, place: usize, value: &Scalar<'_>) {
        if self.marks.get(place).is_none_or(|mark| mark.filled) {
            let name = self.name(place).to_string();
            return self.add(Problem::at(self.row(), format!("{:?} stands twice", cell::shorten(&name))));
        }
        self.marks[place] = Mark { filled: true, seen: true, ..self.marks[place] };
        if let Some((texts, _)) = &mut self.kept {
            texts[place] = value.text(&self.features.words[place]).into_owned();
            if texts[place].len() > LONGEST {
                let name = self.name(place).to_string();
                self.add(Problem::at(self.row(), "a cell is longer than 1 MiB").why(format!("column {name:?}")));
            }
        }
        self.push(place, value, self.rows + 1);
    }

    /// The next cell of a column, of which there are as many as the other columns have; `row`
    /// counts them from 1.
    pub fn put_next(&mut self, place: usize, value: &Scalar<'_>, row: usize) {
        self.marks[place].seen = true;
        self.push(place, value, row);
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.rows += 1;
        self.next = 0;
        if self.gaps.is_some_and(|most| self.rows * self.marks.len() > most) && !self.is_broken {
            self.add(Problem::at(
                format!("row {}", self.rows),
                "too many cells are missing; send rows whole, or fewer",
            ));
        }
        for place in 0..self.marks.len() {
            if !std::mem::take(&mut self.marks[place].filled) {
                self.marks[place].absent.get_or_insert(self.rows);
                self.is_broken |= self.features.needed[place] && self.gaps.is_none();
                self.store(place, Cell::Missing);
            }
        }
        if !self.is_broken {
            self.builder.end_row();
        }
        if let Some((texts, records)) = &mut self.kept {
            write_record(texts.iter().map(|text| text.as_bytes()), records);
            texts.iter_mut().for_each(String::clear);
        }
    }

    /// Ends so many rows of which each column that is there was put at once.
    pub fn end_columns(&mut self, rows: usize) {
        for place in 0..self.marks.len() {
            if !self.marks[place].seen {
                self.marks[place].absent = Some(1);
                self.is_broken |= self.features.needed[place];
            }
        }
        for place in (0..self.marks.len()).filter(|_| !self.is_broken) {
            if !self.marks[place].seen {
                (0..rows).for_each(|_| self.builder.push(place, Cell::Missing));
            }
        }
        self.rows = rows;
        if !self.is_broken {
            self.builder.end_rows(rows);
        }
    }

    /// Adds a problem of the row under way as a whole: which of its features are missing need not
    /// be told then.
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.add(Problem::at(self.row(), what));
        self.marks.iter_mut().for_each(|mark| mark.filled = true);
    }

    /// The table.
    ///
    /// # Errors
    /// [`Kind::Data`] with every problem: features that are missing, cells that are not what
    /// their column holds, no row at all.
    pub fn finish(self) -> Result<Table> {
        self.finish_kept().map(|(table, _)| table)
    }

    /// The table, and the rows as CSV records where they were kept.
    ///
    /// # Errors
    /// As [`Sink::finish`].
    pub fn finish_kept(mut self) -> Result<(Table, Vec<u8>)> {
        for place in 0..self.marks.len() {
            let Mark { seen, absent, .. } = self.marks[place];
            let is_wrong = self.features.needed[place] && !(self.gaps.is_some() && seen);
            let Some(row) = absent.filter(|_| is_wrong) else { continue };
            let name = self.name(place).to_string();
            let mut problem = Problem::at(format!("row {row}"), format!("{} {name:?} is missing", self.noun(place)));
            if let Some(near) = closest(&name, self.unknown.iter().map(String::as_str)) {
                problem = problem.hint(format!("is it {near:?}? rename it"));
            }
            self.add(problem);
        }
        if self.rows == 0 && self.problems.is_empty() {
            return Err(Error::data("", "there is no row"));
        }
        if self.more > 0 {
            let more = self.more;
            self.problems.push(Problem::at("", format!("… and {more} more problems")));
        }
        Error::unless_empty(Kind::Data, self.problems)?;
        Ok((self.builder.finish(), self.kept.map(|(_, records)| records).unwrap_or_default()))
    }

    fn push(&mut self, place: usize, value: &Scalar<'_>, row: usize) {
        let kind = self.features.schema.columns[place].kind;
        let number = match (kind, value) {
            // Rules are about texts as they stand in files, and say which cells may be missing.
            _ if self.features.is_strict => None,
            (_, Scalar::Null) => Some(Cell::Missing),
            (Type::Number, Scalar::Whole(value)) => Some(Cell::Number(*value as f64)),
            (Type::Number, Scalar::Number(value)) => Some(Cell::Number(*value)),
            _ => None,
        };
        if let Some(cell) = number {
            return self.store(place, cell);
        }
        let text = value.text(&self.features.words[place]);
        let checked = self.features.check.cell(place, &text);
        match checked.and_then(|cell| self.unique.claim_cell(place, cell::trim(&text)).map(|()| cell)) {
            Ok(_) if self.is_broken => {}
            Ok(cell) => self.builder.push(place, cell),
            Err(rejection) => {
                let problem = Problem::at(format!("row {row}"), rejection.reason);
                self.add(problem.why(format!("column {:?}", rejection.column)).hint(rejection.hint));
            }
        }
    }

    fn store(&mut self, place: usize, cell: Cell<'_>) {
        if !self.is_broken {
            self.builder.push(place, cell);
        }
    }

    fn noun(&self, place: usize) -> &'static str {
        match self.features.schema.columns[place].role {
            Role::Target => "target",
            _ => "feature",
        }
    }

    fn row(&self) -> String {
        format!("row {}", self.rows + 1)
    }

    fn name(&self, place: usize) -> &'a str {
        self.features.schema.columns.get(place).map_or("", |c| c.name.as_str())
    }

    fn add(&mut self, problem: Problem) {
        self.is_broken = true;
        match self.problems.len() < TOLD - 1 {
            true => self.problems.push(problem),
            false => self.more += 1,
        }
    }
}
