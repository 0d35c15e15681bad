//! Gini coefficient.

use super::{Metric, PairedTest, Prepared, Reads, Value, roc_auc::RocAuc};

/// Gini coefficient of the ranking (accuracy ratio): 2·ROC-AUC − 1.
#[derive(Debug, Clone, Copy)]
pub struct Gini;

impl Metric for Gini {
    fn name(&self) -> &'static str {
        "gini"
    }

    fn label(&self) -> &'static str {
        "Gini"
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn paired_test(&self) -> PairedTest {
        PairedTest::Delong
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        match RocAuc.compute(prepared, weights) {
            Value::Defined(auc) => Value::of(2.0 * auc - 1.0),
            undefined => undefined,
        }
    }
}
