//! Holds rows against a schema and the rules of the config.

use crate::config::{Data, Rule};
use crate::error::Problem;
use crate::sources::PlainRow;
use crate::sources::fields::Fields;
use crate::sources::marks::WORD;
use crate::table::{Builder, Cell, Labels, Role, Schema, Task, Type, cell, cell::Missing};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Why a row is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The column, from 1; 0 where it is the row as a whole.
    pub position: usize,
    /// The column's name; empty where it is the row as a whole.
    pub column: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

/// Checks rows of one schema, each for itself: what holds between rows, [`super::unique`] knows.
#[derive(Debug)]
pub struct RowCheck {
    columns: Vec<Check>,
    /// For each column of the file, the column of the schema that it is.
    slots: Vec<Option<usize>>,
    /// For each column of the file, the cells that are good without a closer look.
    ordinary: Vec<Ordinary>,
    /// The same for 64 columns each, where it is known which cells are [odd](crate::sources::marks::Marks::odd).
    looks: Vec<Look>,
    missing: Missing,
}

/// The cells of a row that are to be looked at, a bit for each of 64 columns.
#[derive(Debug, Default, Clone, Copy)]
struct Look {
    /// Only where they are odd.
    where_odd: u64,
    always: u64,
}

impl Look {
    /// What there is to look at in 64 columns or fewer.
    fn at(columns: &[Ordinary]) -> Look {
        let mut look = Look::default();
        for (i, ordinary) in columns.iter().enumerate() {
            match ordinary {
                Ordinary::Anything => {}
                Ordinary::Number | Ordinary::PresentNumber => look.where_odd |= 1 << i,
                Ordinary::Date | Ordinary::Nothing => look.always |= 1 << i,
            }
        }
        look
    }
}

/// Cells without NUL that are surely good in a column. Of others nothing is said.
#[derive(Debug, Clone, Copy)]
enum Ordinary {
    Anything,
    /// Empty ones and short decimals.
    Number,
    /// Short decimals.
    PresentNumber,
    /// Empty ones and dates as digits.
    Date,
    Nothing,
}

impl Ordinary {
    /// Whether the cell that stands there in a text is one.
    fn holds(self, text: &[u8], cell: Range<usize>) -> bool {
        match self {
            Ordinary::Anything => true,
            Ordinary::Number => cell.is_empty() || cell::is_short_decimal_at(text, cell),
            Ordinary::PresentNumber => cell::is_short_decimal_at(text, cell),
            Ordinary::Date => cell.is_empty() || cell::plain_date(&text[cell]).is_some(),
            Ordinary::Nothing => false,
        }
    }
}

#[derive(Debug)]
struct Check {
    name: String,
    kind: Type,
    role: Role,
    rule: Rule,
    /// One of several targets: a label, which is yes or no.
    is_label: bool,
}

impl RowCheck {
    /// For rows whose cells stand in the order of the schema. Rules for columns that are
    /// not there are passed over: whoever makes the schema tells them.
    pub fn new(schema: &Schema, data: &Data) -> RowCheck {
        let several = schema.targets().count() > 1 || data.task == Some(Task::Multilabel);
        let columns: Vec<Check> = schema
            .columns
            .iter()
            .map(|c| Check {
                name: c.name.clone(),
                kind: c.kind,
                role: c.role,
                rule: data.rules.get(&c.name).cloned().unwrap_or_default(),
                is_label: several && c.role == Role::Target,
            })
            .collect();
        let slots = (0..columns.len()).map(Some).collect();
        let ordinary: Vec<Ordinary> = columns.iter().map(|check| check.ordinary(&data.missing)).collect();
        let looks = ordinary.chunks(WORD).map(Look::at).collect();
        RowCheck { columns, slots, ordinary, looks, missing: data.missing.clone() }
    }

