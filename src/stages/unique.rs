//! Values that may stand in one row only (`unique` in `data.rules`).

use super::row_check::Rejection;
use crate::config::Data;
use crate::distinct::Distinct;
use crate::table::{Schema, cell};
use std::sync::Arc;

/// The values of unique columns in the rows so far, as hashes.
#[derive(Debug, Clone)]
pub struct Unique {
    columns: Vec<Column>,
    missing: Arc<cell::Missing>,
}

#[derive(Debug, Clone)]
struct Column {
    place: usize,
    name: String,
    seen: Distinct,
}

impl Unique {
    /// For rows of that schema.
    pub fn new(schema: &Schema, data: &Data) -> Unique {
        let is_unique = |name: &str| data.rules.get(name).is_some_and(|rule| rule.unique);
        let columns = schema.columns.iter().enumerate().filter(|(_, c)| is_unique(&c.name));
        let columns = columns.map(|(place, c)| Column { place, name: c.name.clone(), seen: Distinct::default() });
        Unique { columns: columns.collect(), missing: Arc::new(data.missing.clone()) }
    }

    /// Whether there is any such column.
    pub fn is_asked_for(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Claims the values of a row, whose cells stand in the order of the schema. A row that is
    /// refused claims nothing.
    ///
    /// # Errors
    /// One of them stands in an earlier row.
    pub fn claim<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), Rejection> {
        let cells: Vec<&str> = cells.collect();
        let mut claims = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            let text = cell::trim(cells.get(column.place).copied().unwrap_or_default());
            if self.missing.holds(text) {
                continue;
            }
            let hash = column.seen.hasher().hash(text.as_bytes());
            if column.seen.knows(hash) {
                return Err(column.rejection(text));
            }
            claims.push((i, hash));
        }
        for (i, hash) in claims {
            self.columns[i].seen.add(hash);
        }
        Ok(())
    }

    /// Claims the trimmed value of one cell, in the column at that place of the schema.
    ///
    /// # Errors
    /// It stands in an earlier row; the rejection's position is 0.
    pub fn claim_cell(&mut self, place: usize, text: &str) -> Result<(), Rejection> {
        let Some(column) = self.columns.iter_mut().find(|c| c.place == place) else { return Ok(()) };
        if self.missing.holds(text) || column.seen.add(column.seen.hasher().hash(text.as_bytes())) {
            return Ok(());
        }
        Err(Rejection { position: 0, ..column.rejection(text) })
    }
}

impl Column {
    fn rejection(&self, text: &str) -> Rejection {
        Rejection {
            position: self.place + 1,
            column: self.name.clone(),
            reason: format!("{:?} stands in an earlier row too", cell::shorten(text)),
            hint: "see data.rules in the config".to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rule;
    use crate::table::{ColumnSchema, Role, Type};

    #[test]
    fn a_value_belongs_to_the_first_row_that_is_taken() {
        let column = |name: &str| ColumnSchema { name: name.into(), kind: Type::Category, role: Role::Feature };
        let schema = Schema { columns: vec![column("a"), column("free"), column("b")] };
        let rule = Rule { unique: true, ..Rule::default() };
        let rules = [("a".to_string(), rule.clone()), ("b".to_string(), rule)].into();
        let mut unique = Unique::new(&schema, &Data { rules, ..Data::default() });
        let mut claim = |row: [&str; 3]| unique.claim(row.into_iter()).map_err(|r| (r.position, r.reason));
        assert!(claim(["1", "x", "1"]).is_ok());
        assert_eq!(claim(["2", "x", " 1"]), Err((3, "\"1\" stands in an earlier row too".to_string())));
        assert!(claim(["2", "x", "2"]).is_ok(), "a refused row has claimed nothing");
        assert!(claim(["", "x", "NA"]).is_ok() && claim(["", "x", "NA"]).is_ok(), "missing cells claim nothing");
        assert!(unique.claim_cell(1, "x").is_ok() && unique.claim_cell(0, "2").is_err());
    }
}
