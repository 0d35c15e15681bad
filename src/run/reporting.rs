//! `reporting`: the confusion matrix, or what stands for it, as a picture and the report as a PDF.

use super::{Context, contest, diagnostics, ingestion, load_config, record, training};
use crate::cli::{Args, Binary, Output};
use crate::error::Result;
use crate::event::{Listener, Stage};
use crate::metrics::Evaluation;
use crate::parallel;
use crate::report::charts;
use crate::report::pdf;
use crate::report::sections::{self, Findings};
use crate::stages::decision::LastRun;
use crate::stages::diagnostics::Diagnostics;
use crate::stages::importance::ColumnImportance;
use crate::stages::manifest::Manifest;
use crate::stages::scoring::{Model, common_question, common_schema};
use crate::store::batch::Batch;
use crate::store::layout;
use serde_json::json;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "reporting",
    about: "Draws the confusion matrix and writes the report of the newest model.",
    example: "reporting --config config.json",
    changes: true,
    more: Vec::new,
    run: command,
    failed: None,
};

/// What a report is made from, beside the model and its score.
pub struct Inputs<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its score.
    pub challenger: &'a Evaluation,
    /// What it leans on.
    pub importance: &'a [ColumnImportance],
    /// The incumbent that it was held against.
    pub incumbent: Option<&'a Evaluation>,
    /// The data.
    pub manifest: &'a Manifest,
    /// The decision, where one was taken about this data.
    pub last: Option<&'a LastRun>,
    /// Statistics, timings, dependencies.
    pub diagnostics: &'a Diagnostics,
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    let outcome = ctx.stage(Stage::Reporting, || from_disk(&ctx, &mut batch)).and_then(|()| batch.commit());
    record::stage_run(&ctx, &outcome, |(), _| {});
    outcome?;
    let folder = &config.folders.model;
    let made = [layout::CONFUSION, layout::REPORT_PDF].map(|name| ctx.show(&folder.join(name)));
    let text = match ctx.dry {
        true => format!("would write {}", made.join(" and ")),
        false => format!("wrote {}", made.join(" and ")),
    };
    Ok(Output::new(text, json!({ "written": made, "dry_run": ctx.dry })))
}

/// Reports on what earlier stages left in the folders.
///
/// # Errors
/// Something is missing, or a report cannot be drawn or written.
pub fn from_disk(ctx: &Context<'_>, batch: &mut Batch) -> Result<()> {
    let folder = &ctx.config.folders.model;
    let model = training::load(folder, ctx)?;
    let score = super::scoring::load(ctx, &model)?;
    let manifest = training::ingested(ctx)?;
    let office = contest::incumbent(ctx)?;
    let deployed = office.as_ref().map(|i| (i.set.manifest.version, &i.model));
    let found = match diagnostics::load(ctx)?.filter(|d| d.data_fingerprint == manifest.fingerprint) {
        Some(found) => found,
        None => {
            let table = ingestion::merged_table(ctx, batch, &manifest)?;
            diagnostics::diagnose(ctx, batch, &manifest, &table, deployed, false)?
        }
    };
    // The incumbent that the newest model was held against, unless it is that very model.
    let rival = office.as_ref().filter(|i| i.model.fingerprint != model.fingerprint);
    let incumbent = match rival {
        Some(rival) => {
            let test = super::scoring::test_rows(ctx, &common_schema(&[&model, &rival.model]))?;
            let question = common_question(&[&model, &rival.model])?;
            Some(test.score(&rival.model, &question, ctx.config)?.1).filter(|e| {
                e.test_fingerprint == score.evaluation.test_fingerprint && e.metric == score.evaluation.metric
            })
        }
        None => None,
    };
    let last = record::last_run(ctx)?.filter(|l| l.data_fingerprint == model.document.data.fingerprint);
    report(
        ctx,
        batch,
        &Inputs {
            model: &model,
            challenger: &score.evaluation,
            importance: &score.importance,
            incumbent: incumbent.as_ref(),
            manifest: &manifest,
            last: last.as_ref(),
            diagnostics: &found,
        },
    )
}

/// Makes the reports; they wait in the batch.
///
/// # Errors
/// A report cannot be drawn or written.
pub fn report(ctx: &Context<'_>, batch: &mut Batch, inputs: &Inputs<'_>) -> Result<()> {
    let folder = &ctx.config.folders.model;
    let pipeline = &inputs.model.pipeline;
    let chart =
        sections::confusion::chart(inputs.challenger, pipeline.kind(), &inputs.model.document.schema.target_words())?;
    let time = ctx.time();
    let document = sections::document(&Findings {
        time: &time,
        run_id: &ctx.run_id,
        last: inputs.last,
        challenger: inputs.challenger,
        incumbent: inputs.incumbent,
        importance: inputs.importance,
        model: &inputs.model.document,
        kind: pipeline.kind(),
        params: &pipeline.params().to_json(),
        trained: &inputs.model.trained,
        inputs: &pipeline.preparation().names(),
        facts: &pipeline.model().facts(),
        manifest: inputs.manifest,
        diagnostics: inputs.diagnostics,
    })?;
    let (width, height) = chart.size();
    let now = ctx.now;
    // The picture is drawn while the document is set.
    let drawn = parallel::map(2, ctx.config.threads, |part| match part {
        0 => charts::to_png(chart.as_ref(), width, height),
        _ => pdf::render(&document, now),
    });
    for (name, bytes) in [layout::CONFUSION, layout::REPORT_PDF].into_iter().zip(drawn) {
        batch.write(&folder.join(name), &bytes?)?;
    }
    ctx.note(Stage::Reporting, format!("{} and {}", layout::CONFUSION, layout::REPORT_PDF));
    Ok(())
}
