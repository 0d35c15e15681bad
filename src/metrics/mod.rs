//! How good a model is on test rows: metrics, their intervals, and the evaluation.
//!
//! - [`Observations`]: what was true and what the model said, checked once.
//! - [`Prepared`]: the same, ranked and counted, so that a metric of reweighted rows takes
//!   one pass. A bootstrap resample is a vector of row weights.
//! - [`Metric`], [`ALL`], [`by_name`]: the metrics, a file each.
//! - [`bootstrap`]: 95% intervals.
//! - [`estimate`]: scores that probabilities promise before there are labels.
//! - [`Evaluation`]: every metric with its interval, and on what terms it was measured.
//!
//! A metric that has no value is [`Value::Undefined`] with the reason. Two classes are a
//! yes/no question whose positive class is the second; a metric says by
//! [`Metric::applies`] for which kinds of question it has a meaning.

mod accuracy;
mod among;
mod average_precision;
mod balanced_accuracy;
pub mod bootstrap;
mod brier;
#[cfg(test)]
mod conformance;
mod confusion;
mod curves;
pub mod estimate;
mod evaluation;
mod f1;
mod gini;
mod ks;
pub mod log_loss;
mod macro_f1;
mod macro_precision;
mod macro_recall;
mod mae;
mod mape;
mod mcc;
mod micro_f1;
mod micro_precision;
mod micro_recall;
mod observations;
mod precision;
mod prepared;
mod r2;
mod ranking;
mod recalibration;
mod recall;
mod reliability;
mod residuals;
mod rmse;
mod roc_auc;
mod value;

pub use bootstrap::Interval;
pub use confusion::Confusion;
pub use curves::Curves;
pub use evaluation::{ClassRows, Evaluation, LabelCounts, Score, not_for};
pub use observations::Observations;
pub use prepared::{Cells, Prepared};
pub use ranking::Ranking;
pub use recalibration::Recalibration;
pub use reliability::{Bin, Reliability};
pub use residuals::{Bins, Residuals, Step};
pub use value::{Direction, Value};

use crate::error::Problem;
use crate::suggest::closest;
use crate::table::Task;
use among::Among;

/// A number that says how good a model is.
pub trait Metric: Sync {
    /// The name in configs and files.
    fn name(&self) -> &'static str;

    /// The name for people.
    fn label(&self) -> &'static str;

    /// Which way is better.
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }

    /// Whether the metric has a meaning for that kind of question.
    fn applies(&self, task: Task) -> bool {
        task == Task::Binary
    }

    /// What of a prediction the metric looks at.
    fn reads(&self) -> Reads;

    /// The paired test that fits this metric, for the gate's rule `significant`.
    fn paired_test(&self) -> PairedTest {
        PairedTest::Bootstrap
    }

    /// What a reader of the value must know: rows that it leaves out, for example.
    fn note(&self, _prepared: &Prepared<'_>) -> Option<String> {
        None
    }

    /// The metric of the rows, each counted as often as its weight says. `weights` has one
    /// finite number ≥ 0 a row. One pass over the rows, and no allocation.
    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value;
}

/// What of a prediction a metric looks at: rows that agree in it cannot move the metric apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The predicted class, or labels, alone.
    Classes,
    /// The probabilities, or the predicted number.
    Probabilities,
}

/// A test of two models on the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairedTest {
    /// Resampled rows, the same for both; serves any metric.
    Bootstrap,
    /// McNemar's exact test, for shares of rows that are right.
    Mcnemar,
    /// DeLong's test, for areas under the ROC curve.
    Delong,
}

