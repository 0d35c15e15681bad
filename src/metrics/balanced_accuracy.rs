//! Balanced accuracy.

use super::{Metric, Prepared, Reads, Value, why};
use crate::table::Task;

/// Balanced accuracy: the mean recall of the classes that the truth has (Brodersen et al.,
/// 2010).
#[derive(Debug, Clone, Copy)]
pub struct BalancedAccuracy;

impl Metric for BalancedAccuracy {
    fn name(&self) -> &'static str {
        "balanced_accuracy"
    }

    fn label(&self) -> &'static str {
        "Balanced accuracy"
    }

    fn applies(&self, task: Task) -> bool {
        task.is_classes()
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (mut sum, mut classes) = (0.0, 0.0);
        prepared.each_class(weights, |rows, _, right| {
            if rows > 0.0 {
                sum += right / rows;
                classes += 1.0;
            }
        });
        // The recall of a single class is 1 for a constant: nothing is balanced there.
        if classes < 2.0 { Value::undefined(why::ONE_CLASS) } else { Value::of(sum / classes) }
    }
}
