//! Macro-averaged recall.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// The mean of the recall of each class or label that occurs in the truth or the predictions;
/// one that no row has counts 0, as in scikit-learn.
#[derive(Debug, Clone, Copy)]
pub struct MacroRecall;

impl Metric for MacroRecall {
    fn name(&self) -> &'static str {
        "macro_recall"
    }

    fn label(&self) -> &'static str {
        "Macro-averaged recall"
    }

    fn applies(&self, task: Task) -> bool {
        matches!(task, Task::Multiclass | Task::Multilabel)
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.macro_mean(weights, |rows, _, right| if rows > 0.0 { right / rows } else { 0.0 })
    }
}
