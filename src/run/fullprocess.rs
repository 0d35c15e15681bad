//! `fullprocess`: the whole job, in one process.
//!
//! ```text
//! lock → find new content → ingest → (retrain policy) → train → score challenger and
//! incumbent on equal terms → decide → deploy → diagnose → report → log
//! ```
//!
//! Nothing is changed before the decision: what ingestion, training and scoring make
//! waits in a batch. Once the decision stands it is noted, and only then come diagnostics
//! and reports, which can fail without touching it.

use super::contest::{self, Contest, Outcome};
use super::{
    Both, Context, api_calls, deployment, diagnostics, doctor, ingestion, load_config, policy, record, reporting,
    scoring, training,
};
use crate::cli::{Args, Binary, Output, error_json, flag};
use crate::config::NewestVersions;
use crate::error::{Error, Result};
use crate::event::{Event, Listener, Stage};
use crate::stages::decision::{Decision, LastRun};
use crate::stages::manifest::Manifest;
use crate::stages::scoring::Model;
use crate::store::batch::Batch;
use crate::store::history::RunRecord;
use crate::table::Table;
use serde_json::{Value, json};

/// The binary.
pub const BINARY: Binary = Binary {
    name: "fullprocess",
    about: "Ingests new data, trains a challenger, and deploys it if it beats the incumbent; then diagnoses and reports.",
    example: "fullprocess --config /srv/risk/config.json --quiet",
    changes: true,
    more: || {
        vec![
            flag("force", "Train and judge although there is no new data"),
            flag("check", "Look at config, folders, rights, disk, lock, schedule, last runs and clock; change nothing"),
            flag("crontab", "Print the crontab line for this config"),
            flag("systemd", "Print a systemd service and timer for this config"),
        ]
    },
    run: command,
    failed: Some(|error| failure(None, error)),
};

fn command(args: &Args, terminal: &dyn Listener) -> Result<Output> {
    if args.flag("check") {
        return doctor::check(args);
    }
    let config = load_config(args).inspect_err(|e| super::log_wrong_config(args, e))?;
    if args.flag("crontab") {
        return doctor::crontab(&config);
    }
    if args.flag("systemd") {
        return doctor::systemd(&config);
    }
    let ctx = Context::new(&config, args, terminal);
    let both = Both::new(terminal, &ctx);
    let ctx = ctx.listened_by(&both);
    let outcome = under_lock(&ctx, args.flag("force")).or_else(|e| {
        let json = failure(Some(&ctx), &e);
        Ok(Output { error: Some(e), ..Output::new("", json) })
    });
    if let Some(e) = outcome.as_ref().ok().and_then(|o| o.error.as_ref()) {
        both.log_error(e);
    }
    outcome
}

fn under_lock(ctx: &Context<'_>, force: bool) -> Result<Output> {
    let _lock = ctx.lock()?;
    let decided = decide(ctx, force);
    let (last, error) = match decided {
        Ok((last, work)) => {
            let reported = work.map_or(Ok(()), |work| match work {
                Work::Report(fresh) => report(ctx, *fresh),
                Work::MakeUp(last) => make_up(ctx, *last),
            });
            (last, reported.err())
        }
        Err(e) => {
            ctx.record(|run| {
                run.decision = Some(Decision::Failed.name().to_string());
                run.reason = Some(e.to_string());
                run.exit_code = e.kind.exit_code();
            });
            record::write(ctx);
            let json = failure(Some(ctx), &e);
            return Ok(Output { error: Some(e), ..Output::new("", json) });
        }
    };
    ctx.record(|run| {
        run.decision = Some(last.decision.name().to_string());
        run.reason = Some(last.reason.clone());
        run.metric = Some(last.metric.clone());
        (run.old_score, run.new_score, run.version) = (last.old_score, last.new_score, last.version);
        run.data_fingerprint = Some(last.data_fingerprint.to_string());
        run.exit_code = error.as_ref().map_or(0, |e| e.kind.exit_code());
    });
    record::write(ctx);
    let dry = if ctx.dry { "dry run, nothing is changed: " } else { "" };
    let text = format!("{dry}{}: {}", last.decision.name(), last.reason);
    ctx.listener.on(&Event::Outcome(format!("{text} ({:.3} s)", ctx.seconds())));
    Ok(Output { error: error.clone(), ..Output::new(text, json_of(ctx, &last, error.as_ref())) })
}

