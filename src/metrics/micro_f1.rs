//! Micro-F1.

use super::{Metric, PairedTest, Prepared, Reads, Value};

/// Micro-F1: F1 of the counts summed over all classes. With one class a row each wrong row is
/// one false positive and one false negative, so it equals accuracy.
#[derive(Debug, Clone, Copy)]
pub struct MicroF1;

impl Metric for MicroF1 {
    fn name(&self) -> &'static str {
        "micro_f1"
    }

    fn label(&self) -> &'static str {
        "Micro-averaged F1"
    }

    fn applies(&self, classes: usize) -> bool {
        classes >= 3
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
