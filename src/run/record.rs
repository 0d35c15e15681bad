//! What a run leaves in the history, and what the next run must know of it.

use super::{Context, contest};
use crate::error::{Problem, Result};
use crate::event::Stage;
use crate::metrics::Evaluation;
use crate::stages::decision::{self, LastRun};
use crate::store::history::{DeploymentRecord, History, RunRecord, ScoreRecord};
use crate::store::{batch, files, layout, stated};
use std::path::Path;

/// The last decision; `None` before the first. A file that cannot be read is told and
/// counts as none: then the data is judged once more, which harms nothing.
///
/// # Errors
/// It is there and cannot be read at all, or a newer program wrote it.
pub fn last_run(ctx: &Context<'_>) -> Result<Option<LastRun>> {
    let path = ctx.config.folders.production.join(layout::LAST_RUN);
    let place = ctx.show(&path);
    let Some(bytes) = files::read_if_there(&path, &place)? else { return Ok(None) };
    stated::refuse_foreign(decision::FORMAT, decision::FORMAT_VERSION, &bytes, &place)?;
    match serde_json::from_slice(&bytes) {
        Ok(last) => Ok(Some(last)),
        Err(e) => {
            ctx.warn(Stage::Run, Problem::at(place, "cannot be read; the data is judged once more").why(e));
            Ok(None)
        }
    }
}

/// Saves a decision.
///
/// # Errors
/// Writing failed.
pub fn save_last_run(ctx: &Context<'_>, last: &LastRun) -> Result<()> {
    if ctx.dry {
        return Ok(());
    }
    batch::write(&ctx.config.folders.production.join(layout::LAST_RUN), &super::scoring::to_json(last)?)
}

/// An evaluation as the history has it.
pub fn score(evaluation: &Evaluation, role: &str, version: Option<u64>) -> ScoreRecord {
    ScoreRecord {
        role: role.to_string(),
        version,
        model_fingerprint: evaluation.model_fingerprint.to_string(),
        metric: evaluation.metric.clone(),
        value: evaluation.value.get().ok_or_else(|| evaluation.value.reason().unwrap_or_default().to_string()),
        interval: evaluation.interval.bounds(),
        rows: evaluation.rows,
        test_fingerprint: evaluation.test_fingerprint.to_string(),
    }
}

/// Writes the run into the history. The history informs and never stops a run: what goes
/// wrong is told as a warning.
pub fn write(ctx: &Context<'_>) {
    if ctx.dry {
        return;
    }
    let path = ctx.config.folders.production.join(layout::HISTORY);
    let mut run = ctx.recorded();
    let missed = missed(ctx, &path, &run.deployments);
    run.deployments.splice(0..0, missed.unwrap_or_default());
    match History::append(&path, &ctx.time(), &run) {
        Ok(problem) => problem.into_iter().for_each(|p| ctx.warn(Stage::Run, p)),
        Err(e) => e.problems().iter().for_each(|p| ctx.warn(Stage::Run, p.clone())),
    }
}

/// How the version came into office that was there before this run changed anything, where the runs
/// that did it were killed before they could write it down; the first of them first. Where the
/// history cannot be read nobody knows: then the next run looks again.
fn missed(ctx: &Context<'_>, path: &Path, own: &[DeploymentRecord]) -> Option<Vec<DeploymentRecord>> {
    let production = contest::production(ctx);
    let in_office = match own.first() {
        Some(own) => own.previous?,
        None => production.current().ok()??,
    };
    let known = History::read_only(path).and_then(|h| h.map_or(Ok(Vec::new()), |h| h.deployments())).ok()?;
    let last = known.last().map(|(_, d)| d.version);
    let newest = known.iter().map(|(_, d)| d.version).max();
    let (mut missed, mut next) = (Vec::new(), Some(in_office));
    while let Some(version) = next.filter(|version| Some(*version) != last) {
        let Ok(manifest) = production.manifest(version) else { break };
        let model_fingerprint = manifest.model_fingerprint.to_string();
        // Numbers rise: one that is not above those that are known was in office before.
        let is_new = newest.is_none_or(|newest| version > newest);
        // What was before a history that was lost is not told anew.
        next = manifest.replaces.filter(|_| is_new && last.is_some());
        missed.push(match is_new {
            true => DeploymentRecord {
                time: manifest.time,
                action: "deploy".to_string(),
                version,
                previous: manifest.replaces,
                model_fingerprint,
                reason: manifest.reason,
            },
            false => DeploymentRecord {
                time: ctx.time(),
                action: "rollback".to_string(),
                version,
                previous: last,
                model_fingerprint,
                reason: "found in office; the run that put it there could not write it down".to_string(),
            },
        });
    }
    missed.reverse();
    Some(missed)
}

/// Writes the run of one stage's binary, ended well or not.
pub fn stage_run<T>(ctx: &Context<'_>, outcome: &Result<T>, fill: impl FnOnce(&T, &mut RunRecord)) {
    ctx.record(|run| match outcome {
        Ok(value) => fill(value, run),
        Err(e) => {
            run.exit_code = e.kind.exit_code();
            run.reason = Some(e.to_string());
        }
    });
    write(ctx);
}
