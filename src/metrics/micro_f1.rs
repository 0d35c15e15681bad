//! Micro-F1.

use super::{Metric, PairedTest, Prepared, Reads, Value};
use crate::table::Task;

/// Micro-F1: the F1 of all classes or labels counted together. Of classes it is the accuracy.
#[derive(Debug, Clone, Copy)]
pub struct MicroF1;

impl Metric for MicroF1 {
    fn name(&self) -> &'static str {
        "micro_f1"
    }

    fn label(&self) -> &'static str {
        "Micro-averaged F1"
    }

    fn applies(&self, task: Task) -> bool {
        matches!(task, Task::Multiclass | Task::Multilabel)
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn paired_test(&self) -> PairedTest {
        PairedTest::Mcnemar
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (mut above, mut below) = (0.0, 0.0);
        prepared.each_class(weights, |rows, said, right| {
            above += 2.0 * right;
            below += rows + said;
        });
        Value::ratio(above, below, "no label is true or predicted")
    }
}
