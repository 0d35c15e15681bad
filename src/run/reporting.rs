//! `reporting`: the report of the newest model as a page and as a PDF, the confusion matrix,
//! or what stands for it, as a picture, and every plot of the report as an SVG file; or two
//! deployed versions side by side.

use super::{Context, compare, contest, diagnostics, ingestion, load_config, record, training};
use crate::cli::{Args, Binary, Output};
use crate::error::Result;
use crate::event::{Listener, Stage};
use crate::metrics::Evaluation;
use crate::parallel;
use crate::report::charts::{self, Chart};
use crate::report::sections::{self, Findings};
use crate::report::{html, pdf, plots};
use crate::stages::decision::LastRun;
use crate::stages::diagnostics::Diagnostics;
use crate::stages::importance::ColumnImportance;
use crate::stages::manifest::Manifest;
use crate::stages::scoring::{Model, common_question, common_schema};
use crate::store::batch::Batch;
use crate::store::layout;
use clap::Arg;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "reporting",
    about: "Writes the report of the newest model as HTML and PDF, and its plots.",
    example: "reporting --compare 3 5",
    changes: true,
    more: arguments,
    run: command,
    failed: None,
};

fn arguments() -> Vec<Arg> {
    vec![
        Arg::new("compare")
            .long("compare")
            .num_args(2)
            .value_names(["A", "B"])
            .help("Instead, score two deployed versions on today's test data and report them side by side"),
    ]
}

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
    /// The version in office, where it is no longer the one of the decision.
    pub rolled_back_to: Option<u64>,
    /// Statistics, timings, dependencies.
    pub diagnostics: &'a Diagnostics,
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let wanted = match args.values("compare") {
        none if none.is_empty() => None,
        written => Some(compare::versions(&written)?),
    };
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    if let Some(wanted) = wanted {
        let outcome = ctx
            .stage(Stage::Reporting, || compare::compare(&ctx, &mut batch, wanted))
            .and_then(|made| batch.commit().map(|()| made));
        record::stage_run(&ctx, &outcome, |_, _| {});
        return compare::output(&ctx, &outcome?);
    }
    let outcome =
        ctx.stage(Stage::Reporting, || from_disk(&ctx, &mut batch)).and_then(|made| batch.commit().map(|()| made));
    record::stage_run(&ctx, &outcome, |_, _| {});
    Ok(written(&ctx, &outcome?, serde_json::Map::new()))
}

/// What was written, for people and for programs, who are also told `more`.
pub fn written(ctx: &Context<'_>, made: &[PathBuf], more: serde_json::Map<String, Value>) -> Output {
    let shown: Vec<String> = made.iter().map(|path| ctx.show(path)).collect();
    let verb = if ctx.dry { "would write" } else { "wrote" };
    let mut json = json!({ "written": shown, "dry_run": ctx.dry });
    if let Some(object) = json.as_object_mut() {
        object.extend(more);
    }
    Output::new(format!("{verb}\n  {}", shown.join("\n  ")), json)
}

/// Reports on what earlier stages left in the folders; the paths of the files that it makes.
///
/// # Errors
/// Something is missing, or a report cannot be drawn or written.
pub fn from_disk(ctx: &Context<'_>, batch: &mut Batch) -> Result<Vec<PathBuf>> {
    let folder = &ctx.config.folders.model;
    let model = training::load(folder, ctx)?;
    let score = super::scoring::load(ctx, &model)?;
    let manifest = training::ingested(ctx)?;
    let office = contest::incumbent(ctx)?;
    let deployed = office.as_ref().map(|i| (i.set.manifest.version, &i.model));
    let found = match diagnostics::load(ctx)?.filter(|d| d.data_fingerprint == manifest.fingerprint) {
        Some(found) => found,
        None => {
            let table = ingestion::merged_table(ctx, batch, &manifest, Stage::Reporting)?;
            let watched = diagnostics::look_again(ctx, (&manifest, &table), office.as_ref())?;
            diagnostics::diagnose(ctx, batch, (&manifest, &table), deployed, false, watched)?
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
    let decided = last.as_ref().and_then(|last| last.version);
    let rolled_back_to = deployed.map(|(version, _)| version).filter(|version| decided.is_some_and(|d| d != *version));
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
            rolled_back_to,
            diagnostics: &found,
        },
    )
}

/// Makes the reports; they wait in the batch. The paths at which they will stand.
///
/// # Errors
/// A report cannot be drawn or written.
pub fn report(ctx: &Context<'_>, batch: &mut Batch, inputs: &Inputs<'_>) -> Result<Vec<PathBuf>> {
    let folder = &ctx.config.folders.model;
    let pipeline = &inputs.model.pipeline;
    let chart =
        sections::confusion::chart(inputs.challenger, pipeline.kind(), &inputs.model.document.schema.target_words())?;
    let time = ctx.time();
    let document = sections::document(&Findings {
        time: &time,
        run_id: &ctx.run_id,
        last: inputs.last,
        rolled_back_to: inputs.rolled_back_to,
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
    let plots = plots::of(&document);
    let now = ctx.now;
    // The dearest first: the other thread does the rest meanwhile.
    let drawn = parallel::map(3, ctx.config.threads, |part| match part {
        0 => pdf::render(&document, now),
        1 => html::render(&document, now),
        _ => sized(chart.as_ref(), charts::to_png),
    });
    let mut files = Vec::new();
    for (name, bytes) in [layout::REPORT_PDF, layout::REPORT_HTML, layout::CONFUSION].into_iter().zip(drawn) {
        files.push((folder.join(name), bytes?));
    }
    files.push((folder.join(layout::CONFUSION_SVG), sized(chart.as_ref(), charts::to_svg)?.into_bytes()));
    let plots_folder = folder.join(layout::PLOTS);
    for (name, plot) in &plots {
        let path = plots_folder.join(format!("{name}{}", layout::PLOT));
        files.push((path, sized(*plot, charts::to_svg)?.into_bytes()));
    }
    for (path, bytes) in &files {
        batch.write(path, bytes)?;
    }
    batch.own(&plots_folder, layout::PLOT);
    let made = [layout::REPORT_HTML, layout::REPORT_PDF, layout::CONFUSION].join(", ");
    ctx.note(Stage::Reporting, format!("{made}, {} plots", plots.len()));
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// A chart in its own size, as `form` draws it.
fn sized<T>(chart: &dyn Chart, form: impl Fn(&dyn Chart, u32, u32) -> Result<T>) -> Result<T> {
    let (width, height) = chart.size();
    form(chart, width, height)
}
