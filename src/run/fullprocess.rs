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

use super::contest::Incumbent;
use super::decide::{Fresh, Quiet, Work, decide};
use super::listening::{Both, log_wrong_config};
use super::watch::{Occasion, Watched};
use super::{
    Context, alarms, api_calls, contest, diagnostics, doctor, ingestion, load_config, record, reporting, shown, trends,
    watch,
};
use crate::cli::{Args, Binary, Output, flag};
use crate::config::{Config, NewestVersions};
use crate::error::Result;
use crate::event::{Event, Listener, Stage};
use crate::metrics::{Evaluation, Observations};
use crate::stages::decision::{Decision, LastRun};
use crate::stages::manifest::Manifest;
use crate::stages::new_rows::NewRows;
use crate::store::batch::Batch;
use crate::table::Table;
use crate::visible;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "fullprocess",
    about: "Ingests new data, trains a challenger, and deploys it if it beats the incumbent; then diagnoses and reports.",
    example: "fullprocess --config /srv/risk/config.json --quiet",
    changes: true,
    more: || {
        vec![
            flag("force", "Train and judge although there is no new data")
                .conflicts_with_all(["check", "crontab", "systemd"]),
            flag(
                "check",
                "Look at config, folders, data, rights, disk, lock, signatures, schedule, last runs and clock; change nothing",
            ),
            flag("crontab", "Print the crontab line for this config").conflicts_with("check"),
            flag("systemd", "Print a systemd service and timer for this config")
                .conflicts_with_all(["check", "crontab"]),
        ]
    },
    run: command,
    failed: Some(|error| shown::failed(None, error)),
};

fn command(args: &Args, terminal: &dyn Listener) -> Result<Output> {
    if args.flag("check") {
        return doctor::check(args, terminal);
    }
    let config = load_config(args).inspect_err(|e| log_wrong_config(args, e))?;
    if args.flag("crontab") {
        return doctor::crontab(&config);
    }
    if args.flag("systemd") {
        return doctor::systemd(&config);
    }
    Ok(run(&config, args.dry_run, args.flag("force"), terminal, |_| {}))
}

/// One run from the lock to the end, told to `terminal` and to the log. `begun` is called with
/// the run's id once it holds the lock, and not at all where it does not come to hold it.
pub fn run(config: &Config, dry: bool, force: bool, terminal: &dyn Listener, begun: impl FnOnce(&str)) -> Output {
    let ctx = Context::new(config, BINARY.name, dry, terminal);
    let both = Both::new(terminal, &ctx);
    let ctx = ctx.listened_by(&both);
    let outcome = ctx.lock().and_then(|lock| {
        begun(&ctx.run_id);
        let outcome = under_lock(&ctx, force);
        drop(lock);
        outcome
    });
    let output = outcome.unwrap_or_else(|e| {
        let json = shown::failed(Some(&ctx), &e);
        Output { error: Some(e), ..Output::new("", json) }
    });
    if let Some(e) = &output.error {
        both.log_error(e);
    }
    output
}

fn under_lock(ctx: &Context<'_>, force: bool) -> Result<Output> {
    let decided = decide(ctx, force);
    let (last, error) = match decided {
        Ok((last, work)) => {
            alarms::look(ctx, last.decision, false);
            let reported = work.map_or(Ok(()), |work| match work {
                Work::Report(fresh) => report(ctx, *fresh),
                Work::Diagnose(quiet) => diagnose(ctx, *quiet),
                Work::MakeUp(last) => make_up(ctx, *last),
            });
            alarms::look(ctx, last.decision, true);
            (last, reported.err())
        }
        Err(e) => {
            ctx.record(|run| {
                run.decision = Some(Decision::Failed.name().to_string());
                run.reason = Some(e.to_string());
                run.exit_code = e.kind.exit_code();
            });
            record::write(ctx);
            let json = shown::failed(Some(ctx), &e);
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
    let text = format!("{dry}{}: {}", last.decision.name(), visible::line(&last.reason));
    ctx.listener.on(&Event::Outcome(format!("{text} ({:.3} s)", ctx.seconds())));
    Ok(Output { error: error.clone(), ..Output::new(text, shown::decided(ctx, &last, error.as_ref())) })
}

/// Diagnostics, reports and calls of the API, after the decision.
fn report(ctx: &Context<'_>, work: Fresh) -> Result<()> {
    let mut batch = Batch::new(ctx.dry)?;
    let incumbent = contest::incumbent(ctx)?;
    let deployed = incumbent.as_ref().map(|i| (i.set.manifest.version, &i.model));
    let found = ctx.stage(Stage::Diagnostics, || {
        let merged = (&work.manifest, &work.table);
        let test = work.contest.incumbent.as_ref().zip(work.contest.incumbent_answers.as_ref());
        let looked = work.looked.as_ref().map(|looked| &looked.new);
        let watched = watched(ctx, &work.occasion, work.incumbent.as_ref(), looked, merged, test)?;
        diagnostics::diagnose(ctx, &mut batch, merged, deployed, asks(ctx), watched)
    })?;
    ctx.record(|run| trends::remember(run, &found));
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
                importance: &work.contest.importance,
                manifest: &work.manifest,
                last: Some(&work.last),
                rolled_back_to: None,
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

/// Diagnostics of new data that was no reason to train: there is no new model to report on.
fn diagnose(ctx: &Context<'_>, work: Quiet) -> Result<()> {
    let mut batch = Batch::new(ctx.dry)?;
    let table = ingestion::merged_table(ctx, &batch, &work.manifest, Stage::Diagnostics)?;
    let office = &work.incumbent;
    let found = ctx.stage(Stage::Diagnostics, || {
        let (evaluation, observations) = &work.looked.test;
        let (merged, test) = ((&work.manifest, &table), Some((evaluation, observations)));
        let watched = watched(ctx, &work.occasion, Some(office), Some(&work.looked.new), merged, test)?;
        let deployed = Some((office.set.manifest.version, &office.model));
        diagnostics::diagnose(ctx, &mut batch, merged, deployed, asks(ctx), watched)
    })?;
    ctx.record(|run| trends::remember(run, &found));
    batch.commit()?;
    record::save_last_run(ctx, &LastRun { reported: true, ..work.last })
}

/// What there is to watch, with what the decision has looked at where that was about the model of
/// the occasion.
fn watched(
    ctx: &Context<'_>,
    occasion: &Occasion,
    office: Option<&Incumbent>,
    looked: Option<&NewRows>,
    merged: (&Manifest, &Table),
    test: Option<(&Evaluation, &Observations)>,
) -> Result<Watched> {
    let Some(then) = office.filter(|office| Some(office.set.manifest.version) == occasion.version) else {
        return diagnostics::look_at(ctx, occasion, merged);
    };
    let read = match looked {
        Some(_) => None,
        None => Some(watch::read(ctx, occasion, then)?),
    };
    Ok(watch::look(ctx, occasion, Some(then), looked.or(read.as_ref()), merged, test))
}

/// Whether this run asks for newer packages.
fn asks(ctx: &Context<'_>) -> bool {
    ctx.config.newest_versions == NewestVersions::Always
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
