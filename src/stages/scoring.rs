//! Scoring: a model and labelled rows in, an evaluation out.

use super::importance::ColumnImportance;
use super::target;
use super::training::ModelDocument;
use crate::config::{Config, Threshold};
use crate::error::{Error, Kind, Result};
use crate::fingerprint::Fingerprint;
use crate::metrics::{self, Evaluation, Metric, Observations};
use crate::models::Pipeline;
use crate::table::{ColumnSchema, Matrix, Question, Role, Schema, Table, Task, Type};
use serde::{Deserialize, Serialize};

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
    /// The version of the format of its file.
    pub format_version: u32,
}

/// The name of the format of scores, and its version; a reader refuses any other.
pub const FORMAT: &str = "incumbent-score";
/// See [`FORMAT`].
pub const FORMAT_VERSION: u32 = 1;

/// `latestscore.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreDocument {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// When it was taken, RFC 3339.
    pub time: String,
    /// By which run.
    pub run_id: String,
    /// The score and all that belongs to it.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// What the model leans on, by the gate's metric on the test rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<ColumnImportance>,
}

impl ScoreDocument {
    /// A score taken now.
    pub fn new(evaluation: Evaluation, importance: Vec<ColumnImportance>, time: &str, run_id: &str) -> ScoreDocument {
        ScoreDocument {
            format: FORMAT.to_string(),
            format_version: FORMAT_VERSION,
            time: time.to_string(),
            run_id: run_id.to_string(),
            evaluation,
            importance,
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
    joined(models.iter().map(|model| model.document.scoring_schema()))
}

/// The columns of the first of these schemas, and of the others what those before do not have.
pub fn joined(schemas: impl IntoIterator<Item = Schema>) -> Schema {
    let mut joined = Schema::default();
    for column in schemas.into_iter().flat_map(|schema| schema.columns) {
        if joined.position(&column.name).is_none() {
            joined.columns.push(column);
        }
    }
    joined
}

/// As [`common_schema`], with the columns of `gate.segments`, which a model may ignore: typed as
/// the first model's training data has them; where it does not, as `data.types` says, else
/// categories.
pub fn segmented_schema(models: &[&Model], config: &Config) -> Schema {
    let schemas: Vec<&Schema> = models.iter().map(|model| &model.document.schema).collect();
    with_segments(common_schema(models), &schemas, config)
}

/// The schema with the columns of `gate.segments`, typed as the first of the training data's schemas
/// has them.
pub fn with_segments(mut schema: Schema, trained: &[&Schema], config: &Config) -> Schema {
    for name in &config.gate.segments {
        if schema.position(name).is_some() {
            continue;
        }
        let known = trained.iter().find_map(|schema| schema.columns.iter().find(|c| c.name == *name));
        let kind = known.map(|c| c.kind).or_else(|| config.data.hints.types.get(name).copied());
        let kind = kind.unwrap_or(Type::Category);
        schema.columns.push(ColumnSchema { name: name.clone(), kind, role: Role::Ignored });
    }
    schema
}

/// The question that all of these models answer. Models of several classes may know
/// different ones: a class that is new in the data is one that the older model never says.
///
/// # Errors
/// [`Kind::Data`]: they answer different questions.
pub fn common_question(models: &[&Model]) -> Result<Question> {
    one_question(models.iter().map(|model| model.pipeline.question()))
}

/// The same for questions.
///
/// # Errors
/// As [`common_question`].
pub fn one_question<'a>(questions: impl IntoIterator<Item = &'a Question>) -> Result<Question> {
    let mut questions = questions.into_iter();
    let first = questions.next().cloned().ok_or_else(|| Error::internal("no model to ask"))?;
    questions.try_fold(first, |common, other| match (&common, other) {
        (a, b) if a == b => Ok(common),
        (Question::Classes(a), Question::Classes(b)) if grown(a, b) => {
            let new = b.iter().filter(|class| !a.contains(class));
            Ok(Question::Classes(a.iter().chain(new).cloned().collect()))
        }
        (a, b) => {
            let told = |question: &Question| match question {
                Question::Number => "a quantity".to_string(),
                other => format!("{} ({})", other.task().words(), other.names().join(", ")),
            };
            Err(Error::data("", "challenger and incumbent answer different questions")
                .why(format!("{} against {}", told(a), told(b)))
                .hint("keep data.target and data.positive as they were, or deploy to another prod_deployment_path"))
        }
    })
}

/// Whether two sets of classes may be the same ones at different times: one holds all of the
/// other, and more; or both are several, and share two at least.
fn grown(a: &[String], b: &[String]) -> bool {
    let shared = a.iter().filter(|class| b.contains(class)).count();
    a.len() != b.len() && shared == a.len().min(b.len()) || a.len() > 2 && b.len() > 2 && shared >= 2
}

/// What a model says of labelled rows, and every metric of it. `place` is what messages
/// call the rows, `fingerprint` is theirs; `question` is the model's own, or a
/// [`common_question`].
///
/// # Errors
/// [`Kind::Data`]: a feature or the target is missing, or a label is none of the question's
/// classes. [`Kind::Config`]: the gate's metric has no meaning for the question.
pub fn score(
    model: &Model,
    rows: &Table,
    question: &Question,
    place: &str,
    fingerprint: &Fingerprint,
    config: &Config,
) -> Result<(Observations, Evaluation)> {
    let said = model.pipeline.predict(rows, config.threads).map_err(|e| e.place_if_none(place))?;
    judge(model, said, rows, question, place, fingerprint, config)
}

/// As [`score`], of what the model has already said; of `rows` only the target is looked at.
///
/// # Errors
/// As [`score`].
pub fn judge(
    model: &Model,
    said: Matrix,
    rows: &Table,
    question: &Question,
    place: &str,
    fingerprint: &Fingerprint,
    config: &Config,
) -> Result<(Observations, Evaluation)> {
    let truth = target::read(rows, &model.document.schema, question, place)?;
    let answers = match (model.pipeline.question(), question) {
        (own, asked) if own == asked => said,
        (own, asked) => widened(&said, own.names(), asked.names()),
    };
    let observations = Observations::new(truth, answers, threshold(model, config))?;
    let mut evaluation = Evaluation::of(
        &observations,
        gate_metric(config, observations.task())?,
        fingerprint.clone(),
        model.fingerprint.clone(),
        config.model.seed,
        config.threads,
    )
    .map_err(|e| e.place_if_none(&format!("{}: /gate/metric", config.name)))?;
    evaluation.own_threshold = config.model.threshold == Threshold::Chosen && evaluation.threshold.is_some();
    Ok((observations, evaluation))
}

/// From which probability on a model says yes, in scores as in answers: a threshold of the
/// config holds for every model; where it is to be chosen, each model has its own.
pub fn threshold(model: &Model, config: &Config) -> f64 {
    match config.model.threshold {
        Threshold::Fixed(threshold) => threshold,
        Threshold::Chosen => model.pipeline.threshold(),
    }
}

/// Probabilities of some classes as those of more, the others having none.
fn widened(said: &Matrix, own: &[String], asked: &[String]) -> Matrix {
    let places: Vec<Option<usize>> = own.iter().map(|class| asked.iter().position(|a| a == class)).collect();
    let mut out = Matrix::zeros(said.rows(), asked.len());
    for row in 0..said.rows() {
        for (place, share) in places.iter().zip(said.row(row)) {
            if let Some(place) = place {
                out.row_mut(row)[*place] = *share;
            }
        }
    }
    out
}

/// The gate's metric: the configured one, or the default for that kind of question.
///
/// # Errors
/// [`Kind::Config`] where there is none of that name.
pub fn gate_metric(config: &Config, task: Task) -> Result<&'static dyn Metric> {
    match &config.gate.metric {
        Some(name) => metrics::by_name(name).map_err(|problem| Error::new(Kind::Config, problem)),
        None => Ok(metrics::default_for(task)),
    }
}
