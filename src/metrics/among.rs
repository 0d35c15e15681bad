//! Whether the truth is among the most probable answers.

use super::{Metric, Prepared, Reads, Value};
use crate::table::Task;

/// Top-k accuracy: the share of rows whose class is among the k most probable ones. Hits at k:
/// of the rows that have a label, the share with one of theirs among the k most probable ones.
/// Of equally probable answers the first counts as more probable.
#[derive(Debug, Clone, Copy)]
pub struct Among {
    /// How many answers are looked at.
    pub k: usize,
    /// The name in configs and files.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// Of one class among several, or of labels.
    pub task: Task,
}

impl Metric for Among {
    fn name(&self) -> &'static str {
        self.name
    }

    fn label(&self) -> &'static str {
        self.label
    }

    fn applies(&self, task: Task) -> bool {
        task == self.task
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        prepared.share_among(self.k, weights)
    }
}
