//! How a model did on test rows, and on what terms that was measured.

use super::bootstrap::{self, Interval};
use super::{Confusion, Curves, Direction, Metric, Observations, Prepared, Reliability, Residuals, Value, applicable};
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::table::Task;
use serde::{Deserialize, Serialize};

/// Every metric of one model on one set of test rows: the core of `latestscore.json`.
///
/// Written and read back it is the same to the last bit. Two of them compare only through
/// [`crate::gate::Comparison`], which sees to equal terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The gate's metric.
    pub metric: String,
    /// Which way that metric is better.
    pub direction: Direction,
    /// Its value.
    #[serde(flatten)]
    pub value: Value,
    /// The 95% interval of the value.
    pub interval: Interval,
    /// From which probability on the positive class, or a label, was predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Whether that threshold is the model's own, chosen when it was trained: then models
    /// with unlike thresholds are on equal terms, each judged as it answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_threshold: bool,
    /// How many test rows.
    pub rows: u64,
    /// How many of them each class, or label, has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows_per_class: Vec<ClassRows>,
    /// Every metric that has a meaning for this question, the gate's among them.
    pub metrics: Vec<Score>,
    /// Truth against prediction, of classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// Truth against prediction, of each label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelCounts>,
    /// Truth against prediction, of a quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residuals: Option<Residuals>,
    /// Whether probabilities come true, for yes/no questions and labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Reliability>,
    /// What every threshold would give, for yes/no questions and labels; absent where one side
    /// of the truth has no row, and in files from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// Of the test data.
    pub test_fingerprint: Fingerprint,
    /// Of the model.
    pub model_fingerprint: Fingerprint,
}

/// One metric of an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The name in configs and files.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Which way is better.
    pub direction: Direction,
    /// The value.
    #[serde(flatten)]
    pub value: Value,
    /// Its 95% interval.
    pub interval: Interval,
    /// What a reader of the value must know: rows that it leaves out, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Rows counted by one label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// The label.
    pub label: String,
    /// Rows that have it.
    pub rows: u64,
    /// Rows that are predicted to have it.
    pub predicted: u64,
    /// Rows of which both is true.
    pub both: u64,
}

/// How many rows a class has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRows {
    /// The class, as labelled in the data.
    pub class: String,
    /// Its rows.
    pub rows: u64,
}

impl Evaluation {
    /// Computes every metric that has a meaning for this question, with `metric` as the
    /// gate's. `seed` decides the intervals; `threads` does not show in the result.
    ///
    /// # Errors
    /// [`Kind::Config`] where `metric` has no meaning for this question. An undefined value
    /// is no error: it is kept with its reason, and the gate deals with it.
    pub fn of(
        observations: &Observations,
        metric: &dyn Metric,
        test_fingerprint: Fingerprint,
        model_fingerprint: Fingerprint,
        seed: u64,
        threads: usize,
    ) -> Result<Evaluation> {
        let task = observations.task();
        if !metric.applies(task) {
            return Err(not_for(metric, task));
        }
        let (ranked, []) = observations.ranked_with([]);
        let prepared = Prepared::new(&ranked);
        let once = prepared.once();
        let metrics: Vec<&dyn Metric> = applicable(task).collect();
        let intervals = bootstrap::intervals(&prepared, &metrics, seed, threads);
        let scores: Vec<Score> = metrics
            .iter()
            .zip(intervals)
            .map(|(m, interval)| Score {
                name: m.name().to_string(),
                label: m.label().to_string(),
                direction: m.direction(),
                value: m.compute(&prepared, &once),
                interval,
                note: m.note(&prepared),
            })
            .collect();
        let Some(gate) = scores.iter().find(|s| s.name == metric.name()) else {
            return Err(Error::internal(format!("metric {} is not registered", metric.name())));
        };
        Ok(Evaluation {
            metric: gate.name.clone(),
            direction: gate.direction,
            value: gate.value.clone(),
            interval: gate.interval.clone(),
            threshold: matches!(task, Task::Binary | Task::Multilabel).then_some(observations.threshold()),
            own_threshold: false,
            rows: observations.rows() as u64,
            rows_per_class: observations
                .rows_per_class()
                .into_iter()
                .map(|(class, rows)| ClassRows { class, rows })
                .collect(),
            metrics: scores,
            confusion: task.is_classes().then(|| Confusion::of(&prepared)),
            labels: label_counts(&prepared),
            residuals: Residuals::of(observations),
            reliability: Reliability::of(observations),
            curves: Curves::of(&prepared),
            test_fingerprint,
            model_fingerprint,
        })
    }

