//! MAE.

use super::{Direction, Metric, Prepared, Reads, Value, why};
use crate::table::Task;

/// MAE: the mean absolute error, in the unit of the target.
#[derive(Debug, Clone, Copy)]
pub struct Mae;

impl Metric for Mae {
    fn name(&self) -> &'static str {
        "mae"
    }

    fn label(&self) -> &'static str {
        "MAE"
    }

    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }

    fn applies(&self, task: Task) -> bool {
        task == Task::Regression
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.errors().map_or(Value::undefined(why::NOT_NUMBERS), |errors| errors.mean_distance(weights))
    }
}
