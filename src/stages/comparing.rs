//! Two deployed versions side by side: how they score on the same rows, how sure the
//! difference is, and in what they differ.

use super::importance::ColumnImportance;
use super::scoring::Model;
use super::training::{DataFile, ModelDocument};
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::gate::Comparison;
use crate::metrics::{Direction, Evaluation, Interval, Observations, Value as Number};
use crate::table::Role;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A version on its way into a comparison.
pub struct Entrant<'a> {
    /// Its number, when it was deployed (RFC 3339) and why.
    pub deployed: Deployed,
    /// Its model.
    pub model: &'a Model,
    /// What the model says of the test rows.
    pub observations: &'a Observations,
    /// How it scores on them.
    pub evaluation: Evaluation,
    /// What it leans on there; empty where that is not known.
    pub importance: Vec<ColumnImportance>,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deployed {
    /// The number of the version.
    pub version: u64,
    /// When it was deployed, RFC 3339.
    #[serde(rename = "deployed")]
    pub time: String,
    /// Why, in words.
    pub reason: String,
}

/// One of the two.
#[derive(Debug, Clone, Serialize)]
pub struct Side {
    /// The deployment.
    #[serde(flatten)]
    pub deployed: Deployed,
    /// The algorithm.
    pub kind: String,
    /// The kind of its answers' parameters, by name.
    pub parameters: Map<String, Value>,
    /// When it was trained, RFC 3339.
    pub trained: String,
    /// By which program.
    pub program: String,
    /// Rows that it was trained on.
    pub training_rows: u64,
    /// Of those rows.
    pub training_fingerprint: Fingerprint,
    /// Every metric on the test rows.
    pub evaluation: Evaluation,
    /// What it leans on.
    pub importance: Vec<ColumnImportance>,
}

/// How far a metric of the second is from that of the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The metric.
    pub metric: String,
    /// Its name for people.
    pub label: String,
    /// Which way it is better.
    pub direction: Direction,
    /// Second less first, in the unit of the metric.
    pub difference: Number,
    /// The 95% interval of that, over resampled rows that both answered.
    pub interval: Interval,
    /// The two-sided p-value of the paired test that fits the metric.
    pub p_two_sided: Number,
}

impl Difference {
    /// Whether the interval leaves no doubt which of the two is better.
    pub fn is_clear(&self) -> bool {
        self.interval.bounds().is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }

    /// Whether the second is better; `None` where neither is or the difference is undefined.
    pub fn second_is_better(&self) -> Option<bool> {
        let gain = self.direction.gain(0.0, self.difference.get()?);
        (gain != 0.0).then_some(gain > 0.0)
    }
}

/// Something that each of the two has its own value of, or none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unlike {
    /// What it is.
    pub name: String,
    /// The value of the first.
    pub first: Option<String>,
    /// The value of the second.
    pub second: Option<String>,
}

/// Input files of the two, told apart by their content.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Files {
    /// How many both were trained on.
    pub both: u64,
    /// Those of the first alone.
    pub first_only: Vec<DataFile>,
    /// Those of the second alone.
    pub second_only: Vec<DataFile>,
}

/// Two versions side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// The two, in the order in which they were asked for.
    pub versions: [Side; 2],
    /// Whether both hold the very same model.
    pub same_model: bool,
    /// On how many test rows the gate's metric can tell the two apart.
    pub rows_that_differ: u64,
    /// Whether the test rows leave open which of the two is better by the gate's metric;
    /// `None` where it is undefined.
    pub indistinguishable: Option<bool>,
    /// Every metric that both have; the gate's is `evaluation.metric` of each.
    pub differences: Vec<Difference>,
    /// What they were trained on.
    pub files: Files,
    /// Parameters that differ, and the algorithm where it does.
    pub parameters: Vec<Unlike>,
    /// Columns that the models see which differ, with their types.
    pub features: Vec<Unlike>,
    /// Packages of the programs that trained them which differ, and the compiler.
    pub dependencies: Vec<Unlike>,
}

impl Compared {
    /// The difference of the gate's metric.
    pub fn gate(&self) -> Option<&Difference> {
        self.differences.iter().find(|d| d.metric == self.versions[0].evaluation.metric)
    }
}

