//! `scoring`: a model and the test data in, `latestscore.txt` and `latestscore.json` out.

use super::{Context, load_config, training};
use crate::cli::{Args, Binary, Output};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::event::{Listener, Stage};
use crate::fingerprint::Fingerprint;
use crate::metrics::{Evaluation, Observations};
use crate::numbers::grouped;
use crate::stages::importance::{self, ColumnImportance};
use crate::stages::reading::TableReader;
use crate::stages::scoring::{self, Model, ScoreDocument, common_schema, gate_metric, score};
use crate::store::batch::Batch;
use crate::store::{files, layout, stated};
use crate::table::{Question, Role, Schema, Table};
use serde_json::json;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "scoring",
    about: "Scores the trained model on the test data and saves the score with all its metrics.",
    example: "scoring --config config.json",
    changes: true,
    more: Vec::new,
    run: command,
    failed: None,
};

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    let mut work = || -> Result<(Model, ScoreDocument)> {
        let model = training::load(&config.folders.model, &ctx)?;
        let document = ctx.stage(Stage::Scoring, || {
            let test = test_rows(&ctx, &common_schema(&[&model]))?;
            let (observations, evaluation) = test.score(&model, model.pipeline.question(), &config)?;
            let importance = test.importance(&model, &observations, &config)?;
            save(&ctx, &mut batch, evaluation, importance)
        })?;
        batch.commit()?;
        Ok((model, document))
    };
    let outcome = work();
    super::record::stage_run(&ctx, &outcome, |(_, document), run| {
        run.scores.push(super::record::score(&document.evaluation, "challenger", None));
        run.metric = Some(document.evaluation.metric.clone());
        run.new_score = document.evaluation.value.get();
        run.stages.iter_mut().for_each(|s| s.rows = Some(document.evaluation.rows));
    });
    let (model, document) = outcome?;
    Ok(Output::new(
        format!("{}\n{}", summary(&document.evaluation), table(&document.evaluation)),
        json!({ "score": document, "model": model.pipeline.kind() }),
    ))
}

/// One line about a score.
pub fn summary(evaluation: &Evaluation) -> String {
    let rows = match evaluation.rows {
        1 => "1 test row".to_string(),
        n => format!("{} test rows", grouped(n)),
    };
    let interval = match evaluation.interval.bounds() {
        Some((low, high)) => format!(", 95% interval {low:.4} to {high:.4}"),
        None => String::new(),
    };
    match evaluation.value.get() {
        Some(value) => {
            let note = evaluation.score(&evaluation.metric).and_then(|s| s.note.as_ref());
            let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
            format!("{} {value:.4} on {rows}{interval}{note}", evaluation.metric)
        }
        None => format!(
            "{} is undefined on {rows}: {}",
            evaluation.metric,
            evaluation.value.reason().unwrap_or("no reason known")
        ),
    }
}

