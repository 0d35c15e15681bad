//! Micro-averaged recall.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// The share of true labels that are predicted, over all labels together.
#[derive(Debug, Clone, Copy)]
pub struct MicroRecall;

impl Metric for MicroRecall {
    fn name(&self) -> &'static str {
        "micro_recall"
    }

    fn label(&self) -> &'static str {
        "Micro-averaged recall"
    }

    fn applies(&self, task: Task) -> bool {
        task == Task::Multilabel
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (mut above, mut below) = (0.0, 0.0);
        prepared.each_class(weights, |rows, _, right| {
            above += right;
            below += rows;
        });
        Value::ratio(above, below, "no row has a label")
    }
}
