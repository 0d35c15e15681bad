//! RMSE.

use super::{Direction, Metric, Prepared, Reads, Value, why};
use crate::table::Task;

/// RMSE: the root of the mean squared error, in the unit of the target.
#[derive(Debug, Clone, Copy)]
pub struct Rmse;

impl Metric for Rmse {
    fn name(&self) -> &'static str {
        "rmse"
    }

    fn label(&self) -> &'static str {
        "RMSE"
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
        let Some(errors) = prepared.errors() else { return Value::undefined(why::NOT_NUMBERS) };
        match errors.mean_square(weights) {
            Value::Defined(square) => Value::of(square.sqrt()),
            undefined => undefined,
        }
    }
}
