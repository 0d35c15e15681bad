//! Macro-F1.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// Macro-F1: the mean of the F1 of each class or label that occurs in the truth or the
/// predictions, as scikit-learn takes it.
#[derive(Debug, Clone, Copy)]
pub struct MacroF1;

impl Metric for MacroF1 {
    fn name(&self) -> &'static str {
        "macro_f1"
    }

    fn label(&self) -> &'static str {
        "Macro-averaged F1"
    }

    fn applies(&self, task: Task) -> bool {
        matches!(task, Task::Multiclass | Task::Multilabel)
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.macro_mean(weights, |rows, said, right| 2.0 * right / (rows + said))
    }
}