/// What `--json` shows of a run that failed: the keys of every run, empty where it did not
/// come so far.
fn failure(ctx: Option<&Context<'_>>, error: &Error) -> Value {
    let stages = ctx.map(|c| stages_of(&c.recorded())).unwrap_or_default();
    json!({
        "run_id": ctx.map(|c| c.run_id.clone()),
        "decision": Decision::Failed.name(),
        "reason": error.to_string(),
        "old_score": null,
        "new_score": null,
        "metric": null,
        "version": null,
        "stages": stages,
        "error": error_json(error),
    })
}

fn stages_of(run: &RunRecord) -> Vec<Value> {
    run.stages.iter().map(|s| json!({ "name": s.stage, "seconds": s.seconds, "rows": s.rows })).collect()
}

fn json_of(ctx: &Context<'_>, last: &LastRun, error: Option<&Error>) -> Value {
    let run = ctx.recorded();
    let mut value = json!({
        "run_id": ctx.run_id,
        "decision": last.decision.name(),
        "reason": last.reason,
        "old_score": last.old_score,
        "new_score": last.new_score,
        "metric": last.metric,
        "version": last.version,
        "stages": stages_of(&run),
        "seconds": run.seconds,
        "data_fingerprint": last.data_fingerprint,
        "dry_run": ctx.dry,
    });
    if let Some(error) = error {
        value["error"] = error_json(error);
    }
    value
}

/// What is left to do once the decision stands.
enum Work {
    /// Everything about a fresh decision.
    Report(Box<Fresh>),
    /// The reports of an earlier decision, which were interrupted.
    MakeUp(Box<LastRun>),
}

/// What a fresh decision was taken from.
struct Fresh {
    manifest: Manifest,
    table: Table,
    model: Model,
    last: LastRun,
    contest: Contest,
}

/// From the lock to the decision, deployment included.
fn decide(ctx: &Context<'_>, force: bool) -> Result<(LastRun, Option<Work>)> {
    let last = record::last_run(ctx)?;
    let mut batch = Batch::new(ctx.dry)?;
    let ingested = ctx.stage(Stage::Ingestion, || ingestion::ingest(ctx, &mut batch))?;
    let manifest = ingested.manifest;
    if ingested.changed {
        ctx.rows(Stage::Ingestion, manifest.totals.rows_read);
    }
    let settings = ctx.config.decisive_settings();
    let verdict = |decision: Decision, reason: String| LastRun {
        run_id: ctx.run_id.clone(),
        time: ctx.time(),
        decision,
        reason,
        metric: ctx.config.gate.metric.clone().or_else(|| last.as_ref().map(|l| l.metric.clone())).unwrap_or_default(),
        old_score: None,
        new_score: None,
        version: None,
        data_fingerprint: manifest.fingerprint.clone(),
        settings: settings.clone(),
        reported: true,
        files: manifest.files.iter().map(|f| f.sha256.clone()).collect(),
    };
    let version = contest::production(ctx).current()?;
    if let Some(last) =
        last.as_ref().filter(|l| l.data_fingerprint == manifest.fingerprint && !force && version.is_some())
    {
        let reason = format!(
            "{} rows in {} files, all of them known to the run of {}",
            manifest.totals.kept,
            manifest.files.len(),
            last.time
        );
        let reason = match last.settings == settings {
            true => reason,
            false => format!("{reason}; the config has changed since: fullprocess --force trains with it"),
        };
        // A damaged model in office is told at once, not when the next data comes.
        contest::production(ctx).in_office()?;
        batch.commit()?;
        let work = (!last.reported).then(|| Work::MakeUp(Box::new(last.clone())));
        return Ok((LastRun { version, ..verdict(Decision::NoNewData, reason) }, work));
    }
    let incumbent = contest::incumbent(ctx)?;
    if !force && let Some(found) = policy::no_drift(ctx, &manifest, last.as_ref(), incumbent.as_ref())? {
        let (metric, old_score, new_score) = (found.metric, found.test, found.new);
        let decided = LastRun { metric, old_score, new_score, version, ..verdict(Decision::NoDrift, found.reason) };
        batch.commit()?;
        record::save_last_run(ctx, &decided)?;
        return Ok((decided, None));
    }
    let table = ingestion::merged_table(ctx, &batch, &manifest)?;
    let model = ctx.stage(Stage::Training, || training::train(ctx, &mut batch, &manifest, &table))?;
    ctx.rows(Stage::Training, manifest.totals.kept);
    let contest = ctx.stage(Stage::Scoring, || {
        let contest = contest::hold(ctx, &model, incumbent.as_ref())?;
        scoring::save(ctx, &mut batch, contest.challenger.clone())?;
        Ok(contest)
    })?;
    ctx.rows(Stage::Scoring, contest.challenger.rows);
    let deployed = match contest.outcome.promotes() && !ctx.dry {
        true => Some(ctx.stage(Stage::Deployment, || deployment::deploy(ctx, &mut batch, &model, &contest))?),
        false => {
            batch.commit()?;
            None
        }
    };
    let decision = match &contest.outcome {
        Outcome::First(_) => Decision::FirstDeployment,
        Outcome::Judged(v) if v.promotes() => Decision::Deployed,
        Outcome::Judged(_) => Decision::KeptIncumbent,
    };
    let decided = LastRun {
        metric: contest.challenger.metric.clone(),
        old_score: contest.incumbent.as_ref().and_then(|e| e.value.get()),
        new_score: contest.challenger.value.get(),
        version: deployed.as_ref().map_or(version, |d| Some(d.version)),
        reported: false,
        ..verdict(decision, contest.outcome.reason())
    };
    record::save_last_run(ctx, &decided)?;
    ctx.record(|run| {
        let in_office = incumbent.as_ref().map(|i| i.set.manifest.version);
        run.scores.push(record::score(&contest.challenger, "challenger", deployed.as_ref().map(|d| d.version)));
        run.scores.extend(contest.incumbent.iter().map(|e| record::score(e, "incumbent", in_office)));
        run.deployments.extend(deployed.iter().map(|d| d.record.clone()));
    });
    Ok((decided.clone(), Some(Work::Report(Box::new(Fresh { manifest, table, model, last: decided, contest })))))
}

