//! Log-loss.

use super::{Direction, Metric, Prepared, Reads, Value};
use crate::table::Task;

/// Log-loss: the mean of −ln p of the true class, in nats; p is clipped by the machine epsilon,
/// as in scikit-learn. Of labels, the mean over the labels too.
#[derive(Debug, Clone, Copy)]
pub struct LogLoss;

impl Metric for LogLoss {
    fn name(&self) -> &'static str {
        "log_loss"
    }

    fn label(&self) -> &'static str {
        "Log-loss"
    }

    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }

    fn applies(&self, task: Task) -> bool {
        task != Task::Regression
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.mean_log_loss(weights)
    }
}