    /// For rows of a file with that header, in which the columns of the schema stand in
    /// any order and others may stand between them.
    ///
    /// # Errors
    /// The names of the columns that the header lacks.
    pub fn by_name(schema: &Schema, data: &Data, header: &[String]) -> Result<RowCheck, Vec<String>> {
        let given: HashSet<&str> = header.iter().map(String::as_str).collect();
        let lacking: Vec<String> =
            schema.names().into_iter().filter(|n| !given.contains(n)).map(str::to_string).collect();
        if !lacking.is_empty() {
            return Err(lacking);
        }
        let check = RowCheck::new(schema, data);
        let places: HashMap<&str, usize> = schema.names().into_iter().zip(0..).collect();
        let slots: Vec<Option<usize>> = header.iter().map(|name| places.get(name.as_str()).copied()).collect();
        let ordinary = slots.iter().map(|slot| slot.map_or(Ordinary::Anything, |slot| check.ordinary[slot]));
        let ordinary: Vec<Ordinary> = ordinary.collect();
        let looks = ordinary.chunks(WORD).map(Look::at).collect();
        Ok(RowCheck { ordinary, looks, slots, ..check })
    }

    /// Checks one row and gives its cells their meaning, one for each column of the schema.
    ///
    /// # Errors
    /// The first thing that is wrong with the row. Types are enforced for columns that
    /// the model sees and for the target; a row without a label cannot be learnt from.
    pub fn check<'a>(&self, row: &'a Fields, cells: &mut Vec<Cell<'a>>) -> Result<(), Rejection> {
        cells.clear();
        cells.resize(self.columns.len(), Cell::Missing);
        self.shape(row.len())?;
        for (i, text) in row.texts().ok_or_else(Rejection::no_text)?.enumerate() {
            let Some(slot) = self.slots.get(i).copied().flatten() else { continue };
            let read = self.cell(slot, text).map_err(|rejection| Rejection { position: i + 1, ..rejection })?;
            if let Some(cell) = cells.get_mut(slot) {
                *cell = read;
            }
        }
        Ok(())
    }

    /// Checks one row as [`RowCheck::check`] does, where nobody wants to know the values.
    ///
    /// # Errors
    /// The first thing that is wrong with the row.
    pub fn judge(&self, row: &Fields) -> Result<(), Rejection> {
        self.shape(row.len())?;
        if !row.are_text() {
            return Err(Rejection::no_text());
        }
        let holds_nul = row.contain_nul();
        let (all, cells) = row.places();
        for (i, (ordinary, cell)) in self.ordinary.iter().zip(cells).enumerate() {
            if holds_nul || !ordinary.holds(all, cell.clone()) {
                self.look_at(i, &all[cell])?;
            }
        }
        Ok(())
    }

    /// The same for the next row of a plain block.
    ///
    /// # Errors
    /// The first thing that is wrong with the row.
    pub fn judge_plain(&self, row: &PlainRow<'_>) -> Result<(), Rejection> {
        self.shape(row.cells)?;
        for (word, (odd, look)) in row.odd.iter().zip(&self.looks).enumerate() {
            let mut left = (odd & look.where_odd) | look.always;
            while left != 0 {
                let column = word * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                let cell = row.cell(column);
                if !self.ordinary[column].holds(row.all, cell.clone()) {
                    self.look_at(column, &row.all[cell])?;
                }
            }
        }
        Ok(())
    }

    /// How many cells a row should have.
    pub fn width(&self) -> usize {
        self.slots.len()
    }

    /// Looks closely at a cell of a row that is text, in that column of the file.
    fn look_at(&self, column: usize, cell: &[u8]) -> Result<(), Rejection> {
        let text = std::str::from_utf8(cell).unwrap_or_default();
        let read = self.slots[column].map(|slot| self.cell(slot, text));
        read.transpose().map(drop).map_err(|rejection| Rejection { position: column + 1, ..rejection })
    }

    /// Makes sure that there are as many cells as there should be.
    fn shape(&self, cells: usize) -> Result<(), Rejection> {
        let hint = match cells.cmp(&self.slots.len()) {
            Ordering::Equal => return Ok(()),
            Ordering::Greater => "put a cell that holds the delimiter in double quotes; write 1.5, not 1,5",
            Ordering::Less => "every row needs a cell for each column, an empty one where the value is unknown",
        };
        Err(Rejection::of_row(format!("{cells} cells where the header has {}", self.slots.len()), hint))
    }

    /// Checks one cell of the column at that place of the schema and gives it its meaning.
    ///
    /// # Errors
    /// What is wrong with it; the rejection's position is 0.
    pub fn cell<'a>(&self, place: usize, text: &'a str) -> Result<Cell<'a>, Rejection> {
        let Some(check) = self.columns.get(place) else { return Ok(Cell::Missing) };
        check.cell(cell::trim(text), &self.missing).map_err(|why| check.rejection(why))
    }
}

