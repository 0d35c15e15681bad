//! Macro-averaged precision.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// The mean of the precision of each class or label that occurs in the truth or the predictions;
/// one that is never predicted counts 0, as in scikit-learn.
#[derive(Debug, Clone, Copy)]
pub struct MacroPrecision;

impl Metric for MacroPrecision {
    fn name(&self) -> &'static str {
        "macro_precision"
    }

    fn label(&self) -> &'static str {
        "Macro-averaged precision"
    }

    fn applies(&self, task: Task) -> bool {
        matches!(task, Task::Multiclass | Task::Multilabel)
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.macro_mean(weights, |_, said, right| if said > 0.0 { right / said } else { 0.0 })
    }
}
