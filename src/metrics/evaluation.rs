//! How a model did on test rows, and on what terms that was measured.

use super::bootstrap::{self, Interval};
use super::{Confusion, Direction, Metric, Observations, Prepared, Value, applicable};
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
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
    /// From which probability on the positive class was predicted; unused for more than two classes.
    pub threshold: f64,
    /// How many test rows.
    pub rows: u64,
    /// How many of them each class has.
    pub rows_per_class: Vec<ClassRows>,
    /// Every metric that has a meaning for these classes, the gate's among them.
    pub metrics: Vec<Score>,
    /// Truth against prediction.
    pub confusion: Confusion,
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
    /// Computes every metric that has a meaning for these classes, with `metric` as the
    /// gate's. `seed` decides the intervals; `threads` does not show in the result.
    ///
    /// # Errors
    /// [`Kind::Config`] where `metric` has no meaning for so many classes. An undefined value
    /// is no error: it is kept with its reason, and the gate deals with it.
    pub fn of(
        observations: &Observations,
        metric: &dyn Metric,
        test_fingerprint: Fingerprint,
        model_fingerprint: Fingerprint,
        seed: u64,
        threads: usize,
    ) -> Result<Evaluation> {
        let classes = observations.classes();
        if !metric.applies(classes.len()) {
            return Err(not_for(metric, classes.len()));
        }
        let (ranked, []) = observations.ranked_with([]);
        let prepared = Prepared::new(&ranked);
        let once = prepared.once();
        let metrics: Vec<&dyn Metric> = applicable(classes.len()).collect();
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
            })
            .collect();
        let Some(gate) = scores.iter().find(|s| s.name == metric.name()) else {
            return Err(Error::internal(format!("metric {} is not registered", metric.name())));
        };
        let counted = classes.iter().zip(observations.rows_per_class());
        Ok(Evaluation {
            metric: gate.name.clone(),
            direction: gate.direction,
            value: gate.value.clone(),
            interval: gate.interval.clone(),
            threshold: observations.threshold(),
            rows: observations.rows() as u64,
            rows_per_class: counted.map(|(class, rows)| ClassRows { class: class.clone(), rows }).collect(),
            metrics: scores,
            confusion: Confusion::of(&prepared),
            test_fingerprint,
            model_fingerprint,
        })
    }

    /// The metric of that name.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.metrics.iter().find(|s| s.name == name)
    }
}

fn not_for(metric: &dyn Metric, classes: usize) -> Error {
    let usable: Vec<&str> = applicable(classes).map(|m| m.name()).collect();
    let problem = Problem::at("", format!("metric {:?} has no meaning for {classes} classes", metric.name()))
        .hint(format!("use one of {}", usable.join(", ")));
    Error::new(Kind::Config, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::by_name;
    use crate::table::Matrix;

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
        let observations = Observations::new(three, vec![2], matrix, 0.5).unwrap();
        let of = |name| {
            let fingerprint = Fingerprint::of(b"");
            Evaluation::of(&observations, by_name(name).unwrap(), fingerprint.clone(), fingerprint, 0, 1)
        };
        let error = of("f1").unwrap_err();
        assert_eq!(error.kind, Kind::Config);
        assert!(error.message().contains("use one of macro_f1, micro_f1, accuracy"), "{}", error.message());
        assert_eq!(of("macro_f1").unwrap().metrics.len(), 5);
    }
}
