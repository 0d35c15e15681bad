//! F1.

use super::{Metric, Prepared, Reads, Value, why};

/// F1: the harmonic mean of precision and recall, 2tp/(2tp + fp + fn) (van Rijsbergen, 1979).
#[derive(Debug, Clone, Copy)]
pub struct F1;

impl Metric for F1 {
    fn name(&self) -> &'static str {
        "f1"
    }

    fn label(&self) -> &'static str {
        "F1"
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let Some(c) = prepared.cells(weights) else { return Value::undefined(why::NOT_YES_NO) };
        // Nothing predicted positive while positives exist is 0; undefined is only 0/0.
        Value::ratio(2.0 * c.tp, 2.0 * c.tp + c.fp + c.fn_, "no row is positive or predicted so")
    }
}
