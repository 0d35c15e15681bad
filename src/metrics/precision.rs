//! Precision.

use super::{Metric, Prepared, Reads, Value, why};

/// Precision: the share of the rows predicted positive that are, tp/(tp + fp).
#[derive(Debug, Clone, Copy)]
pub struct Precision;

impl Metric for Precision {
    fn name(&self) -> &'static str {
        "precision"
    }

    fn label(&self) -> &'static str {
        "Precision"
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let Some(c) = prepared.cells(weights) else { return Value::undefined(why::NOT_YES_NO) };
        Value::ratio(c.tp, c.tp + c.fp, why::NONE_PREDICTED)
    }
}
