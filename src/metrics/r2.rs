//! R².

use super::{Metric, Prepared, Reads, Value, why};
use crate::table::Task;

/// R²: the share of the variance of the true values that the predictions explain; 0 for always
/// predicting their mean, negative for worse.
#[derive(Debug, Clone, Copy)]
pub struct R2;

impl Metric for R2 {
    fn name(&self) -> &'static str {
        "r2"
    }

    fn label(&self) -> &'static str {
        "R²"
    }

    fn applies(&self, task: Task) -> bool {
        task == Task::Regression
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.errors().map_or(Value::undefined(why::NOT_NUMBERS), |errors| errors.explained(weights))
    }
}