/// Compares two versions. `seed` decides the resamples; `threads` does not show in the result.
///
/// # Errors
/// Internal, where the two were not scored on equal terms.
pub fn compare(entrants: [Entrant<'_>; 2], seed: u64, threads: usize) -> Result<Compared> {
    let [first, second] = &entrants;
    let (old, new) = (&first.evaluation, &second.evaluation);
    let gate = Comparison::paired((old, first.observations), (new, second.observations), seed, threads)?;
    let mut differences = Vec::new();
    for score in &old.metrics {
        let (Some(a), Some(b)) = (old.judged_by(&score.name), new.judged_by(&score.name)) else { continue };
        let found = Comparison::paired((&a, first.observations), (&b, second.observations), seed, threads)?;
        let Some(paired) = found.paired_tests() else { continue };
        differences.push(Difference {
            metric: score.name.clone(),
            label: score.label.clone(),
            direction: score.direction,
            difference: paired.bootstrap.difference.clone(),
            interval: paired.bootstrap.interval.clone(),
            p_two_sided: paired.p_two_sided.clone(),
        });
    }
    let paired = gate.paired_tests();
    let doubtful = differences.iter().find(|d| d.metric == old.metric).and_then(|d| {
        d.interval.bounds()?;
        Some(!d.is_clear() || paired.is_some_and(|p| p.is_too_few()))
    });
    let (a, b) = (&first.model.document, &second.model.document);
    Ok(Compared {
        same_model: first.model.fingerprint == second.model.fingerprint,
        rows_that_differ: paired.map_or(0, |p| p.differing),
        indistinguishable: doubtful,
        differences,
        files: files(&a.data.files, &b.data.files),
        parameters: unlike([parameters(first.model), parameters(second.model)]),
        features: unlike([a, b].map(features)),
        dependencies: unlike([a, b].map(packages)),
        versions: entrants.map(side),
    })
}

fn side(entrant: Entrant<'_>) -> Side {
    let Entrant { deployed, model, evaluation, importance, .. } = entrant;
    let document = &model.document;
    Side {
        deployed,
        kind: model.pipeline.kind().to_string(),
        parameters: model.pipeline.params().to_json(),
        trained: model.trained.clone(),
        program: document.program.clone(),
        training_rows: document.data.rows,
        training_fingerprint: document.data.fingerprint.clone(),
        evaluation,
        importance,
    }
}

/// Files by content; of several with the same content each counts.
fn files(first: &[DataFile], second: &[DataFile]) -> Files {
    let only = |those: &[DataFile], others: &[DataFile]| -> Vec<DataFile> {
        those.iter().filter(|file| others.iter().all(|other| other.sha256 != file.sha256)).cloned().collect()
    };
    let first_only = only(first, second);
    Files { both: (first.len() - first_only.len()) as u64, first_only, second_only: only(second, first) }
}

type Named = BTreeMap<String, String>;

fn parameters(model: &Model) -> Named {
    let plain = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let own = model.pipeline.params().to_json().into_iter().map(|(name, value)| (name, plain(value)));
    let kind = ("kind".to_string(), model.pipeline.kind().to_string());
    let seed = ("seed".to_string(), model.pipeline.seed().to_string());
    own.chain([kind, seed]).collect()
}

fn features(document: &ModelDocument) -> Named {
    let columns = document.schema.columns.iter().filter(|column| column.role == Role::Feature);
    columns.map(|column| (column.name.clone(), column.kind.name().to_string())).collect()
}

/// Direct packages: the others follow from them and from the machine that built the program.
fn packages(document: &ModelDocument) -> Named {
    let direct = document.dependencies.iter().filter(|package| package.direct);
    let own = [("program".to_string(), document.program.clone()), ("rustc".to_string(), document.rustc.clone())];
    direct.map(|package| (package.name.clone(), package.version.clone())).chain(own).collect()
}

/// What is not the same in both, by name.
fn unlike([first, second]: [Named; 2]) -> Vec<Unlike> {
    let names: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let both = names.into_iter().map(|name| (name, first.get(name), second.get(name)));
    both.filter(|(_, a, b)| a != b)
        .map(|(name, a, b)| Unlike { name: name.clone(), first: a.cloned(), second: b.cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let named = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        let found =
            unlike([named(&[("a", "1"), ("b", "2"), ("c", "3")]), named(&[("b", "2"), ("c", "4"), ("d", "5")])]);
        let told: Vec<_> = found.iter().map(|u| (u.name.as_str(), u.first.as_deref(), u.second.as_deref())).collect();
        assert_eq!(told, [("a", Some("1"), None), ("c", Some("3"), Some("4")), ("d", None, Some("5"))]);
    }

    #[test]
    fn files_are_told_apart_by_content() {
        let file = |name: &str, content: &str| DataFile {
            name: name.to_string(),
            sha256: Fingerprint::of(content.as_bytes()),
        };
        let found = files(&[file("a", "1"), file("b", "2")], &[file("renamed", "1"), file("b", "3"), file("c", "4")]);
        assert_eq!(found.both, 1);
        assert_eq!(found.first_only, [file("b", "2")]);
        assert_eq!(found.second_only, [file("b", "3"), file("c", "4")]);
    }

    #[test]
    fn the_direction_says_which_is_better() {
        let difference = |direction, difference, interval: [f64; 2]| Difference {
            metric: "m".to_string(),
            label: "M".to_string(),
            direction,
            difference: Number::of(difference),
            interval: Interval::Known { low: interval[0], high: interval[1], level: 0.95 },
            p_two_sided: Number::of(0.01),
        };
        let loss = difference(Direction::LowerIsBetter, -0.2, [-0.3, -0.1]);
        assert_eq!((loss.second_is_better(), loss.is_clear()), (Some(true), true));
        let tie = difference(Direction::HigherIsBetter, 0.0, [-0.1, 0.1]);
        assert_eq!((tie.second_is_better(), tie.is_clear()), (None, false));
    }
}
