//! `diagnostics`: statistics of the merged data, timings of earlier runs, and how the
//! packages of model and program differ.

use super::contest::Incumbent;
use super::watch::{self, Occasion, Watched};
use super::{Context, contest, ingestion, load_config, record, scoring, training, trends};
use crate::cli::{Args, Binary, Output};
use crate::config::NewestVersions;
use crate::dependencies::{self, PROGRAM};
use crate::drift::ColumnDrift;
use crate::error::{Problem, Result};
use crate::event::{Listener, Stage};
use crate::numbers::{grouped, percent};
use crate::stages::diagnostics::{self as stages, Dependencies, Diagnostics, StageTimings, Timing};
use crate::stages::drift::DriftReport;
use crate::stages::manifest::Manifest;
use crate::stages::performance::Performance;
use crate::stages::scoring::{Model, common_schema};
use crate::stages::summary::summarise;
use crate::store::batch::{self, Batch};
use crate::store::history::{ColumnRecord, History};
use crate::store::{files, layout, registry, stated};
use crate::table::Table;
use crate::visible;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "diagnostics",
    about: "Tells statistics of the data, timings of earlier runs and differences in dependencies.",
    example: "diagnostics --json",
    changes: true,
    more: Vec::new,
    run: command,
    failed: None,
};

/// How long the registry may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many earlier timings are told.
const TIMINGS: usize = 20;

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    let ask = config.newest_versions != NewestVersions::Never;
    let outcome = training::ingested(&ctx).and_then(|manifest| {
        let table = ingestion::merged_table(&ctx, &batch, &manifest, Stage::Diagnostics)?;
        let office = contest::incumbent(&ctx)?;
        let deployed = office.as_ref().map(|i| (i.set.manifest.version, &i.model));
        let found = ctx.stage(Stage::Diagnostics, || {
            let watched = look_again(&ctx, (&manifest, &table), office.as_ref())?;
            diagnose(&ctx, &mut batch, (&manifest, &table), deployed, ask, watched)
        })?;
        batch.commit()?;
        Ok(found)
    });
    record::stage_run(&ctx, &outcome, |found, run| trends::remember(run, found));
    let found = outcome?;
    let json = serde_json::to_value(&found).unwrap_or_else(|_| json!({}));
    Ok(Output::new(text(&found), json))
}

/// Diagnoses the merged data; the result waits in the batch. Timings are those of this
/// run and of earlier ones: nothing is ingested or trained to be timed.
///
/// # Errors
/// Writing failed.
pub fn diagnose(
    ctx: &Context<'_>,
    batch: &mut Batch,
    (manifest, table): (&Manifest, &Table),
    deployed: Option<(u64, &Model)>,
    ask: bool,
    watched: Watched,
) -> Result<Diagnostics> {
    let mut found = Diagnostics {
        format: stages::FORMAT.to_string(),
        format_version: stages::FORMAT_VERSION,
        time: ctx.time(),
        run_id: ctx.run_id.clone(),
        data_fingerprint: manifest.fingerprint.clone(),
        rows: table.rows() as u64,
        columns: summarise(table, ctx.config.threads),
        timings: timings(ctx, manifest),
        dependencies: compare(deployed, ask),
        drift: Some(watched.drift),
        performance: watched.performance,
        trends: Vec::new(),
        alarms: ctx.recorded().alarms,
    };
    found.trends = trends::of(ctx, &found);
    batch.write(&path(ctx), &scoring::to_json(&found)?)?;
    ctx.note(Stage::Diagnostics, summary(&found));
    Ok(found)
}

/// Writes diagnostics anew that were made before, with what came to light since.
///
/// # Errors
/// Writing failed.
pub fn amend(ctx: &Context<'_>, found: &Diagnostics) -> Result<()> {
    batch::write(&path(ctx), &scoring::to_json(found)?)
}

fn path(ctx: &Context<'_>) -> PathBuf {
    ctx.config.folders.model.join(layout::DIAGNOSTICS)
}

/// What the run that decided about this data watched, looked at once more.
///
/// # Errors
/// A new file, the test data or the model of then cannot be read.
pub fn look_again(ctx: &Context<'_>, merged: (&Manifest, &Table), office: Option<&Incumbent>) -> Result<Watched> {
    look_at(ctx, &Occasion::before(merged.0, record::last_run(ctx)?.as_ref(), office), merged)
}

