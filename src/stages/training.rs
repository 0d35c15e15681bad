//! Training: data in, a fitted pipeline and the document that is saved out.

use super::answering;
use super::scoring::gate_metric;
use super::sketching::{self, TrainingSketch};
use super::target;
use crate::config;
use crate::dependencies::{self, PROGRAM, Package};
use crate::drift::TableSketch;
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::metrics::{Metric, Reads, log_loss::LogLoss};
use crate::models::{self, Leaderboard, Params, Pipeline, Terms};
use crate::table::{Question, Schema, Table, Target, Task, cell::Missing};
use crate::transforms::TextForm;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::Cell;

/// What a model file is called in its envelope.
pub const FORMAT: &str = "incumbent-model";
/// The newest version of the format.
pub const FORMAT_VERSION: u32 = 1;

/// The content of `trainedmodel.json`: everything needed to predict, and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelDocument {
    /// The program that trained it.
    pub program: String,
    /// The compiler of that program.
    pub rustc: String,
    /// The packages of that program.
    pub dependencies: Vec<Package>,
    /// The data that it was trained on.
    pub data: DataOrigin,
    /// The columns of that data.
    pub schema: Schema,
    /// Spellings of a missing cell in that data.
    pub missing: Vec<String>,
    /// What `auto` tried to find this model; `None` where the config named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<Leaderboard>,
    /// Preparation and model.
    pub pipeline: Value,
}

/// Where training data came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataOrigin {
    /// Of `finaldata.csv`.
    pub fingerprint: Fingerprint,
    /// Its rows.
    pub rows: u64,
    /// The input files with their fingerprints.
    pub files: Vec<DataFile>,
}

/// An input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFile {
    /// Relative to the input folder.
    pub name: String,
    /// Of the file as it lay on disk.
    pub sha256: Fingerprint,
}

/// What training makes.
pub struct Trained {
    /// What is saved of the model.
    pub document: ModelDocument,
    /// The model itself.
    pub pipeline: Pipeline,
    /// What is kept of the data.
    pub sketch: TrainingSketch,
    /// What deserves attention.
    pub notices: Vec<Problem>,
}

impl ModelDocument {
    /// The spellings of a missing cell.
    pub fn missing(&self) -> Missing {
        Missing::new(&self.missing)
    }

    /// The columns that are read for scoring: features and target.
    pub fn scoring_schema(&self) -> Schema {
        self.schema.scored()
    }
}

/// Fits the configured model on all rows of a table, or, for `auto`, the one that
/// cross-validation on these rows finds best; `before` is what the model in office answers.
/// `watch` is told before each fit how many of how many are done, and says how long a search may
/// try, see [`models::search::search`].
///
/// # Errors
/// [`Kind::Data`]: the target cannot be learnt from, or no feature is left.
pub fn train(
    table: &Table,
    origin: DataOrigin,
    config: &config::Config,
    place: &str,
    before: Option<&Question>,
    watch: &dyn Fn(usize, usize, &str) -> bool,
) -> Result<Trained> {
    let (target, mut notices) = target::learn(table, config, before, place)?;
    must_fit(config, table.schema(), target.task())?;
    let model = &config.model;
    let leaderboard = match model.kind.as_deref() == Some(models::search::NAME) {
        true => Some(choose(table, &target, config, watch).map_err(|e| e.place_if_none(place))?),
        false => None,
    };
    let (kind, given) = match leaderboard.as_ref().and_then(|board| board.standings.first()) {
        Some(best) => (best.kind.as_str(), &best.params),
        None => (model.kind.as_deref().unwrap_or(models::default_for(target.task()).name()), &model.params),
    };
    let algorithm = models::by_name(kind)?;
    let params = Params::check(algorithm.params(), given, &format!("{}: /model/params", config.name))
        .map_err(|problems| Error::of_all(Kind::Config, problems))?;
    let terms = terms(config);
    // The model, those whose answers are calibrated, and one for what is usual among its answers.
    let (fitted, fits) = (Cell::new(0), 2 + answering::fits(config, target.task()));
    let fit = |table: &Table, target: &Target| {
        watch(fitted.replace(fitted.get() + 1), fits, algorithm.name());
        Pipeline::fit(table, target, algorithm.name(), &params, &terms)
    };
    let (pipeline, told) = fit(table, &target).map_err(|e| e.place_if_none(place))?;
    notices.extend(told);
    let answering = answering::learn(table, &target, config, &|table, target| Ok(fit(table, target)?.0))
        .map_err(|e| e.place_if_none(place))?;
    let pipeline = pipeline.answering(answering);
    let (seed, threads) = (model.seed, config.threads);
    let alike = |table: &Table, target: &Target| {
        watch(fitted.get(), fits, algorithm.name());
        pipeline.fit_alike(table, target, &terms)
    };
    let usual = sketching::usual_predictions(table, &target, &pipeline, seed, threads, &alike)
        .map_err(|e| e.place_if_none(place))?;
    let sketch = TrainingSketch {
        data_fingerprint: origin.fingerprint.clone(),
        columns: TableSketch::of(table, threads),
        predictions: TableSketch::of(&usual, threads),
    };
    let build = dependencies::build();
    let document = ModelDocument {
        program: PROGRAM.to_string(),
        rustc: build.rustc.clone(),
        dependencies: build.packages.clone(),
        data: origin,
        schema: table.schema().clone(),
        missing: config.data.missing.spellings().to_vec(),
        leaderboard,
        pipeline: pipeline.to_value(),
    };
    Ok(Trained { document, pipeline, sketch, notices })
}