impl Check {
    fn ordinary(&self, missing: &Missing) -> Ordinary {
        let is_spelt_as_number = |spelling: &String| cell::is_short_decimal(spelling.as_bytes());
        match (self.role, self.kind) {
            _ if self.is_label || self.rule != Rule::default() => Ordinary::Nothing,
            (Role::Target, Type::Number) if !missing.spellings().iter().any(is_spelt_as_number) => {
                Ordinary::PresentNumber
            }
            (Role::Target, _) => Ordinary::Nothing,
            (Role::Id | Role::Ignored, _) | (_, Type::Category | Type::Text) => Ordinary::Anything,
            (_, Type::Number) => Ordinary::Number,
            (_, Type::Date) => Ordinary::Date,
        }
    }

    fn rejection(&self, (reason, hint): (String, String)) -> Rejection {
        Rejection { position: 0, column: self.name.clone(), reason, hint }
    }

    fn cell<'a>(&self, text: &'a str, missing: &Missing) -> Result<Cell<'a>, (String, String)> {
        if missing.holds(text) {
            if self.role == Role::Target {
                return Err(("the target is missing".to_string(), "rows without a label cannot be used".to_string()));
            }
            if self.rule.required {
                return Err(("a required cell is missing".to_string(), "see data.rules in the config".to_string()));
            }
            return Ok(Cell::Missing);
        }
        if text.contains('\0') {
            return Err(("a NUL byte is in the cell".to_string(), "the file is not text; export it again".to_string()));
        }
        if self.is_label && Labels::says(text).is_none() {
            let hint = "a label is yes or no: 1 or 0, yes or no, true or false";
            return Err((format!("the label is {:?}", cell::shorten(text)), hint.to_string()));
        }
        let cell = match (self.role, self.kind) {
            (Role::Id | Role::Ignored, Type::Number) => cell::number(text).map_or(Cell::Missing, Cell::Number),
            (Role::Id | Role::Ignored, Type::Date) => cell::date(text).map_or(Cell::Missing, Cell::Number),
            (_, Type::Number) => Cell::Number(cell::number(text).ok_or_else(|| cell::blame(text))?),
            (_, Type::Date) => Cell::Number(cell::date(text).ok_or_else(|| {
                (format!("{:?} is not a date", cell::shorten(text)), "write it as 2026-11-21".to_string())
            })?),
            (_, Type::Category | Type::Text) => Cell::Text(text),
        };
        self.obeys(text, cell)?;
        Ok(cell)
    }

    fn obeys(&self, text: &str, cell: Cell<'_>) -> Result<(), (String, String)> {
        let rule = &self.rule;
        let hint = || "see data.rules in the config".to_string();
        if let Cell::Number(value) = cell {
            if let Some(min) = rule.min.filter(|min| value < *min) {
                return Err((format!("{text} is below the least allowed {min}"), hint()));
            }
            if let Some(max) = rule.max.filter(|max| value > *max) {
                return Err((format!("{text} is above the greatest allowed {max}"), hint()));
            }
        }
        if let Some(allowed) = &rule.allowed
            && !allowed
                .iter()
                .any(|a| a == text || matches!((cell, cell::number(a)), (Cell::Number(x), Some(y)) if x == y))
        {
            return Err((format!("{:?} is not among the allowed values", cell::shorten(text)), hint()));
        }
        Ok(())
    }
}