/// Every metric. Reports show them in this order.
pub static ALL: &[&dyn Metric] = &[
    &f1::F1,
    &precision::Precision,
    &recall::Recall,
    &macro_f1::MacroF1,
    &macro_precision::MacroPrecision,
    &macro_recall::MacroRecall,
    &micro_f1::MicroF1,
    &micro_precision::MicroPrecision,
    &micro_recall::MicroRecall,
    &accuracy::Accuracy,
    &balanced_accuracy::BalancedAccuracy,
    &Among { k: 3, name: "top_3_accuracy", label: "Top-3 accuracy", task: Task::Multiclass },
    &Among { k: 5, name: "top_5_accuracy", label: "Top-5 accuracy", task: Task::Multiclass },
    &Among { k: 1, name: "hits_at_1", label: "Hits at 1", task: Task::Multilabel },
    &Among { k: 3, name: "hits_at_3", label: "Hits at 3", task: Task::Multilabel },
    &Among { k: 5, name: "hits_at_5", label: "Hits at 5", task: Task::Multilabel },
    &mcc::Mcc,
    &roc_auc::RocAuc,
    &gini::Gini,
    &average_precision::AveragePrecision,
    &ks::Ks,
    &log_loss::LogLoss,
    &brier::Brier,
    &rmse::Rmse,
    &mae::Mae,
    &r2::R2,
    &mape::Mape,
];

/// The metric of that name.
///
/// # Errors
/// A problem without a place where there is none, with the nearest name as the hint.
pub fn by_name(name: &str) -> Result<&'static dyn Metric, Problem> {
    ALL.iter().find(|m| m.name() == name).copied().ok_or_else(|| {
        let problem = Problem::at("", format!("unknown metric {name:?}"));
        match closest(name, names()) {
            Some(near) => problem.hint(format!("did you mean {near:?}?")),
            None => problem.hint(format!("use one of {}", names().collect::<Vec<_>>().join(", "))),
        }
    })
}

/// The names of all metrics, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|m| m.name())
}

/// The metric of all rows, each counted once.
pub fn value(metric: &dyn Metric, observations: &Observations) -> Value {
    let prepared = Prepared::new(observations);
    metric.compute(&prepared, &prepared.once())
}

/// The metrics that have a meaning for that kind of question.
pub fn applicable(task: Task) -> impl Iterator<Item = &'static dyn Metric> {
    ALL.iter().copied().filter(move |m| m.applies(task))
}

/// The gate's metric where the config names none.
pub fn default_for(task: Task) -> &'static dyn Metric {
    match task {
        Task::Binary => &f1::F1,
        Task::Multiclass => &macro_f1::MacroF1,
        Task::Regression => &rmse::Rmse,
        Task::Multilabel => &micro_f1::MicroF1,
    }
}

/// Reasons that several metrics share.
mod why {
    pub const NOT_YES_NO: &str = "it has a meaning for two classes only";
    pub const NOT_CLASSES: &str = "it has a meaning for classes only";
    pub const NOT_NUMBERS: &str = "it has a meaning for quantities only";
    pub const NO_ROWS: &str = "there is no row";
    pub const NO_POSITIVE: &str = "no test row is positive";
    pub const NO_NEGATIVE: &str = "no test row is negative";
    pub const NONE_PREDICTED: &str = "no row is predicted positive";
    pub const ALL_PREDICTED: &str = "every row is predicted positive";
    pub const ONE_CLASS: &str = "the test rows are all of one class";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_metric() {
        for metric in ALL {
            assert_eq!(by_name(metric.name()).map(|m| m.label()), Ok(metric.label()));
        }
        let distinct: std::collections::BTreeSet<&str> = names().collect();
        assert_eq!(distinct.len(), ALL.len());
    }

    #[test]
    fn a_wrong_name_gets_a_hint() {
        let hint = |name| by_name(name).map(|m| m.name()).unwrap_err().hint.unwrap();
        assert_eq!(hint("rocauc"), "did you mean \"roc_auc\"?");
        assert_eq!(hint("Brier"), "did you mean \"brier\"?");
        assert!(hint("perplexity").starts_with("use one of f1, precision,"));
    }

    #[test]
    fn defaults_apply() {
        for task in Task::ALL {
            assert!(default_for(task).applies(task));
        }
        assert_eq!(Task::ALL.map(|task| applicable(task).count()), [12, 9, 4, 11]);
    }
}
