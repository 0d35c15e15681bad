//! Kolmogorov-Smirnov statistic.

use super::{Metric, Prepared, Reads, Value, why};

/// Kolmogorov-Smirnov statistic: the largest distance between the distributions of the
/// probability among positive and among negative rows, max |TPR − FPR|.
#[derive(Debug, Clone, Copy)]
pub struct Ks;

impl Metric for Ks {
    fn name(&self) -> &'static str {
        "ks"
    }

    fn label(&self) -> &'static str {
        "Kolmogorov-Smirnov"
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (ranking, cells) = match prepared.ranked(weights) {
            Ok(ranked) => ranked,
            Err(undefined) => return undefined,
        };
        // Over the common denominator: no division in the sweep, and exact for counts.
        let (positives, negatives) = (cells.positive(), cells.negative());
        let (mut distance, mut largest) = (0.0_f64, 0.0_f64);
        ranking.sweep(weights, |positive, negative| {
            distance += positive * negatives - negative * positives;
            largest = largest.max(distance.abs());
        });
        Value::ratio(largest, positives * negatives, why::NO_NEGATIVE)
    }
}
