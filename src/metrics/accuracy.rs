//! Accuracy.

use super::{Metric, PairedTest, Prepared, Reads, Value};
use crate::table::Task;

/// Accuracy: the share of rows whose class is predicted.
#[derive(Debug, Clone, Copy)]
pub struct Accuracy;

impl Metric for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn label(&self) -> &'static str {
        "Accuracy"
    }

    fn applies(&self, task: Task) -> bool {
        task.is_classes()
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn paired_test(&self) -> PairedTest {
        PairedTest::Mcnemar
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.mean_hit(weights)
    }
}
