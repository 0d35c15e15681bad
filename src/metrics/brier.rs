//! Brier score.

use super::{Direction, Metric, Prepared, Reads, Value};

/// Brier score: the mean squared error of the positive class's probability (Brier, 1950).
#[derive(Debug, Clone, Copy)]
pub struct Brier;

impl Metric for Brier {
    fn name(&self) -> &'static str {
        "brier"
    }

    fn label(&self) -> &'static str {
        "Brier score"
    }

    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.mean_square(weights)
    }
}
