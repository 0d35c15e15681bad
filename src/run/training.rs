//! `training`: merged rows in, `trainedmodel.json` out.

use super::{Context, ingestion, load_config};
use crate::cli::{Args, Binary, Output};
use crate::drift::TableSketch;
use crate::error::{Error, Result};
use crate::event::{Event, Listener, Stage, Unit};
use crate::models::{Leaderboard, Pipeline};
use crate::numbers::grouped;
use crate::stages::manifest::Manifest;
use crate::stages::scoring::Model;
use crate::stages::sketching::{self, TrainingSketch};
use crate::stages::training::{self, DataFile, DataOrigin, ModelDocument, Trained};
use crate::store::batch::Batch;
use crate::store::{envelope, files, layout};
use crate::table::Table;
use serde_json::json;
use std::path::Path;
use std::time::Instant;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "training",
    about: "Trains the configured model on finaldata.csv and saves it as trainedmodel.json.",
    example: "training --config config.json",
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
    let outcome = super::contest::check_segments(&ctx).and_then(|()| ingested(&ctx)).and_then(|manifest| {
        let table = ingestion::merged_table(&ctx, &batch, &manifest, Stage::Training)?;
        // A model in office that cannot be loaded is for the deployment to tell.
        let office = super::contest::incumbent(&ctx).ok().flatten();
        let incumbent = office.as_ref().map(|office| &office.model);
        let model = ctx.stage(Stage::Training, || train(&ctx, &mut batch, &manifest, &table, incumbent))?;
        batch.commit()?;
        Ok(model)
    });
    super::record::stage_run(&ctx, &outcome, |model: &Model, run| {
        run.data_fingerprint = Some(model.document.data.fingerprint.to_string());
        run.stages.iter_mut().for_each(|s| s.rows = Some(model.document.data.rows));
    });
    let model = outcome?;
    let facts = model.pipeline.model().facts();
    Ok(Output::new(
        summary(&model),
        json!({
            "model": model.pipeline.kind(),
            "fingerprint": model.fingerprint,
            "rows": model.document.data.rows,
            "features": model.pipeline.preparation().width(),
            "converged": facts.converged,
            "iterations": facts.iterations,
            "data_fingerprint": model.document.data.fingerprint,
            "leaderboard": model.document.leaderboard,
        }),
    ))
}

/// The manifest of what was ingested.
///
/// # Errors
/// [`crate::error::Kind::Missing`] where nothing was.
pub fn ingested(ctx: &Context<'_>) -> Result<Manifest> {
    ingestion::manifest_before(ctx)?.ok_or_else(|| {
        Error::missing(ctx.show(&ctx.config.folders.ingested), "nothing was ingested yet").hint("run ingestion first")
    })
}

/// One line about a model.
pub fn summary(model: &Model) -> String {
    let features = grouped(model.pipeline.preparation().width() as u64);
    format!(
        "{} on {} rows, {features} inputs ({})",
        model.pipeline.kind(),
        grouped(model.document.data.rows),
        model.fingerprint.short()
    )
}

/// Trains the challenger on a table; its file waits in the batch. The positive class stays
/// that of the incumbent where the config names none.
///
/// # Errors
/// The data cannot be learnt from.
pub fn train(
    ctx: &Context<'_>,
    batch: &mut Batch,
    manifest: &Manifest,
    table: &Table,
    incumbent: Option<&Model>,
) -> Result<Model> {
    let origin = DataOrigin {
        fingerprint: manifest.fingerprint.clone(),
        rows: table.rows() as u64,
        files: manifest.files.iter().map(|f| DataFile { name: f.name.clone(), sha256: f.sha256.clone() }).collect(),
    };
    let place = ctx.show(&ctx.config.folders.ingested.join(layout::MERGED));
    let begun = Instant::now();
    let before = incumbent.map(|model| model.pipeline.question());
    let watch = |done: usize, total: usize, what: &str| {
        let (done, total, what) = (done as u64, total as u64, what.to_string());
        ctx.listener.on(&Event::Progress { stage: Stage::Training, done, total, unit: Unit::Steps, what });
        begun.elapsed().as_secs() < ctx.config.model.budget_seconds
    };
    let Trained { document, pipeline, sketch, notices } =
        training::train(table, origin, ctx.config, &place, before, &watch)?;
    if let Some(board) = &document.leaderboard {
        tell(ctx, board);
    }
    for notice in notices {
        ctx.warn(Stage::Training, notice);
    }
    let time = ctx.time();
    let (bytes, fingerprint) = envelope::seal(training::FORMAT, training::FORMAT_VERSION, &time, &document)?;
    batch.write(&ctx.config.folders.model.join(layout::MODEL), &bytes)?;
    let (kept, _) = envelope::seal(sketching::FORMAT, sketching::FORMAT_VERSION, &time, &sketch)?;
    batch.write(&ctx.config.folders.model.join(layout::SKETCH), &kept)?;
    // Whatever is deployed must load: a model that does not never gets that far.
    open(&bytes, layout::MODEL).map_err(|e| {
        Error::internal("the trained model cannot be read back").why(e).hint("try another model or other parameters")
    })?;
    let format_version = training::FORMAT_VERSION;
    let model = Model { document, pipeline, fingerprint, trained: time, format_version };
    ctx.note(Stage::Training, summary(&model));
    Ok(model)
}

