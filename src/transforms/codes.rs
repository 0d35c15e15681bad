//! One of a set of names as a code, for a model that knows what to do with codes.

use super::category::by_frequency;
use super::{Learnt, Transform, cells};
use crate::error::Problem;
use crate::table::{Column, ColumnKind, Matrix, Monotone};
use serde::{Deserialize, Serialize};

/// Levels with a code of their own; rarer ones share one.
pub const MOST_CODES: usize = 250;

/// One output column, named as the column itself: the place of the cell's level in
/// `levels`, the number of `levels` for any other level, NaN for a missing cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Codes {
    /// The levels kept, the most frequent first; of equally frequent ones the first in
    /// order of appearance.
    pub levels: Vec<String>,
}

impl Codes {
    /// Fits on a training column.
    ///
    /// # Errors
    /// The column is empty or constant.
    pub fn learn(name: &str, column: &Column) -> Learnt<Codes> {
        let texts = cells::texts(column);
        let (mut seen, _) = by_frequency(name, &texts)?;
        let all = seen.len();
        seen.truncate(MOST_CODES);
        let notice = (all > MOST_CODES).then(|| {
            Problem::at("", format!("column {name:?} has {all} levels: {} of them share one code", all - MOST_CODES))
                .why(format!("only the {MOST_CODES} most frequent have a code of their own"))
                .hint("name the column in data.ignore if it is an identifier")
        });
        Ok((Codes { levels: seen.into_iter().map(|level| texts.levels[level].clone()).collect() }, notice))
    }
}

impl Transform for Codes {
    fn outputs(&self, name: &str) -> Vec<String> {
        vec![name.to_string()]
    }

    fn width(&self) -> usize {
        1
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        let texts = cells::texts(column);
        let code = |place: Option<usize>| place.unwrap_or(self.levels.len()) as f64;
        let codes: Vec<f64> = cells::places(&texts, &self.levels).into_iter().map(code).collect();
        for (row, level) in texts.codes.iter().enumerate() {
            out.row_mut(row)[at] = codes.get(*level as usize).copied().unwrap_or(f64::NAN);
        }
    }

    fn kinds(&self, _direction: Option<Monotone>) -> Vec<ColumnKind> {
        vec![ColumnKind::Codes(self.levels.len() + 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Texts;

    #[test]
    fn levels_become_codes_by_frequency() {
        let texts = |codes: Vec<u32>| {
            Column::Texts(Texts { codes, levels: ["a", "b", "c"].iter().map(|l| (*l).to_string()).collect() })
        };
        let (codes, notice) = Codes::learn("plan", &texts(vec![0, 1, 1, Texts::MISSING])).unwrap();
        assert!(notice.is_none() && codes.outputs("plan") == ["plan"] && codes.levels == ["b", "a"]);
        let mut out = Matrix::zeros(4, 1);
        codes.fill(&texts(vec![0, 1, 2, Texts::MISSING]), 0, &mut out);
        assert!(out.column(0)[..3] == [1.0, 0.0, 2.0] && out.row(3)[0].is_nan());
        assert!(Codes::learn("plan", &texts(vec![2, 2])).is_err());
        let numbers = Column::Numbers((0..300).map(f64::from).collect());
        let (codes, notice) = Codes::learn("n", &numbers).unwrap();
        assert_eq!(codes.kinds(None), [ColumnKind::Codes(251)]);
        assert!(notice.unwrap().what.contains("50 of them share one code"));
    }
}
