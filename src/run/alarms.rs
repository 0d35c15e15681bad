//! Alarms of a run: what is known from clock, schedule and history, and where alarms are told.
//!
//! They go to standard error and into the log as warnings, into the history, into
//! `diagnostics.json` and into the output of `--json`. They never change how a run ends.

use super::{Context, GRACE, diagnostics};
use crate::error::{Problem, Result};
use crate::event::Stage;
use crate::schedule;
use crate::stages::alarms::{Known, LastData, MOST, Missed, NewData, Took, raise};
use crate::stages::decision::{Decision, LastRun};
use crate::stages::manifest::Manifest;
use crate::store::history::{History, MeasureRecord, RunRecord};
use crate::store::layout;
use chrono::{DateTime, Local, SecondsFormat, TimeDelta};

/// Earlier runs that are looked through for comparable ones.
const LOOKED: usize = 3 * MOST;
/// Scheduled times that are counted at most.
const COUNTED: usize = 1_000;
/// What new files brought, in the history.
const NEW_DATA: &str = "new_data";

/// Notes for the history what this run's new files bring: files and the rows of them that were not known. A
/// file is new where the decision before did not know its content.
pub fn note_new_data(ctx: &Context<'_>, manifest: &Manifest, last: Option<&LastRun>) {
    let is_known = |sha256| last.is_some_and(|l| l.files.contains(sha256));
    let new = manifest.files.iter().filter(|f| !is_known(&f.sha256));
    let (files, rows) = new.fold((0, 0), |(files, rows), f| (files + 1, rows + f.counts.kept));
    let measure = |name: &str, value: u64| MeasureRecord {
        measure: NEW_DATA.to_string(),
        name: name.to_string(),
        value: value as f64,
    };
    ctx.record(|run| run.measures.extend([measure("files", files), measure("rows", rows)]));
}

/// Raises the alarms that the config asks for and that this run has not raised yet: once after
/// the decision, so that diagnostics and reports know of them, and once at the end, when all
/// durations are known.
pub fn look(ctx: &Context<'_>, decision: Decision, ended: bool) {
    let alerts = ctx.config.alerts;
    if alerts == Default::default() {
        return;
    }
    let run = ctx.recorded();
    // Where the history cannot be read, whoever writes this run into it tells so.
    let path = ctx.config.folders.production.join(layout::HISTORY);
    let history = History::read_only(&path).ok().flatten();
    let raised = raise(&alerts, &known(ctx, &run, decision, ended, history.as_ref()));
    let news: Vec<_> = raised.into_iter().filter(|r| !run.alarms.contains(&r.alarm)).collect();
    for raised in &news {
        ctx.warn(Stage::Run, raised.problem());
    }
    let has_news = !news.is_empty();
    ctx.record(|run| run.alarms.extend(news.into_iter().map(|r| r.alarm)));
    if ended
        && has_news
        && !ctx.dry
        && let Err(e) = amend(ctx)
    {
        e.problems().iter().for_each(|p: &Problem| ctx.warn(Stage::Run, p.clone()));
    }
}

/// Writes alarms that were raised at the end into this run's diagnostics, where it made some.
fn amend(ctx: &Context<'_>) -> Result<()> {
    let Some(mut found) = diagnostics::load(ctx)?.filter(|found| found.run_id == ctx.run_id) else { return Ok(()) };
    found.alarms = ctx.recorded().alarms;
    diagnostics::amend(ctx, &found)
}

fn known(ctx: &Context<'_>, run: &RunRecord, decision: Decision, ended: bool, history: Option<&History>) -> Known {
    let idle = decision == Decision::NoNewData;
    let new_data = new_data(run);
    Known {
        durations: history.map(|h| durations(run, idle, ended, h)).unwrap_or_default(),
        new_data,
        last_data: history.filter(|_| new_data.is_none()).and_then(|h| last_data(ctx, h)),
        missed: history.and_then(|h| missed(ctx, h)),
    }
}

fn new_data(run: &RunRecord) -> Option<NewData> {
    let of = |name: &str| run.measures.iter().find(|m| m.measure == NEW_DATA && m.name == name);
    let (files, rows) = (of("files")?.value as u64, of("rows")?.value as u64);
    (files > 0).then_some(NewData { files, rows })
}

/// What kind of work a run did: whether it merged, and whether it trained. A run that is forced
/// to train on what is merged already is no measure for one that reads new files.
fn work(run: &RunRecord) -> (bool, bool) {
    let merged = run.stages.iter().any(|s| s.stage == Stage::Ingestion.name() && s.rows.is_some());
    (merged, went_through(run, Stage::Training))
}

fn went_through(run: &RunRecord, stage: Stage) -> bool {
    run.stages.iter().any(|s| s.stage == stage.name())
}

/// The seconds of a stage; a stage that a run goes through twice counts as one.
fn seconds(run: &RunRecord, stage: &str) -> Option<f64> {
    let of = run.stages.iter().filter(|s| s.stage == stage).map(|s| s.seconds);
    of.reduce(|sum, seconds| sum + seconds)
}

/// The stages of this run, and at its end the whole of it, beside those of comparable ones.
fn durations(run: &RunRecord, idle: bool, ended: bool, history: &History) -> Vec<Took> {
    let mut before = history.timed(idle, LOOKED).unwrap_or_default();
    before.retain(|b| b.command == run.command && work(b) == work(run));
    let mut durations: Vec<Took> = Vec::new();
    for stage in &run.stages {
        if durations.iter().any(|d| d.name == stage.stage) {
            continue;
        }
        let took = seconds(run, &stage.stage).unwrap_or_default();
        let before = before.iter().filter_map(|b| seconds(b, &stage.stage)).collect();
        durations.push(Took { name: stage.stage.clone(), seconds: took, before });
    }
    if ended {
        // The whole is comparable where the same was left to do after the decision.
        let is_alike = |b: &&RunRecord| went_through(b, Stage::Reporting) == went_through(run, Stage::Reporting);
        let before = before.iter().filter(is_alike).map(|b| b.seconds).collect();
        durations.push(Took { name: "the run".to_string(), seconds: run.seconds, before });
    }
    durations
}

fn last_data(ctx: &Context<'_>, history: &History) -> Option<LastData> {
    let time = history.last_new_data().ok()??;
    let then = DateTime::parse_from_rfc3339(&time).ok()?;
    let days = (ctx.now.signed_duration_since(then)).as_seconds_f64() / 86_400.0;
    Some(LastData { time, days })
}

/// What was due between the end of the run before and this one. While a run is under way another
/// that is due steps aside: that one did not fail to take place.
fn missed(ctx: &Context<'_>, history: &History) -> Option<Missed> {
    let text = ctx.config.schedule.as_deref()?;
    let (last_run, seconds) = history.last_run().ok()??;
    let began = DateTime::parse_from_rfc3339(&last_run).ok()?.with_timezone(&Local);
    let ended = began + TimeDelta::milliseconds((1000.0 * seconds) as i64);
    let (first, count) = schedule::passed(text, &ended, &ctx.now.with_timezone(&Local), GRACE, COUNTED)?;
    Some(Missed {
        count: if count < COUNTED { count.to_string() } else { format!("{COUNTED} or more") },
        first: first.to_rfc3339_opts(SecondsFormat::Secs, true),
        last_run,
    })
}