impl Rejection {
    fn of_row(reason: String, hint: &str) -> Rejection {
        Rejection { position: 0, column: String::new(), reason, hint: hint.to_string() }
    }

    fn no_text() -> Rejection {
        Rejection::of_row("the row is not UTF-8 text".to_string(), "save the file as UTF-8")
    }

    /// The rejection as a problem of the row in `line` of a file.
    pub fn at(&self, place: &str, line: u64) -> Problem {
        if self.position == 0 {
            return Problem::at(format!("{place}:{line}"), self.reason.clone()).hint(self.hint.clone());
        }
        Problem::at(format!("{place}:{line}:{}", self.position), self.reason.clone())
            .why(format!("column {:?}", self.column))
            .hint(self.hint.clone())
    }
}

/// Adds the cells of a row to a table.
pub fn push_row(builder: &mut Builder, cells: &[Cell<'_>]) {
    for (i, cell) in cells.iter().enumerate() {
        builder.push(i, *cell);
    }
    builder.end_row();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ColumnSchema;

    fn check(rule: Rule, row: &str) -> Result<usize, Rejection> {
        let column = |name: &str, kind, role| ColumnSchema { name: name.into(), kind, role };
        let schema = Schema {
            columns: vec![
                column("who", Type::Category, Role::Id),
                column("age", Type::Number, Role::Feature),
                column("left", Type::Category, Role::Target),
            ],
        };
        let data = Data { rules: [("age".to_string(), rule)].into(), ..Data::default() };
        let mut fields = Fields::default();
        let check = RowCheck::new(&schema, &data);
        let mut count = 0;
        for line in row.lines() {
            fields.split(line.as_bytes(), b',');
            let mut cells = Vec::new();
            let checked = check.check(&fields, &mut cells);
            assert_eq!(check.judge(&fields), checked);
            checked?;
            count += cells.len();
        }
        Ok(count)
    }

    #[test]
    fn good_rows_pass_and_bad_ones_name_their_column() {
        assert_eq!(check(Rule::default(), "a, 1 ,yes\nb,NA,no"), Ok(6));
        let rejected = check(Rule::default(), "a,\"1,5\",yes").unwrap_err();
        assert_eq!((rejected.position, rejected.column.as_str()), (2, "age"));
        assert_eq!(rejected.hint, "write 1.5");
        for (row, reason) in [
            ("a,1,yes,", "4 cells where the header has 3"),
            ("a,1", "2 cells"),
            ("a,x,yes", "not a number"),
            ("a,inf,yes", "not a finite number"),
            ("a,1,", "the target is missing"),
        ] {
            assert!(check(Rule::default(), row).unwrap_err().reason.contains(reason), "{row}");
        }
    }

    #[test]
    fn rules_are_obeyed() {
        let rule = Rule { min: Some(0.0), max: Some(9.0), ..Rule::default() };
        assert!(check(rule.clone(), "a,-1,y").unwrap_err().reason.contains("below the least allowed 0"));
        assert!(check(rule, "a,10,y").unwrap_err().reason.contains("above"));
        let rule = Rule { allowed: Some(vec!["1".into()]), required: true, ..Rule::default() };
        assert_eq!(check(rule.clone(), "a,1.0,y"), Ok(3));
        assert!(check(rule.clone(), "a,2,y").unwrap_err().reason.contains("not among"));
        assert!(check(rule, "a,,y").unwrap_err().reason.contains("required"));
    }
}