    /// The kind of question.
    pub fn task(&self) -> Task {
        match &self.confusion {
            Some(confusion) if confusion.classes.len() > 2 => Task::Multiclass,
            Some(_) => Task::Binary,
            None if self.labels.is_empty() => Task::Regression,
            None => Task::Multilabel,
        }
    }

    /// The same evaluation with another of its metrics in the place of the gate's; `None` where
    /// it has no such metric.
    pub fn judged_by(&self, name: &str) -> Option<Evaluation> {
        let score = self.score(name)?.clone();
        let (metric, direction, value, interval) = (score.name, score.direction, score.value, score.interval);
        Some(Evaluation { metric, direction, value, interval, ..self.clone() })
    }

    /// The metric of that name.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.metrics.iter().find(|s| s.name == name)
    }
}

/// Truth against prediction, of each label; nothing where the question is not about labels.
fn label_counts(prepared: &Prepared<'_>) -> Vec<LabelCounts> {
    let Some(truth) = prepared.observations().labels() else { return Vec::new() };
    let mut names = truth.names.iter();
    let mut counts = Vec::new();
    prepared.each_class(&prepared.once(), |rows, predicted, both| {
        let label = names.next().cloned().unwrap_or_default();
        counts.push(LabelCounts { label, rows: rows as u64, predicted: predicted as u64, both: both as u64 });
    });
    counts
}

/// The error that a metric has no meaning for that kind of question.
pub fn not_for(metric: &dyn Metric, task: Task) -> Error {
    let usable: Vec<&str> = applicable(task).map(|m| m.name()).collect();
    let what = format!("metric {:?} has no meaning for a {} target", metric.name(), task.name());
    let problem = Problem::at("", what)
        .why(format!("the target is {}", task.words()))
        .hint(format!("use one of {}", usable.join(", ")));
    Error::new(Kind::Config, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::by_name;
    use crate::table::{Classes, Matrix, Target};

    fn evaluation(truth: &[u32], scores: &[f64], metric: &str) -> Evaluation {
        let observations = Observations::yes_no(["No".into(), "Yes".into()], truth.to_vec(), scores, 0.5).unwrap();
        let (test, model) = (Fingerprint::of(b"test"), Fingerprint::of(b"model"));
        Evaluation::of(&observations, by_name(metric).unwrap(), test, model, 0, 1).unwrap()
    }

    #[test]
    fn is_read_back_as_it_was() {
        let mixed = evaluation(&[0, 1, 1, 0, 1], &[0.1864, 0.9618, 1.0 / 3.0, 0.6516, 0.803], "f1");
        let no_positive = evaluation(&[0, 0, 0], &[0.1, 0.2, 0.3], "roc_auc");
        assert!(no_positive.value.reason().is_some());
        for evaluation in [mixed, no_positive] {
            let text = serde_json::to_string(&evaluation).unwrap();
            let back: Evaluation = serde_json::from_str(&text).unwrap();
            assert_eq!(back, evaluation);
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
    }

    #[test]
    fn the_gates_metric_stands_at_the_top() {
        let found = evaluation(&[0, 1, 1, 1], &[0.6, 0.9, 0.8, 0.1], "f1");
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["metric"], "f1");
        assert_eq!(json["value"], 2.0 / 3.0);
        assert_eq!(json["direction"], "higher_is_better");
        assert_eq!(json["interval"]["level"], 0.95);
        assert_eq!(json["rows_per_class"][1]["rows"], 3);
        assert_eq!(json["metrics"].as_array().unwrap().len(), 12);
        assert_eq!(found.score("recall").unwrap().value, Value::Defined(2.0 / 3.0));
    }

    #[test]
    fn a_metric_without_meaning_is_refused() {
        let matrix = Matrix::from_rows(1, 3, vec![0.2, 0.3, 0.5]).unwrap();
        let three = ["a", "b", "c"].map(String::from).to_vec();
        let target = Target::Classes(Classes { classes: three, codes: vec![2] });
        let observations = Observations::new(target, matrix, 0.5).unwrap();
        let of = |name| {
            let fingerprint = Fingerprint::of(b"");
            Evaluation::of(&observations, by_name(name).unwrap(), fingerprint.clone(), fingerprint, 0, 1)
        };
        let error = of("f1").unwrap_err();
        assert_eq!(error.kind, Kind::Config);
        assert!(error.message().contains("use one of macro_f1, macro_precision"), "{}", error.message());
        assert_eq!(of("macro_f1").unwrap().metrics.len(), 9);
    }
}