/// What there is to watch on an occasion, with the model of then.
///
/// # Errors
/// As [`look_again`].
pub fn look_at(ctx: &Context<'_>, occasion: &Occasion, merged: (&Manifest, &Table)) -> Result<Watched> {
    let then = watch::incumbent_of(ctx, occasion)?;
    let new =
        then.as_ref().filter(|_| !occasion.files.is_empty()).map(|t| watch::read(ctx, occasion, t)).transpose()?;
    let test = match &then {
        Some(then) if new.as_ref().is_some_and(|n| n.rows > 0) => {
            let rows = scoring::test_rows(ctx, &common_schema(&[&then.model]))?;
            Some(rows.score(&then.model, then.model.pipeline.question(), ctx.config)?)
        }
        _ => None,
    };
    let test = test.as_ref().map(|(observations, evaluation)| (evaluation, observations));
    Ok(watch::look(ctx, occasion, then.as_ref(), new.as_ref(), merged, test))
}

/// The diagnostics of an earlier run; `None` where there are none that can be used.
///
/// # Errors
/// The file is there and cannot be read at all.
pub fn load(ctx: &Context<'_>) -> Result<Option<Diagnostics>> {
    let path = path(ctx);
    let place = ctx.show(&path);
    let bytes = files::read_if_there(&path, &place)?;
    if let Some(bytes) = &bytes {
        stated::refuse_foreign(stages::FORMAT, stages::FORMAT_VERSION, bytes, &place)?;
    }
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// One line about the diagnostics.
pub fn summary(found: &Diagnostics) -> String {
    let missing = found.columns.iter().filter(|c| c.missing > 0).count();
    let dependencies = &found.dependencies;
    format!(
        "{} columns, {missing} with missing cells; {}; newest versions {}",
        found.columns.len(),
        dependencies.words(),
        dependencies.newest,
    )
}

fn timings(ctx: &Context<'_>, manifest: &Manifest) -> Vec<StageTimings> {
    let path = ctx.config.folders.production.join(layout::HISTORY);
    let history = match History::read_only(&path) {
        Ok(history) => history,
        Err(e) => {
            e.problems().iter().for_each(|p: &Problem| ctx.warn(Stage::Diagnostics, p.clone()));
            None
        }
    };
    let now = ctx.recorded().stages;
    [(Stage::Ingestion, manifest.totals.rows_read), (Stage::Training, manifest.totals.kept)]
        .into_iter()
        .map(|(stage, rows)| {
            let mut runs: Vec<Timing> = now
                .iter()
                .filter(|s| s.stage == stage.name() && s.rows.is_some())
                .map(|s| Timing { time: ctx.time(), seconds: s.seconds, rows })
                .collect();
            let earlier = history.as_ref().and_then(|h| h.timings(stage.name(), TIMINGS).ok()).unwrap_or_default();
            runs.extend(earlier.into_iter().map(|(time, seconds, rows)| Timing { time, seconds, rows }));
            runs.truncate(TIMINGS);
            StageTimings { stage: stage.name().to_string(), runs }
        })
        .collect()
}

fn compare(deployed: Option<(u64, &Model)>, ask: bool) -> Dependencies {
    let build = dependencies::build();
    let running = &build.packages;
    let (newest, how) = match ask {
        false => (None, "not checked".to_string()),
        true => match registry::newest(running, PATIENCE) {
            Ok(newest) => (Some(newest), "checked".to_string()),
            Err(why) => (None, format!("not checked: {why}")),
        },
    };
    let trained = deployed.map_or(running.as_slice(), |(_, model)| model.document.dependencies.as_slice());
    let mut packages = dependencies::compare(trained, running, newest.as_ref());
    packages.sort_by_key(|p| !p.differs);
    Dependencies {
        deployed_version: deployed.map(|(version, _)| version),
        trained_with: deployed.map(|(_, model)| model.document.program.clone()),
        running: PROGRAM.to_string(),
        program_differs: deployed.is_some_and(|(_, model)| model.document.program != PROGRAM),
        rustc_trained_with: deployed.map(|(_, model)| model.document.rustc.clone()),
        rustc_running: build.rustc.clone(),
        model_format_version: deployed.map(|(_, model)| model.format_version),
        newest: how,
        differing: packages.iter().filter(|p| p.differs).count(),
        packages,
    }
}

/// The columns as the history has them.
pub fn columns(found: &Diagnostics) -> Vec<ColumnRecord> {
    found
        .columns
        .iter()
        .map(|c| ColumnRecord {
            name: c.name.clone(),
            rows: c.rows,
            missing: c.missing,
            numbers: match c.numbers {
                Some(n) => [Some(n.mean), Some(n.median), n.std, Some(n.min), Some(n.max)],
                None => [None; 5],
            },
        })
        .collect()
}

fn text(found: &Diagnostics) -> String {
    let mut lines = vec![format!("{:<24}{:>10}{:>14}{:>14}{:>14}", "column", "missing", "mean", "median", "std")];
    for c in &found.columns {
        let missing = format!("{:.1}%", 100.0 * c.missing_share);
        let numbers = match (c.numbers, c.distinct) {
            (Some(n), _) => {
                let std = n.std.map_or("undefined".to_string(), |s| format!("{s:.4}"));
                format!("{:>14.4}{:>14.4}{std:>14}", n.mean, n.median)
            }
            (None, Some(distinct)) => format!("  {distinct} different texts"),
            (None, None) => "  no value".to_string(),
        };
        lines.push(format!("{:<24}{missing:>10}{numbers}", c.name));
    }
    lines.extend(found.drift.iter().flat_map(drift));
    lines.extend(found.performance.as_ref().and_then(performance));
    for stage in &found.timings {
        if let Some(last) = stage.runs.first() {
            lines.push(format!("{} took {:.3} s in the run of {}", stage.stage, last.seconds, last.time));
        }
    }
    let d = &found.dependencies;
    lines.push(format!("this is {}; {}; newest versions {}", d.running, d.words(), d.newest));
    for p in d.packages.iter().filter(|p| p.differs || p.outdated == Some(true)) {
        let or_none = |v: &Option<String>| v.clone().unwrap_or_else(|| "–".to_string());
        lines.push(format!(
            "  {:<22} trained with {:<10} running {:<10} newest {}",
            p.name,
            or_none(&p.trained_with),
            or_none(&p.running),
            or_none(&p.newest)
        ));
    }
    visible::joined(&lines)
}

/// Drift in a few lines: the verdict, then a line for each column that drifted.
fn drift(report: &DriftReport) -> Vec<String> {
    if let Some(reason) = &report.reason {
        return vec![format!("drift was not looked at: {reason}")];
    }
    let mut lines = vec![format!(
        "{} of {} columns drifted{} in {} new rows ({} mode)",
        report.drifted_columns,
        report.tested_columns,
        report.of_predictions(),
        grouped(report.rows),
        report.mode.name()
    )];
    let parts = [("", &report.columns), (" (predicted)", &report.predictions)];
    for (whose, c) in parts.iter().flat_map(|(whose, columns)| columns.iter().map(move |c| (whose, c))) {
        let found = evidence(c);
        if c.drifted && !found.is_empty() {
            lines.push(format!("  {:<22} {}", format!("{}{whose}", c.name), found.join("; ")));
        }
    }
    if let Some(auc) = report.multivariate.as_ref().and_then(|m| m.auc) {
        lines.push(format!("  all features together tell new rows from training rows with an AUC of {auc:.3}"));
    }
    lines
}

/// What speaks for the drift of a column: each test that counts, with its numbers.
fn evidence(c: &ColumnDrift) -> Vec<String> {
    let p = |p: Option<f64>| p.map_or(String::new(), |p| format!(", adjusted p {p:.1e}"));
    let mut found = Vec::new();
    if let Some(statistic) = c.statistic.filter(|_| c.distribution_drifted) {
        found.push(format!("{} {statistic:.4}{}", c.test, p(c.adjusted_p_value)));
    }
    if c.missing.drifted {
        let (before, now) = (percent(c.missing.reference), percent(c.missing.current));
        found.push(format!("missing {before}, now {now}{}", p(c.missing.adjusted_p_value)));
    }
    if let Some(new) = c.new_categories.as_ref().filter(|n| n.drifted) {
        let share = percent(new.share);
        found.push(format!("new values in {share}: {}{}", new.examples.join(", "), p(new.adjusted_p_value)));
    }
    found
}

/// The model in office on the new rows, in a line.
fn performance(p: &Performance) -> Option<String> {
    let (test, new) = (p.test.value?, p.new_rows.value?);
    let how = if p.fallen { "worse by more than chance explains" } else { "not worse beyond chance" };
    Some(format!("{} of version {}: {new:.4} on the new rows, {test:.4} on the test data, {how}", p.metric, p.version))
}
