//! A number: the median where it is missing, and a column that says where it was; or NaN
//! for a model that wants that.

use super::{CONSTANT, EMPTY, Learnt, Numeric, Transform, Wants, cells, first_directed, left_out};
use crate::table::{Column, ColumnKind, Matrix, Monotone, cell};
use serde::{Deserialize, Serialize};

/// Output columns: `age` and, where training rows had missing cells, `age (missing)`,
/// which is 1 there and 0 elsewhere. A model that gets missing cells as NaN has the second
/// one only where there is no first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// The number itself; absent where all present training cells were the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Numeric>,
    /// Whether a column says where cells are missing.
    pub missing: bool,
}

impl Number {
    /// Fits on a training column.
    ///
    /// # Errors
    /// The column is empty or constant.
    pub fn learn(name: &str, column: &Column, wants: Wants) -> Learnt<Number> {
        let values = cells::numbers(column, cell::number);
        let absent = values.iter().filter(|v| !v.is_finite()).count();
        if absent == values.len() {
            return Err(left_out(name, EMPTY));
        }
        let value = Numeric::learn(&values, wants);
        if value.is_none() && absent == 0 {
            return Err(left_out(name, CONSTANT));
        }
        let missing = absent > 0 && (value.is_none() || !wants.missing_as_nan);
        Ok((Number { value, missing }, None))
    }
}

impl Transform for Number {
    fn outputs(&self, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        names.extend(self.value.is_some().then(|| name.to_string()));
        names.extend(self.missing.then(|| format!("{name} (missing)")));
        names
    }

    fn width(&self) -> usize {
        usize::from(self.value.is_some()) + usize::from(self.missing)
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        for (row, value) in cells::numbers(column, cell::number).iter().enumerate() {
            let mut at = at;
            let cells = out.row_mut(row);
            if let Some(numeric) = &self.value {
                cells[at] = numeric.apply(*value);
                at += 1;
            }
            if self.missing {
                cells[at] = f64::from(u8::from(!value.is_finite()));
            }
        }
    }

    /// A direction is that of the number itself and not where it is missing.
    fn kinds(&self, direction: Option<Monotone>) -> Vec<ColumnKind> {
        first_directed(self.width(), direction.filter(|_| self.value.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_cells_get_the_median_and_are_marked() {
        let column = Column::Numbers(vec![1.0, f64::NAN, 4.0, 3.0]);
        let (number, _) = Number::learn("age", &column, Wants::default()).unwrap();
        assert_eq!(number.outputs("age"), ["age", "age (missing)"]);
        let mut out = Matrix::zeros(4, 3);
        number.fill(&column, 1, &mut out);
        assert_eq!(out.column(0), [0.0; 4]);
        assert_eq!(out.column(1), [1.0, 3.0, 4.0, 3.0]);
        assert_eq!(out.column(2), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_model_that_wants_nan_gets_no_marker() {
        let wants = Wants { missing_as_nan: true, ..Wants::default() };
        let column = Column::Numbers(vec![1.0, f64::NAN, 4.0]);
        let (number, _) = Number::learn("age", &column, wants).unwrap();
        assert_eq!(number.outputs("age"), ["age"]);
        let mut out = Matrix::zeros(3, 1);
        number.fill(&column, 0, &mut out);
        assert!(out.row(0) == [1.0] && out.row(1)[0].is_nan() && out.row(2) == [4.0]);
        let (number, _) = Number::learn("age", &Column::Numbers(vec![1.0, f64::NAN]), wants).unwrap();
        assert_eq!(number.outputs("age"), ["age (missing)"], "else the column would be lost");
    }

    #[test]
    fn whole_columns_have_no_marker_and_constant_ones_no_value() {
        let (number, _) = Number::learn("age", &Column::Numbers(vec![1.0, 2.0]), Wants::default()).unwrap();
        assert_eq!(number.outputs("age"), ["age"]);
        let (number, _) = Number::learn("age", &Column::Numbers(vec![1.0, f64::NAN]), Wants::default()).unwrap();
        assert_eq!(number.outputs("age"), ["age (missing)"], "only whether it is there can tell rows apart");
        let problem = Number::learn("age", &Column::Numbers(vec![7.0, 7.0]), Wants::default()).unwrap_err();
        assert_eq!(problem.sentence(), "column \"age\" is kept out of the model; it is the same in all training rows");
        assert!(Number::learn("age", &Column::Numbers(vec![f64::NAN]), Wants::default()).is_err());
    }
}
