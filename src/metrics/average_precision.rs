//! Average precision.

use super::{Metric, Prepared, Reads, Value, why};

/// Average precision: Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct probabilities, without interpolation,
/// as scikit-learn takes it.
#[derive(Debug, Clone, Copy)]
pub struct AveragePrecision;

impl Metric for AveragePrecision {
    fn name(&self) -> &'static str {
        "average_precision"
    }

    fn label(&self) -> &'static str {
        "Average precision"
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (ranking, cells) = match prepared.ranked(weights) {
            Ok(ranked) => ranked,
            Err(undefined) => return undefined,
        };
        let (mut tp, mut said, mut sum) = (0.0, 0.0, 0.0);
        ranking.sweep(weights, |positive, negative| {
            tp += positive;
            said += positive + negative;
            // Only a step that finds positives counts, and then `said` is not 0.
            if positive > 0.0 {
                sum += positive * tp / said;
            }
        });
        Value::ratio(sum, cells.positive(), why::NO_POSITIVE)
    }
}