/// Diagnostics, reports and calls of the API, after the decision.
fn report(ctx: &Context<'_>, work: Fresh) -> Result<()> {
    let mut batch = Batch::new(ctx.dry)?;
    let incumbent = contest::incumbent(ctx)?;
    let deployed = incumbent.as_ref().map(|i| (i.set.manifest.version, &i.model));
    let ask = ctx.config.newest_versions == NewestVersions::Always;
    let found = ctx.stage(Stage::Diagnostics, || {
        diagnostics::diagnose(ctx, &mut batch, &work.manifest, &work.table, deployed, ask)
    })?;
    ctx.record(|run| run.columns = diagnostics::columns(&found));
    // The app reads the diagnostics where they lie.
    batch.commit()?;
    if ctx.dry {
        return Ok(());
    }
    ctx.stage(Stage::Reporting, || {
        reporting::report(
            ctx,
            &mut batch,
            &reporting::Inputs {
                model: &work.model,
                challenger: &work.contest.challenger,
                manifest: &work.manifest,
                last: Some(&work.last),
                incumbent: work.contest.incumbent.as_ref(),
                diagnostics: &found,
            },
        )
    })?;
    batch.commit()?;
    ctx.stage(Stage::Apicalls, || api_calls::call_own(ctx, &mut batch))?;
    batch.commit()?;
    record::save_last_run(ctx, &LastRun { reported: true, ..work.last })
}

/// The reports of a decision that was taken by a run which then failed or was killed.
fn make_up(ctx: &Context<'_>, last: LastRun) -> Result<()> {
    ctx.note(Stage::Run, format!("the reports of run {} were interrupted and are made up for", last.run_id));
    let mut batch = Batch::new(ctx.dry)?;
    ctx.stage(Stage::Reporting, || reporting::from_disk(ctx, &mut batch))?;
    batch.commit()?;
    ctx.stage(Stage::Apicalls, || api_calls::call_own(ctx, &mut batch))?;
    batch.commit()?;
    record::save_last_run(ctx, &LastRun { reported: true, ..last })
}
