//! One numeric column of the design: the median for a missing cell, then, where the
//! model asks for it, mean zero and standard deviation one. A model that knows what to do
//! with missing cells gets NaN for them instead.

use super::TextForm;
use serde::{Deserialize, Serialize};

/// What a model wants of numbers, dates and categories, and how texts are to come to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wants {
    /// Mean zero and standard deviation one. 0/1 columns stay as they are.
    pub standardize: bool,
    /// NaN for a missing cell, instead of the median and a column that says where it was.
    pub missing_as_nan: bool,
    /// A code for each level of a category, instead of a 0/1 column; NaN where missing.
    pub codes: bool,
    /// The n-grams of texts as many sparse columns, instead of a few dense ones.
    pub sparse: bool,
    /// How the n-grams of texts find their columns.
    pub text: TextForm,
}

/// How a number enters the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numeric {
    /// The exact median of the present training cells; takes the place of a missing one.
    /// Absent where missing cells are NaN for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// Only for models that ask for standardised columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
}

/// Standardisation, fitted after the median has taken the place of missing cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The mean.
    pub mean: f64,
    /// The standard deviation (divisor n, as scikit-learn's `StandardScaler`), above zero.
    pub std: f64,
}

/// Standardised cells end here: far beyond any real one, and small enough that a sum of
/// products with coefficients cannot overflow.
const FAR: f64 = 1e100;

impl Numeric {
    /// Fits on the training cells, where everything that is not finite is missing.
    /// `None` where fewer than two different values are present: nothing to learn.
    pub fn learn(values: &[f64], wants: Wants) -> Option<Numeric> {
        let mut present: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let first = *present.first()?;
        if present.iter().all(|v| *v == first) {
            return None;
        }
        let median = median(&mut present);
        let scale = wants.standardize.then(|| Scale::learn(values, median));
        Some(Numeric { median: (!wants.missing_as_nan).then_some(median), scale })
    }

    /// The number that the model sees for a cell; NaN only for a missing one, and only
    /// where the model wants it so.
    pub fn apply(&self, cell: f64) -> f64 {
        let value = if cell.is_finite() { cell } else { self.median.unwrap_or(f64::NAN) };
        match &self.scale {
            // Halves keep the difference of two huge numbers finite, and lose no bit.
            Some(scale) if scale.std > 0.0 => ((0.5 * value - 0.5 * scale.mean) / (0.5 * scale.std)).clamp(-FAR, FAR),
            _ => value,
        }
    }
}

impl Scale {
    fn learn(values: &[f64], median: f64) -> Scale {
        let filled = || values.iter().map(|v| if v.is_finite() { *v } else { median });
        // In units of the largest number no sum can overflow.
        let unit = filled().fold(0.0, |most: f64, v| most.max(v.abs()));
        let rows = values.len() as f64;
        let mean = filled().map(|v| v / unit).sum::<f64>() / rows;
        let variance = filled().map(|v| (v / unit - mean).powi(2)).sum::<f64>() / rows;
        let std = variance.sqrt() * unit;
        // Numbers that differ in their last bit only may round to no deviation at all.
        let std = if std.is_normal() { std } else { 1.0 };
        Scale { mean: mean * unit, std }
    }
}

/// The exact median: the middle number, or half-way between the middle two.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, high, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let high = *high;
    if odd {
        return high;
    }
    let low = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    0.5 * low + 0.5 * high
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARDIZED: Wants =
        Wants { standardize: true, missing_as_nan: false, codes: false, sparse: false, text: TextForm::Vocabulary };

    #[test]
    fn missing_cells_stay_missing_for_a_model_that_wants_it() {
        let numeric = Numeric::learn(&[1.0, 2.0, f64::NAN], Wants { missing_as_nan: true, ..STANDARDIZED }).unwrap();
        assert_eq!(numeric.median, None);
        assert!(numeric.apply(f64::NAN).is_nan() && numeric.apply(f64::INFINITY).is_nan());
        assert!(numeric.apply(1.0) < 0.0);
    }

    #[test]
    fn the_median_is_exact() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [f64::MAX, f64::MAX]), f64::MAX);
    }

    #[test]
    fn standardised_columns_have_mean_zero_and_deviation_one() {
        let values = [1.0, 2.0, f64::NAN, 6.0];
        let numeric = Numeric::learn(&values, STANDARDIZED).unwrap();
        assert_eq!(numeric.median, Some(2.0));
        let applied: Vec<f64> = values.iter().map(|v| numeric.apply(*v)).collect();
        let mean = applied.iter().sum::<f64>() / 4.0;
        let variance = applied.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4.0;
        assert!(mean.abs() < 1e-15 && (variance - 1.0).abs() < 1e-15);
    }

    #[test]
    fn extremes_stay_finite() {
        let numeric = Numeric::learn(&[f64::MAX, -f64::MAX, 0.0], STANDARDIZED).unwrap();
        assert!(numeric.apply(f64::MAX).is_finite() && numeric.apply(-f64::MAX).is_finite());
        let numeric = Numeric::learn(&[1.0, 1.0 + f64::EPSILON], STANDARDIZED).unwrap();
        assert!(numeric.apply(f64::MAX).is_finite());
        let numeric = Numeric::learn(&[5e-324, 0.0], STANDARDIZED).unwrap();
        assert!(numeric.apply(1.0).is_finite());
        assert_eq!(Numeric::learn(&[2.0, 2.0, f64::NAN], STANDARDIZED), None);
        assert_eq!(Numeric::learn(&[f64::NAN], STANDARDIZED), None);
    }
}
