//! Scoring: a model and labelled rows in, an evaluation out.

use super::training::{ModelDocument, target_error};
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::metrics::{self, Evaluation, Metric, Observations};
use crate::models::Pipeline;
use crate::table::{Schema, Table, Target};
use serde::{Deserialize, Serialize};

/// From this probability on the positive class is predicted.
pub const THRESHOLD: f64 = 0.5;

/// A model that can be asked.
#[derive(Debug)]
pub struct Model {
    /// What the file says.
    pub document: ModelDocument,
    /// Preparation and model.
    pub pipeline: Pipeline,
    /// Of the file's content.
    pub fingerprint: Fingerprint,
    /// When it was trained, RFC 3339.
    pub trained: String,
}

/// `latestscore.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreDocument {
    /// Always `incumbent-score`.
    pub format: String,
    /// Always 1.
    pub format_version: u32,
    /// When it was taken, RFC 3339.
    pub time: String,
    /// By which run.
    pub run_id: String,
    /// The score and all that belongs to it.
    #[serde(flatten)]
    pub evaluation: Evaluation,
}

impl ScoreDocument {
    /// A score taken now.
    pub fn new(evaluation: Evaluation, time: &str, run_id: &str) -> ScoreDocument {
        ScoreDocument {
            format: "incumbent-score".to_string(),
            format_version: 1,
            time: time.to_string(),
            run_id: run_id.to_string(),
            evaluation,
        }
    }

    /// The bare score and a newline, as `latestscore.txt` has it.
    pub fn bare(&self) -> String {
        match self.evaluation.value.get() {
            Some(value) => format!("{value}\n"),
            None => "undefined\n".to_string(),
        }
    }
}

/// The columns needed to score all of these models on the same rows: those of the first,
/// and of the others what the first does not have.
pub fn common_schema(models: &[&Model]) -> Schema {
    let mut schema = Schema::default();
    for model in models {
        for column in model.document.scoring_schema().columns {
            if schema.position(&column.name).is_none() {
                schema.columns.push(column);
            }
        }
    }
    schema
}

/// What a model says of labelled rows, and every metric of it. `place` is what messages
/// call the rows, `fingerprint` is theirs.
///
/// # Errors
/// [`Kind::Data`](crate::error::Kind::Data): a feature or the target is missing, or a label is
/// none of the model's classes. [`Kind::Config`](crate::error::Kind::Config): the gate's metric
/// has no meaning for them.
pub fn score(
    model: &Model,
    rows: &Table,
    place: &str,
    fingerprint: &Fingerprint,
    config: &Config,
) -> Result<(Observations, Evaluation)> {
    let observations = observe(model, rows, place, config.threads)?;
    let evaluation = evaluate(model, &observations, fingerprint, config)?;
    Ok((observations, evaluation))
}

/// What a model says of labelled rows. `place` is what messages call the rows.
///
/// # Errors
/// A feature or the target is missing, or a label is none of the model's classes.
fn observe(model: &Model, rows: &Table, place: &str, threads: usize) -> Result<Observations> {
    let target = model.document.schema.target().ok_or_else(|| Error::internal("the model has no target"))?;
    let column = rows
        .column(&target.name)
        .ok_or_else(|| Error::data(place, format!("the target column {:?} is missing", target.name)))?;
    let truth = Target::read(column, model.pipeline.classes())
        .map_err(|problem| target_error(problem, &target.name, place, "config"))?;
    let probabilities = model.pipeline.predict(rows, threads).map_err(|e| e.place_if_none(place))?;
    Observations::new(truth.classes, truth.codes, probabilities, THRESHOLD)
}

/// The gate's metric: the configured one, or the default for so many classes.
///
/// # Errors
/// [`Kind::Config`](crate::error::Kind::Config) where there is none of that name.
pub fn gate_metric(config: &Config, classes: usize) -> Result<&'static dyn Metric> {
    match &config.gate.metric {
        Some(name) => metrics::by_name(name).map_err(|p: Problem| Error::new(crate::error::Kind::Config, p)),
        None => Ok(metrics::default_for(classes)),
    }
}

/// Every metric of a model on labelled rows, with the configured one as the gate's.
///
/// # Errors
/// [`Kind::Config`](crate::error::Kind::Config) where the metric has no meaning for the model's classes.
fn evaluate(model: &Model, observations: &Observations, rows: &Fingerprint, config: &Config) -> Result<Evaluation> {
    let metric = gate_metric(config, observations.classes().len())?;
    let fingerprint = model.fingerprint.clone();
    Evaluation::of(observations, metric, rows.clone(), fingerprint, config.model.seed, config.threads)
        .map_err(|e| e.place_if_none(&format!("{}: /gate/metric", config.name)))
}