/// Makes sure that the settings have a meaning for such a question about these columns, before
/// anything is trained.
///
/// # Errors
/// [`Kind::Config`] with everything wrong.
pub fn must_fit(config: &config::Config, schema: &Schema, task: Task) -> Result<()> {
    let at = |key: &str| format!("{}: {key}", config.name);
    let found = [
        metric_fits(config, task).map_err(|e| e.place_if_none(&at("/gate/metric"))),
        kind_fits(config, task).map_err(|e| e.place_if_none(&at("/model/kind"))),
        models::directions::check(&config.model.monotone, schema, task, &at("/model/monotone")),
        answers_fit(config, task),
    ];
    found.into_iter().filter_map(Result::err).reduce(Error::and).map_or(Ok(()), Err)
}

/// Settings of how the model answers.
fn answers_fit(config: &config::Config, task: Task) -> Result<()> {
    let mut problems = Vec::new();
    let mut refuse = |key: &str, what: &str| {
        let problem = Problem::at(format!("{}: {key}", config.name), what);
        problems.push(problem.why(format!("the target is {}", task.words())).hint("remove the key"));
    };
    if task == Task::Regression && config.model.calibration.is_some() {
        refuse("/model/calibration", "a quantity has no probabilities to calibrate");
    }
    if !matches!(task, Task::Binary | Task::Multilabel) {
        match config.model.threshold {
            config::Threshold::Chosen => refuse("/model/threshold", "there is no threshold to choose"),
            // The default is what a config without the key has.
            config::Threshold::Fixed(config::Threshold::USUAL) => {}
            config::Threshold::Fixed(_) => refuse("/model/threshold", "no answer depends on a threshold"),
        }
    }
    if matches!(task, Task::Regression | Task::Multilabel) && config.data.positive.is_some() {
        refuse("/data/positive", "there is no positive class");
    }
    Error::unless_empty(Kind::Config, problems)
}

fn metric_fits(config: &config::Config, task: Task) -> Result<()> {
    let metric = gate_metric(config, task)?;
    if metric.applies(task) {
        return Ok(());
    }
    let error = crate::metrics::not_for(metric, task);
    Err(match (config.data.task, task) {
        (Some(Task::Multiclass), Task::Binary) => {
            error.why("the target has two classes, which is a yes/no question, whatever data.task says")
        }
        _ => error,
    })
}

fn kind_fits(config: &config::Config, task: Task) -> Result<()> {
    match config.model.kind.as_deref() {
        None => {
            let place = format!("{}: /model/params", config.name);
            let checked = Params::check(models::default_for(task).params(), &config.model.params, &place);
            checked.map(|_| ()).map_err(|problems| Error::of_all(Kind::Config, problems))
        }
        Some(models::search::NAME) => Ok(()),
        Some(kind) => models::must_learn(models::by_name(kind)?, task),
    }
}

fn terms(config: &config::Config) -> Terms<'_> {
    let text = if config.data.hashed_text { TextForm::Hashed } else { TextForm::Vocabulary };
    Terms { seed: config.model.seed, threads: config.threads, directions: &config.model.monotone, text }
}

/// Candidates are ranked by the gate's metric where it judges probabilities, else by
/// log-loss: a score of yes and no at one threshold is noisy, and rewards probabilities
/// that are bent so that the threshold fits.
fn choose(
    table: &Table,
    target: &Target,
    config: &config::Config,
    watch: &dyn Fn(usize, usize, &str) -> bool,
) -> Result<Leaderboard> {
    let gate = gate_metric(config, target.task())?;
    let metric: &dyn Metric = match gate.reads() {
        Reads::Probabilities => gate,
        Reads::Classes => &LogLoss,
    };
    models::search::search(table, target, metric, &terms(config), watch)
}
