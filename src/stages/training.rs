//! Training: data in, a fitted pipeline and the document that is saved out.

use super::scoring::{THRESHOLD, gate_metric};
use crate::config;
use crate::config::Task;
use crate::dependencies::{self, PROGRAM, Package};
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::metrics::{Metric, Reads, log_loss::LogLoss};
use crate::models::{self, Leaderboard, Params, Pipeline};
use crate::table::{Column, Role, Schema, Table, Target, TargetProblem, cell::Missing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

impl ModelDocument {
    /// The spellings of a missing cell.
    pub fn missing(&self) -> Missing {
        Missing::new(&self.missing)
    }

    /// The columns that are read for scoring: features and target.
    pub fn scoring_schema(&self) -> Schema {
        let needed = |role| matches!(role, Role::Feature | Role::Target);
        Schema { columns: self.schema.columns.iter().filter(|c| needed(c.role)).cloned().collect() }
    }
}

/// Fits the configured model on all rows of a table, or, for `auto`, the one that
/// cross-validation on these rows finds best; `time_left` says how long it may try.
///
/// # Errors
/// [`Kind::Data`]: the target cannot be learnt from, or no feature is left.
pub fn train(
    table: &Table,
    origin: DataOrigin,
    config: &config::Config,
    place: &str,
    time_left: &dyn Fn() -> bool,
) -> Result<(ModelDocument, Pipeline, Vec<Problem>)> {
    let target = learn_target(table, config, place)?;
    let leaderboard = match config.model.kind == models::search::NAME {
        true => Some(choose(table, &target, config, time_left).map_err(|e| e.place_if_none(place))?),
        false => None,
    };
    let (kind, given) = match leaderboard.as_ref().and_then(|board| board.standings.first()) {
        Some(best) => (&best.kind, &best.params),
        None => (&config.model.kind, &config.model.params),
    };
    let algorithm = models::by_name(kind)?;
    let params = Params::check(algorithm.params(), given, &format!("{}: /model/params", config.name))
        .map_err(|problems| Error::of_all(Kind::Config, problems))?;
    let (pipeline, notices) =
        Pipeline::fit(table, &target, algorithm.name(), &params, config.model.seed, config.threads)
            .map_err(|e| e.place_if_none(place))?;
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
    Ok((document, pipeline, notices))
}

/// Candidates are ranked by the gate's metric where it judges probabilities, else by
/// log-loss: a score of yes and no at one threshold is noisy, and rewards probabilities
/// that are bent so that the threshold fits.
fn choose(
    table: &Table,
    target: &Target,
    config: &config::Config,
    time_left: &dyn Fn() -> bool,
) -> Result<Leaderboard> {
    let gate = gate_metric(config, target.classes.len())?;
    let metric: &dyn Metric = match gate.reads() {
        Reads::Probabilities => gate,
        Reads::Classes => &LogLoss,
    };
    models::search::search(table, target, metric, config.model.seed, config.threads, THRESHOLD, time_left)
}

fn learn_target(table: &Table, config: &config::Config, place: &str) -> Result<Target> {
    let Some(schema) = table.schema().target() else {
        return Err(Error::data(place, "there is no target column").hint("name it in data.target"));
    };
    let column = table.column(&schema.name).ok_or_else(|| Error::internal("the target has no column"))?;
    let target = Target::learn(column, config.data.positive.as_deref())
        .map_err(|problem| target_error(problem, &schema.name, place, &config.name))?;
    check_task(&target, table, config, place, &schema.name)?;
    Ok(target)
}

/// More different numbers than this are a quantity and not classes.
const MANY_NUMBERS: usize = 20;

/// Whether the target's values are those of the task.
fn check_task(target: &Target, table: &Table, config: &config::Config, place: &str, column: &str) -> Result<()> {
    let classes = target.classes.len();
    let shown: Vec<&str> = target.classes.iter().take(5).map(String::as_str).collect();
    let told =
        |why: String| Error::data(place, format!("the target {column:?} has {classes} different values")).why(why);
    for (i, a) in target.classes.iter().enumerate() {
        if let Some(b) = target.classes[i + 1..].iter().find(|b| a.to_lowercase() == b.to_lowercase()) {
            let counts = target.counts();
            let rows =
                |label: &String| target.classes.iter().position(|c| c == label).and_then(|c| counts.get(c)).copied();
            let (of_a, of_b) = (rows(a).unwrap_or_default(), rows(b).unwrap_or_default());
            return Err(Error::data(
                place,
                format!("the target {column:?} holds {a:?} in {of_a} rows and {b:?} in {of_b}"),
            )
            .why("the two labels differ in capitals only")
            .hint("write them alike in the input files"));
        }
    }
    if classes > 2 && config.data.task == Some(Task::Binary) {
        return Err(told(format!("data.task is binary; the first values are {}", shown.join(", ")))
            .hint("name the right column in data.target, or say \"task\": \"multiclass\""));
    }
    let numbers = table.column(column).is_some_and(|c| matches!(c, Column::Numbers(_)));
    if classes > MANY_NUMBERS && numbers && config.data.task.is_none() {
        return Err(told(format!("they look like a quantity: {}", shown.join(", "))).hint(
            "classes are learnt here, not quantities: name the right column in data.target, or say \"task\": \
             \"multiclass\" where the numbers are names",
        ));
    }
    if classes * 2 > table.rows() {
        return Err(told(format!("that is more than one for every two of the {} rows", table.rows()))
            .hint("a class is learnt from several rows: name the right column in data.target"));
    }
    if classes > 2 && config.data.positive.is_some() {
        let problem =
            Problem::at(format!("{}: /data/positive", config.name), "there is no positive class among several");
        return Err(Error::new(Kind::Config, problem.hint("remove the key, or make the target a yes/no question")));
    }
    Ok(())
}

/// The words for a target that cannot be used.
pub fn target_error(problem: TargetProblem, column: &str, place: &str, config: &str) -> Error {
    match problem {
        TargetProblem::MissingLabels(rows) => {
            Error::data(place, format!("the target {column:?} is missing in {rows} rows"))
                .hint("rows without a label cannot be used here")
        }
        TargetProblem::OneClass(class) => {
            let what = match class {
                Some(class) => format!("the target {column:?} is {class:?} in every row"),
                None => format!("the target {column:?} has no value"),
            };
            Error::data(place, what)
                .why("a model learns from at least two classes")
                .hint("add rows of the other class, or name the right column in data.target")
        }
        TargetProblem::NoSuchPositive(classes) => Error::new(
            Kind::Config,
            Problem::at(format!("{config}: /data/positive"), format!("the target {column:?} has no such value"))
                .hint(format!("its values are {}", classes.iter().take(10).cloned().collect::<Vec<_>>().join(", "))),
        ),
        TargetProblem::UnknownLabel { label, row } => {
            Error::data(place, format!("the target {column:?} is {label:?} in data row {}", row + 1))
                .why("the model was not trained with this class")
                .hint("mend the label, or train on data that has it")
        }
    }
}
