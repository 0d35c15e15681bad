//! One of a set of names: a 0/1 column for each level.

use super::{CONSTANT, EMPTY, Learnt, Transform, cells, left_out};
use crate::error::Problem;
use crate::table::{Column, Matrix, Texts};
use serde::{Deserialize, Serialize};

/// Levels with a column of their own; rarer ones share one. More would make the design
/// wide and each coefficient a guess from a handful of rows.
pub const MOST_LEVELS: usize = 50;

/// Output columns: `plan=gold` for each level kept, `plan=(missing)` where training rows
/// had missing cells, `plan=(other)` where they had more than [`MOST_LEVELS`] levels.
///
/// A level that training has not seen (or a missing cell, where it has seen none) counts
/// as `(other)` where there is such a column, else as none of the levels: all zeros.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// The levels kept, the most frequent first; of equally frequent ones the first in
    /// order of appearance.
    pub levels: Vec<String>,
    /// Whether training rows had missing cells.
    pub missing: bool,
    /// Whether training rows had levels beyond those kept.
    pub other: bool,
}

impl Category {
    /// Fits on a training column.
    ///
    /// # Errors
    /// The column is empty or constant.
    pub fn learn(name: &str, column: &Column) -> Learnt<Category> {
        let texts = cells::texts(column);
        let (mut seen, absent) = by_frequency(name, &texts)?;
        let all = seen.len();
        seen.truncate(MOST_LEVELS);
        let levels = seen.iter().map(|level| texts.levels[*level].clone()).collect();
        let category = Category { levels, missing: absent > 0, other: all > MOST_LEVELS };
        let notice = category.other.then(|| {
            Problem::at("", format!("column {name:?} has {all} levels: {} of them share one column", all - MOST_LEVELS))
                .why(format!("only the {MOST_LEVELS} most frequent have a column of their own"))
                .hint("name the column in data.ignore if it is an identifier")
        });
        Ok((category, notice))
    }

    /// The column, counted from the first, that is 1 for each level of `texts`, and the
    /// one for a missing cell.
    fn places(&self, texts: &Texts) -> (Vec<Option<usize>>, Option<usize>) {
        let other = self.other.then_some(self.levels.len() + usize::from(self.missing));
        let places = cells::places(texts, &self.levels).into_iter().map(|place| place.or(other)).collect();
        (places, self.missing.then_some(self.levels.len()).or(other))
    }
}

impl Transform for Category {
    fn outputs(&self, name: &str) -> Vec<String> {
        let mut names: Vec<String> = self.levels.iter().map(|level| format!("{name}={level}")).collect();
        names.extend(self.missing.then(|| format!("{name}=(missing)")));
        names.extend(self.other.then(|| format!("{name}=(other)")));
        names
    }

    fn width(&self) -> usize {
        self.levels.len() + usize::from(self.missing) + usize::from(self.other)
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        let texts = cells::texts(column);
        let (places, absent) = self.places(&texts);
        for (row, code) in texts.codes.iter().enumerate() {
            if let Some(place) = places.get(*code as usize).copied().unwrap_or(absent) {
                out.row_mut(row)[at + place] = 1.0;
            }
        }
    }
}

/// The levels that rows have, the most frequent first, ties in order of appearance; and how
/// many cells are missing.
///
/// # Errors
/// The column is empty or constant.
pub(super) fn by_frequency(name: &str, texts: &Texts) -> Result<(Vec<usize>, usize), Problem> {
    let mut counts = vec![0usize; texts.levels.len()];
    let mut absent = 0usize;
    for code in &texts.codes {
        match counts.get_mut(*code as usize) {
            Some(count) => *count += 1,
            None => absent += 1,
        }
    }
    // Levels that no row uses are left over from other rows of the same file.
    let mut seen: Vec<usize> = (0..counts.len()).filter(|level| counts[*level] > 0).collect();
    if seen.is_empty() {
        return Err(left_out(name, EMPTY));
    }
    if seen.len() == 1 && absent == 0 {
        return Err(left_out(name, CONSTANT));
    }
    // The sort is stable.
    seen.sort_by_key(|level| std::cmp::Reverse(counts[*level]));
    Ok((seen, absent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Builder, Cell, ColumnSchema, Role, Schema, Type};

    fn column(rows: &[&str]) -> Column {
        let schema = ColumnSchema { name: "plan".into(), kind: Type::Category, role: Role::Feature };
        let mut builder = Builder::new(Schema { columns: vec![schema] });
        for row in rows {
            builder.push(0, if row.is_empty() { Cell::Missing } else { Cell::Text(row) });
            builder.end_row();
        }
        builder.finish().column("plan").unwrap().clone()
    }

    fn one_hot(category: &Category, column: &Column) -> Matrix {
        let mut out = Matrix::zeros(column.len(), category.outputs("plan").len());
        category.fill(column, 0, &mut out);
        out
    }

    #[test]
    fn each_level_has_its_column() {
        let rows = column(&["gold", "free", "", "free"]);
        let (category, notice) = Category::learn("plan", &rows).unwrap();
        assert!(notice.is_none());
        assert_eq!(category.outputs("plan"), ["plan=free", "plan=gold", "plan=(missing)"]);
        assert_eq!(one_hot(&category, &rows).as_slice(), [0., 1., 0., 1., 0., 0., 0., 0., 1., 1., 0., 0.]);
        assert_eq!(one_hot(&category, &column(&["new"])).as_slice(), [0.0; 3], "an unseen level is none of them");
    }

    #[test]
    fn numbers_in_place_of_names_are_read_as_names() {
        let (category, _) = Category::learn("plan", &column(&["1", "2", "2"])).unwrap();
        let numbers = Column::Numbers(vec![1.0, 2.0, 3.5, f64::NAN]);
        assert_eq!(one_hot(&category, &numbers).as_slice(), [0., 1., 1., 0., 0., 0., 0., 0.]);
    }

    #[test]
    fn ten_thousand_levels_end_in_fifty_and_the_rest() {
        let names: Vec<String> = (0..10_000).map(|i| format!("n{i}")).collect();
        let mut rows: Vec<&str> = names.iter().map(String::as_str).collect();
        rows.push("n9999");
        let rows = column(&rows);
        let (category, notice) = Category::learn("plan", &rows).unwrap();
        assert!(notice.unwrap().what.starts_with("column \"plan\" has 10000 levels"));
        assert_eq!(category.levels.len(), MOST_LEVELS);
        assert_eq!(category.levels[..3], ["n9999", "n0", "n1"], "by frequency, then by appearance");
        let out = one_hot(&category, &column(&["n5000", "", "n0"]));
        assert_eq!(out.column(MOST_LEVELS), [1.0, 1.0, 0.0], "rare and unseen ones are other");
        assert_eq!(out.column(1), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn one_level_tells_nothing() {
        assert!(Category::learn("plan", &column(&["a", "a"])).is_err());
        assert!(Category::learn("plan", &column(&["", ""])).is_err());
        assert!(Category::learn("plan", &column(&["a", ""])).is_ok());
    }
}
