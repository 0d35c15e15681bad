//! Macro-F1.

use super::{Metric, Prepared, Reads, Value, why};
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
        let (mut sum, mut classes) = (0.0, 0.0);
        prepared.each_class(weights, |rows, said, right| {
            if rows + said > 0.0 {
                sum += 2.0 * right / (rows + said);
                classes += 1.0;
            }
        });
        Value::ratio(sum, classes, why::NO_ROWS)
    }
}
