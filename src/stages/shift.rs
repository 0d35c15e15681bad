//! How far the columns of the data have moved since the model in office was deployed.

use super::summary::ColumnSummary;

/// What a shift is measured by: one column at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Its name.
    pub name: String,
    /// Missing cells as a share of the rows.
    pub missing_share: f64,
    /// Arithmetic mean of the present cells of a number column.
    pub mean: Option<f64>,
    /// Their standard deviation, in the unit of the column.
    pub std: Option<f64>,
}

impl From<&ColumnSummary> for Moments {
    fn from(column: &ColumnSummary) -> Moments {
        Moments {
            name: column.name.clone(),
            missing_share: column.missing_share,
            mean: column.numbers.map(|n| n.mean),
            std: column.numbers.and_then(|n| n.std),
        }
    }
}

/// How far one column has moved.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnShift {
    /// Its name.
    pub name: String,
    /// The mean now less the mean before, in standard deviations of before; `None` for
    /// texts, and where the column was constant before and is another now: there is nothing
    /// then to measure by.
    pub shift: Option<f64>,
    /// The share of missing cells now less that before, from -1 to 1.
    pub missing_change: f64,
}

/// The shift of every column that is in both, in the order of `now`.
pub fn shifts(before: &[Moments], now: &[Moments]) -> Vec<ColumnShift> {
    let pairs = now.iter().filter_map(|n| Some((before.iter().find(|b| b.name == n.name)?, n)));
    pairs
        .map(|(before, now)| ColumnShift {
            name: now.name.clone(),
            shift: shift(before, now),
            missing_change: now.missing_share - before.missing_share,
        })
        .collect()
}

fn shift(before: &Moments, now: &Moments) -> Option<f64> {
    let moved = now.mean? - before.mean?;
    if moved == 0.0 {
        return Some(0.0);
    }
    let shift = moved / before.std?;
    shift.is_finite().then_some(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, missing_share: f64, mean: Option<f64>, std: Option<f64>) -> Moments {
        Moments { name: name.to_string(), missing_share, mean, std }
    }

    fn of_one(before: (Option<f64>, Option<f64>), now: Option<f64>) -> Option<f64> {
        shifts(&[column("a", 0.0, before.0, before.1)], &[column("a", 0.0, now, Some(9.0))])[0].shift
    }

    #[test]
    fn means_move_in_standard_deviations_of_before() {
        assert_eq!(of_one((Some(10.0), Some(2.0)), Some(13.0)), Some(1.5));
        assert_eq!(of_one((Some(10.0), Some(2.0)), Some(9.0)), Some(-0.5));
    }

    #[test]
    fn without_a_spread_only_standing_still_is_a_number() {
        assert_eq!(of_one((Some(10.0), Some(0.0)), Some(10.0)), Some(0.0));
        assert_eq!(of_one((Some(10.0), Some(0.0)), Some(11.0)), None);
        assert_eq!(of_one((Some(10.0), None), Some(10.0)), Some(0.0));
        assert_eq!(of_one((Some(10.0), None), Some(11.0)), None);
        assert_eq!(of_one((None, None), Some(11.0)), None);
        assert_eq!(of_one((Some(10.0), Some(1.0)), None), None);
    }

    #[test]
    fn columns_are_paired_by_name() {
        let before = [column("gone", 0.0, None, None), column("b", 0.25, Some(1.0), Some(1.0))];
        let now = [column("new", 0.0, Some(1.0), Some(1.0)), column("b", 0.75, Some(3.0), Some(1.0))];
        let found = shifts(&before, &now);
        assert_eq!(found, [ColumnShift { name: "b".to_string(), shift: Some(2.0), missing_change: 0.5 }]);
    }
}