fn table(evaluation: &Evaluation) -> String {
    let line = |s: &crate::metrics::Score| {
        let value = s.value.get().map_or("undefined".to_string(), |v| format!("{v:.6}"));
        let interval = s.interval.bounds().map_or(String::new(), |(l, h)| format!("{l:.4} – {h:.4}"));
        format!("  {:<20}{value:>12}  {interval}", s.name)
    };
    evaluation.metrics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The test data.
pub struct TestRows {
    /// The rows.
    pub rows: Table,
    /// Of the files that they come from.
    pub fingerprint: Fingerprint,
    /// What messages call them.
    pub place: String,
}

/// Reads all files of the test folder, the columns of `schema` by name.
///
/// # Errors
/// [`crate::error::Kind::Missing`]: no folder or no file. [`crate::error::Kind::Data`]: columns
/// are missing, or too many rows cannot be used.
pub fn test_rows(ctx: &Context<'_>, schema: &Schema) -> Result<TestRows> {
    let folder = &ctx.config.folders.test;
    let place = ctx.show(folder);
    let (inputs, notices) = files::inputs(folder, &ctx.config.folders)?;
    for notice in notices {
        ctx.warn(Stage::Scoring, notice);
    }
    if inputs.is_empty() {
        return Err(Error::missing(&place, "there is no test data").hint("put a labelled CSV file there"));
    }
    // Rules are for what models see: a column that is read to tell segments apart costs no row.
    let seen = |name: &str| schema.columns.iter().any(|c| c.name == name && c.role != Role::Ignored);
    let mut data = ctx.config.data.clone();
    data.rules.retain(|name, _| seen(name));
    let watch = ctx.reading(Stage::Scoring, inputs.iter().map(|input| input.bytes).sum());
    let mut reader = TableReader::new(schema, &data).threads(ctx.config.threads).watched(&watch);
    let fingerprints = super::inputs::read(inputs.iter(), &mut reader)?;
    let (rows, notice) = reader.finish(&place)?;
    if let Some(notice) = notice {
        ctx.warn(Stage::Scoring, notice);
    }
    let fingerprint = Fingerprint::of_parts(fingerprints.iter().map(Fingerprint::as_str));
    Ok(TestRows { rows, fingerprint, place })
}

impl TestRows {
    /// What a model says of these rows, and every metric of it.
    ///
    /// # Errors
    /// As [`score`].
    pub fn score(&self, model: &Model, question: &Question, config: &Config) -> Result<(Observations, Evaluation)> {
        score(model, &self.rows, question, &self.place, &self.fingerprint, config)
    }

    /// What a model leans on, on these rows, by the gate's metric.
    ///
    /// # Errors
    /// As [`permutation`](importance::permutation).
    pub fn importance(
        &self,
        model: &Model,
        observations: &Observations,
        config: &Config,
    ) -> Result<Vec<ColumnImportance>> {
        let metric = gate_metric(config, observations.task())?;
        importance::permutation(model, &self.rows, observations, metric, config.model.seed, config.threads)
    }
}

/// Puts a score into the batch.
///
/// # Errors
/// Writing failed.
pub fn save(
    ctx: &Context<'_>,
    batch: &mut Batch,
    evaluation: Evaluation,
    importance: Vec<ColumnImportance>,
) -> Result<ScoreDocument> {
    let document = ScoreDocument::new(evaluation, importance, &ctx.time(), &ctx.run_id);
    let folder = &ctx.config.folders.model;
    batch.write(&folder.join(layout::SCORE_TEXT), document.bare().as_bytes())?;
    batch.write(&folder.join(layout::SCORE), &to_json(&document)?)?;
    Ok(document)
}

/// The score of the model in the model folder.
///
/// # Errors
/// [`Kind::Missing`](crate::error::Kind::Missing): it has none yet. [`Kind::Data`](crate::error::Kind::Data):
/// the score there is another model's, or no score.
pub fn load(ctx: &Context<'_>, model: &Model) -> Result<ScoreDocument> {
    let path = ctx.config.folders.model.join(layout::SCORE);
    let place = ctx.show(&path);
    let bytes = files::read_if_there(&path, &place)?
        .ok_or_else(|| Error::missing(&place, "the trained model has no score yet").hint("run scoring first"))?;
    stated::refuse_foreign(scoring::FORMAT, scoring::FORMAT_VERSION, &bytes, &place)?;
    let score: ScoreDocument = serde_json::from_slice(&bytes)
        .map_err(|e| Error::data(&place, "is no score").why(e).hint("run scoring again"))?;
    if score.evaluation.model_fingerprint != model.fingerprint {
        return Err(Error::data(&place, "the score belongs to another model").hint("run scoring again"));
    }
    Ok(score)
}

/// A document as JSON for people and programs.
///
/// # Errors
/// It cannot be written as JSON.
pub fn to_json<T: serde::Serialize>(document: &T) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(document).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    bytes.push(b'\n');
    Ok(bytes)
}
