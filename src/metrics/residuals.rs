//! How far predicted numbers are from the truth, and where.

use super::Observations;
use crate::table::Target;
use serde::{Deserialize, Serialize};

/// The errors of predicted numbers on all rows: predicted less true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// Their mean: above 0 where the model says too much.
    pub mean: f64,
    /// Their least, 5%, 25%, 50%, 75%, 95% quantile and greatest (nearest rank).
    pub quantiles: [f64; 7],
    /// How far off, either way, half, 90% and 95% of the rows are at most.
    #[serde(default)]
    pub within: [f64; 3],
    /// Rows by rising prediction, in up to twenty steps of as many rows each.
    pub steps: Vec<Step>,
    /// How many rows have which error; `None` in files from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Bins>,
}

/// Rows of similar predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// How many rows.
    pub rows: u64,
    /// Their mean prediction.
    pub predicted: f64,
    /// Their mean truth.
    pub mean: f64,
    /// The 10% quantile of their truth.
    pub low: f64,
    /// The 90% quantile of their truth.
    pub high: f64,
    /// The 5%, 25%, 50%, 75% and 95% quantile of their errors; `None` in files from before it
    /// was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<[f64; 5]>,
}

/// Rows counted by error, in steps of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Where the first step begins: the 1% quantile of the errors. What lies below counts here.
    pub low: f64,
    /// Where the last step ends: the 99% quantile. What lies above counts here.
    pub high: f64,
    /// Rows of each step.
    pub counts: Vec<u64>,
}

impl Bins {
    /// Sorted errors in [`BINS`] steps; one step where they are all the same.
    fn of(errors: &[f64]) -> Bins {
        let (low, high) = (quantile(errors, 0.01), quantile(errors, 0.99));
        if high <= low {
            return Bins { low, high: low, counts: vec![errors.len() as u64] };
        }
        let mut counts = vec![0; BINS];
        for error in errors {
            let place = (error / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) * BINS as f64;
            if let Some(count) = counts.get_mut((place.max(0.0) as usize).min(BINS - 1)) {
                *count += 1;
            }
        }
        Bins { low, high, counts }
    }
}

/// Steps of the rows by rising prediction.
const STEPS: usize = 20;
/// Rows of a step at least.
const LEAST_ROWS: usize = 5;
/// Steps of the histogram.
const BINS: usize = 30;

impl Residuals {
    /// The errors; `None` where the question is not about a quantity.
    pub fn of(observations: &Observations) -> Option<Residuals> {
        let Target::Numbers(truth) = observations.truth() else { return None };
        let said = observations.answers().as_slice();
        let mut errors: Vec<f64> = said.iter().zip(truth).map(|(s, t)| s - t).collect();
        let mean = mean(&errors);
        let mut distances: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        distances.sort_by(f64::total_cmp);
        errors.sort_by(f64::total_cmp);
        let mut order: Vec<usize> = (0..truth.len()).collect();
        order.sort_by(|a, b| said[*a].total_cmp(&said[*b]).then(a.cmp(b)));
        let steps = (truth.len() / LEAST_ROWS).clamp(1, STEPS);
        let step = |index: usize| {
            let rows = &order[index * truth.len() / steps..(index + 1) * truth.len() / steps];
            let mut true_values: Vec<f64> = rows.iter().map(|row| truth[*row]).collect();
            true_values.sort_by(f64::total_cmp);
            let mut errors: Vec<f64> = rows.iter().map(|row| said[*row] - truth[*row]).collect();
            errors.sort_by(f64::total_cmp);
            let predictions: Vec<f64> = rows.iter().map(|row| said[*row]).collect();
            Step {
                rows: rows.len() as u64,
                predicted: self::mean(&predictions),
                mean: self::mean(&true_values),
                low: quantile(&true_values, 0.1),
                high: quantile(&true_values, 0.9),
                errors: Some([0.05, 0.25, 0.5, 0.75, 0.95].map(|share| quantile(&errors, share))),
            }
        };
        let quantiles = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0].map(|share| quantile(&errors, share));
        let within = [0.5, 0.9, 0.95].map(|share| quantile(&distances, share));
        let histogram = Some(Bins::of(&errors));
        Some(Residuals { mean, quantiles, within, steps: (0..steps).map(step).collect(), histogram })
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The value of the nearest rank in sorted values.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (share * (sorted.len().max(1) - 1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Matrix;

    #[test]
    fn rows_are_taken_by_rising_prediction() {
        let truth: Vec<f64> = (0..40).map(f64::from).collect();
        let said: Vec<f64> = truth.iter().map(|t| 2.0 * t + 1.0).collect();
        let matrix = Matrix::from_rows(40, 1, said).unwrap();
        let found = Residuals::of(&Observations::new(Target::Numbers(truth), matrix, 0.5).unwrap()).unwrap();
        assert_eq!((found.mean, found.quantiles[0], found.quantiles[6]), (20.5, 1.0, 40.0));
        assert_eq!(found.within, [21.0, 36.0, 38.0]);
        assert_eq!(found.steps.len(), 8);
        assert_eq!((found.steps[0].rows, found.steps[0].mean, found.steps[0].predicted), (5, 2.0, 5.0));
        assert_eq!((found.steps[7].low, found.steps[7].high), (35.0, 39.0));
        assert_eq!(found.steps[0].errors, Some([1.0, 2.0, 3.0, 4.0, 5.0]));
        let bins = found.histogram.unwrap();
        assert_eq!((bins.low, bins.high, bins.counts.iter().sum::<u64>()), (1.0, 40.0, 40));
    }

    #[test]
    fn odd_errors_have_their_bins_too() {
        assert_eq!(Bins::of(&[2.0, 2.0]), Bins { low: 2.0, high: 2.0, counts: vec![2] });
        assert_eq!(Bins::of(&[-1e308, 1e308]).counts.iter().sum::<u64>(), 2);
    }
}
