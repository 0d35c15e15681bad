//! MAPE.

use super::{Direction, Metric, Prepared, Reads, Value, why};
use crate::numbers::grouped;
use crate::table::Task;

/// MAPE: the mean absolute error as a share of the true value (0.1 is 10%). Rows whose true value
/// is 0 have no such share: they are left out, and [`Metric::note`] says how many.
#[derive(Debug, Clone, Copy)]
pub struct Mape;

impl Metric for Mape {
    fn name(&self) -> &'static str {
        "mape"
    }

    fn label(&self) -> &'static str {
        "MAPE"
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

    fn note(&self, prepared: &Prepared<'_>) -> Option<String> {
        match prepared.errors()?.zeros() {
            0 => None,
            1 => Some("1 row whose true value is 0 is left out".to_string()),
            rows => Some(format!("{} rows whose true value is 0 are left out", grouped(rows as u64))),
        }
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.errors().map_or(Value::undefined(why::NOT_NUMBERS), |errors| errors.mean_share(weights))
    }
}