/// The leaderboard, a line each.
fn tell(ctx: &Context<'_>, board: &Leaderboard) {
    for (place, s) in board.standings.iter().enumerate() {
        let differing =
            Some(s.differing()).filter(|text| !text.is_empty()).map(|t| format!(" ({t})")).unwrap_or_default();
        let text = format!("{}. {} {:.4} ± {:.4} {}{differing}", place + 1, board.metric, s.mean, s.std, s.kind);
        ctx.note(Stage::Training, text);
    }
    if board.left_out > 0 {
        ctx.note(
            Stage::Training,
            format!("{} candidates were left out: model.budget_seconds was over", board.left_out),
        );
    }
    for reason in &board.failed {
        ctx.note(Stage::Training, format!("not tried to the end: {reason}"));
    }
}

/// A model from the bytes of its file.
///
/// # Errors
/// The file is damaged, foreign, or of a newer format.
pub fn open(bytes: &[u8], place: &str) -> Result<Model> {
    let opened: envelope::Opened<ModelDocument> =
        envelope::open(training::FORMAT, training::FORMAT_VERSION, bytes, place)?;
    let pipeline = Pipeline::from_value(opened.content.pipeline.clone()).map_err(|e| e.place_if_none(place))?;
    let envelope::Opened { content: document, fingerprint, time: trained, format_version } = opened;
    if !document.schema.features().eq(&pipeline.schema().columns) {
        return Err(Error::data(place, "is not a valid incumbent-model file")
            .why("the columns of its data are not those of its model")
            .hint("restore the file from a copy, or go back with deployment --rollback"));
    }
    Ok(Model { document, pipeline, fingerprint, trained, format_version })
}

/// What is kept of the training rows, from the bytes of its file.
///
/// # Errors
/// The file is damaged, foreign, or of a newer format.
pub fn open_sketch(bytes: &[u8], place: &str) -> Result<TrainingSketch> {
    let opened: envelope::Opened<TrainingSketch> =
        envelope::open(sketching::FORMAT, sketching::FORMAT_VERSION, bytes, place)?;
    let sketch = opened.content;
    let inconsistent = [&sketch.columns, &sketch.predictions].into_iter().find_map(TableSketch::inconsistent);
    if let Some(column) = inconsistent {
        return Err(Error::data(place, "the sketch of the training rows cannot be used")
            .why(format!("what it says of the column {column:?} does not go together"))
            .hint("restore the file from a backup, or train anew"));
    }
    Ok(sketch)
}

/// The model in a folder.
///
/// # Errors
/// [`crate::error::Kind::Missing`] where there is none; else as [`open`].
pub fn load(folder: &Path, ctx: &Context<'_>) -> Result<Model> {
    let path = folder.join(layout::MODEL);
    let place = ctx.show(&path);
    let bytes = files::read(&path, &place).map_err(|e| match e.kind {
        crate::error::Kind::Missing => {
            Error::missing(&place, "there is no trained model yet").hint("run training first")
        }
        _ => e,
    })?;
    open(&bytes, &place)
}
