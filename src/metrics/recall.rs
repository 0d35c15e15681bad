//! Recall.

use super::{Metric, Prepared, Reads, Value, why};

/// Recall: the share of the positive rows that are found, tp/(tp + fn).
#[derive(Debug, Clone, Copy)]
pub struct Recall;

impl Metric for Recall {
    fn name(&self) -> &'static str {
        "recall"
    }

    fn label(&self) -> &'static str {
        "Recall"
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let Some(c) = prepared.cells(weights) else { return Value::undefined(why::NOT_YES_NO) };
        Value::ratio(c.tp, c.positive(), why::NO_POSITIVE)
    }
}
