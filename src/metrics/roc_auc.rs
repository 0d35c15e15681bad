//! ROC-AUC.

use super::{Metric, PairedTest, Prepared, Ranking, Reads, Value, why};
use crate::table::Task;

/// ROC-AUC: the probability that a positive row is ranked above a negative one, ties counting
/// half (Hanley and McNeil, 1982). Of labels, the mean over those that some rows have and some
/// have not.
#[derive(Debug, Clone, Copy)]
pub struct RocAuc;

impl Metric for RocAuc {
    fn name(&self) -> &'static str {
        "roc_auc"
    }

    fn label(&self) -> &'static str {
        "ROC-AUC"
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn paired_test(&self) -> PairedTest {
        PairedTest::Delong
    }

    fn applies(&self, task: Task) -> bool {
        matches!(task, Task::Binary | Task::Multilabel)
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let rankings = prepared.label_rankings();
        if !rankings.is_empty() {
            return mean_defined(rankings.iter().map(|ranking| area(ranking, weights)));
        }
        match prepared.ranked(weights) {
            Ok((ranking, _)) => area(ranking, weights),
            Err(undefined) => undefined,
        }
    }
}

/// The area under one ranking.
fn area(ranking: &Ranking, weights: &[f64]) -> Value {
    let (mut above, mut below, mut area) = (0.0, 0.0, 0.0);
    ranking.sweep(weights, |positive, negative| {
        area += negative * (above + 0.5 * positive);
        above += positive;
        below += negative;
    });
    if above <= 0.0 { Value::undefined(why::NO_POSITIVE) } else { Value::ratio(area, above * below, why::NO_NEGATIVE) }
}

/// The mean of the values that are defined.
fn mean_defined(values: impl Iterator<Item = Value>) -> Value {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.filter_map(|value| value.get()) {
        sum += value;
        count += 1.0;
    }
    Value::ratio(sum, count, "every label is on all rows or on none")
}
