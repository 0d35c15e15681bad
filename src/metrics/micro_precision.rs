//! Micro-averaged precision.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// The share of predicted labels that are true, over all labels together.
#[derive(Debug, Clone, Copy)]
pub struct MicroPrecision;

impl Metric for MicroPrecision {
    fn name(&self) -> &'static str {
        "micro_precision"
    }

    fn label(&self) -> &'static str {
        "Micro-averaged precision"
    }

    fn applies(&self, task: Task) -> bool {
        task == Task::Multilabel
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (mut above, mut below) = (0.0, 0.0);
        prepared.each_class(weights, |_, said, right| {
            above += right;
            below += said;
        });
        Value::ratio(above, below, "no label is predicted")
    }
}
