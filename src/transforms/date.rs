//! A calendar date: the day itself for trends, month and weekday for seasons.

use super::{CONSTANT, EMPTY, Learnt, Numeric, Transform, Wants, cells, first_directed, left_out};
use crate::table::{Column, ColumnKind, Matrix, Monotone, cell};
use serde::{Deserialize, Serialize};

/// Output columns: `since (days)` from 1970-01-01, `since (month)` 1-12, `since (weekday)`
/// 0 (Monday) to 6, as far as they differ in the training rows, and `since (missing)`
/// where training rows had missing cells. Each part has a median of its own. A model that
/// gets missing cells as NaN has the last one only where there is no other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Date {
    /// Days since 1970-01-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Numeric>,
    /// The month, 1-12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Numeric>,
    /// The weekday, 0 (Monday) to 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Numeric>,
    /// Whether a column says where cells are missing.
    pub missing: bool,
}

/// Days beyond this (some 270,000 years) are no dates and count as missing.
const FARTHEST: f64 = 1e8;

impl Date {
    /// Fits on a training column.
    ///
    /// # Errors
    /// The column is empty or constant.
    pub fn learn(name: &str, column: &Column, wants: Wants) -> Learnt<Date> {
        let parts: Vec<[f64; 3]> = cells::numbers(column, cell::date).iter().map(|v| parts(*v)).collect();
        let absent = parts.iter().filter(|p| p[0].is_nan()).count();
        if absent == parts.len() {
            return Err(left_out(name, EMPTY));
        }
        let [days, month, weekday] = [0, 1, 2].map(|part| {
            let values: Vec<f64> = parts.iter().map(|p| p[part]).collect();
            Numeric::learn(&values, wants)
        });
        if days.is_none() && absent == 0 {
            return Err(left_out(name, CONSTANT));
        }
        let missing = absent > 0 && (days.is_none() || !wants.missing_as_nan);
        Ok((Date { days, month, weekday, missing }, None))
    }

    fn parts(&self) -> [(&Option<Numeric>, &str); 3] {
        [(&self.days, "days"), (&self.month, "month"), (&self.weekday, "weekday")]
    }
}

impl Transform for Date {
    fn outputs(&self, name: &str) -> Vec<String> {
        let used = self.parts().into_iter().filter(|(numeric, _)| numeric.is_some());
        let mut names: Vec<String> = used.map(|(_, part)| format!("{name} ({part})")).collect();
        names.extend(self.missing.then(|| format!("{name} (missing)")));
        names
    }

    fn width(&self) -> usize {
        self.parts().into_iter().filter(|(numeric, _)| numeric.is_some()).count() + usize::from(self.missing)
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        for (row, value) in cells::numbers(column, cell::date).iter().enumerate() {
            let values = parts(*value);
            let mut at = at;
            let cells = out.row_mut(row);
            for ((numeric, _), value) in self.parts().into_iter().zip(values) {
                if let Some(numeric) = numeric {
                    cells[at] = numeric.apply(value);
                    at += 1;
                }
            }
            if self.missing {
                cells[at] = f64::from(u8::from(values[0].is_nan()));
            }
        }
    }

    /// A direction is that of the day, and not the seasons.
    fn kinds(&self, direction: Option<Monotone>) -> Vec<ColumnKind> {
        first_directed(self.width(), direction.filter(|_| self.days.is_some()))
    }
}

/// Days, month and weekday; NaN for all three where the cell is no date.
fn parts(days: f64) -> [f64; 3] {
    if !days.is_finite() || days.abs() > FARTHEST {
        return [f64::NAN; 3];
    }
    let day = days.floor() as i64;
    // 1970-01-01 was a Thursday.
    [days, f64::from(month(day)), (day + 3).rem_euclid(7) as f64]
}

/// The month of a day since 1970-01-01 in the Gregorian calendar (Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn month(day: i64) -> u8 {
    let day_of_era = (day + 719_468).rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    (if from_march < 10 { from_march + 3 } else { from_march - 9 }) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn months_and_weekdays_are_those_of_the_calendar() {
        for day in (-800_000..800_000).step_by(17) {
            let date = NaiveDate::default() + chrono::TimeDelta::days(day);
            let expected = [day as f64, f64::from(date.month()), f64::from(date.weekday().num_days_from_monday())];
            assert_eq!(parts(day as f64), expected, "{date}");
        }
        assert!(parts(1e300)[1].is_nan() && parts(f64::INFINITY)[0].is_nan());
    }

    #[test]
    fn a_date_becomes_its_parts() {
        // 2026-11-21 (Saturday), missing, 2026-12-24 (Thursday).
        let column = Column::Numbers(vec![20778.0, f64::NAN, 20811.0]);
        let (date, _) = Date::learn("since", &column, Wants::default()).unwrap();
        assert_eq!(date.outputs("since"), ["since (days)", "since (month)", "since (weekday)", "since (missing)"]);
        let mut out = Matrix::zeros(3, 4);
        date.fill(&column, 0, &mut out);
        assert_eq!(out.row(0), [20778.0, 11.0, 5.0, 0.0]);
        assert_eq!(out.row(1), [20794.5, 11.5, 4.0, 1.0]);
    }

    #[test]
    fn parts_that_never_change_are_left_out() {
        let (date, _) = Date::learn("since", &Column::Numbers(vec![20778.0, 20785.0]), Wants::default()).unwrap();
        assert_eq!(date.outputs("since"), ["since (days)"], "same month, same weekday");
        assert!(Date::learn("since", &Column::Numbers(vec![1.0, 1.0]), Wants::default()).is_err());
    }
}
