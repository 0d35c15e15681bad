//! `deployment`: puts the trained model in office if it beats the incumbent; lists what
//! was ever deployed; goes back; signs.

use super::contest::{self, Contest, Outcome};
use super::training::open_sketch;
use super::{Context, load_config, record, signing, training};
use crate::cli::{Args, Binary, Output, flag};
use crate::dependencies::PROGRAM;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::{Listener, Stage};
use crate::signature::{PrivateKey, Refusal};
use crate::stages::scoring::Model;
use crate::store::batch::Batch;
use crate::store::history::{DeploymentRecord, History, RunRecord};
use crate::store::versions::{self, SetManifest};
use crate::store::{envelope, files, layout};
use crate::visible;
use clap::Arg;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "deployment",
    about: "Puts the trained model in office if it beats the incumbent on the test data.",
    example: "deployment --rollback 3",
    changes: true,
    more: arguments,
    run: command,
    failed: None,
};

/// Runs that are looked through for challengers that were refused.
const RUNS: usize = 500;
/// Stands for the version that was in office before.
const BEFORE: &str = "before";
/// Stands for the version that is in office.
const CURRENT: &str = "current";

fn arguments() -> Vec<Arg> {
    vec![
        flag("history", "List every deployment and rollback").conflicts_with_all(["rollback", "sign", "keygen"]),
        Arg::new("rollback")
            .long("rollback")
            .value_name("VERSION")
            .num_args(0..=1)
            .default_missing_value(BEFORE)
            .conflicts_with_all(["sign", "keygen"])
            .help("Put an earlier version back in office; without a number the one before"),
        Arg::new("sign")
            .long("sign")
            .value_name("VERSION")
            .num_args(0..=1)
            .default_missing_value(CURRENT)
            .conflicts_with("keygen")
            .help("Sign a version that is there already; without a number the one in office"),
        Arg::new("keygen")
            .long("keygen")
            .value_name("FILE")
            .help("Write a new private key into a new file and print the public key and what to add to the config"),
    ]
}

/// What a deployment did.
pub struct Deployed {
    /// The version now in office.
    pub version: u64,
    /// What the history shall know.
    pub record: DeploymentRecord,
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    if let Some(Some(file)) = args.option("keygen") {
        return signing::keygen(file, args.dry_run);
    }
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    if args.flag("history") {
        return history(&ctx);
    }
    let _lock = ctx.lock()?;
    if let Some(version) = args.option("rollback") {
        return rollback(&ctx, version.filter(|v| *v != BEFORE));
    }
    if let Some(version) = args.option("sign") {
        return signing::sign(&ctx, number("--sign", version.filter(|v| *v != CURRENT))?);
    }
    let outcome = contend(&ctx);
    record::stage_run(&ctx, &outcome, |(contest, deployed), run| {
        run.metric = Some(contest.challenger.metric.clone());
        run.new_score = contest.challenger.value.get();
        run.old_score = contest.incumbent.as_ref().and_then(|e| e.value.get());
        run.decision = Some(decision(&contest.outcome).to_string());
        run.reason = Some(contest.outcome.reason());
        run.version = deployed.as_ref().map(|d| d.version);
        run.deployments.extend(deployed.iter().map(|d| d.record.clone()));
    });
    let (contest, deployed) = outcome?;
    let version = match &deployed {
        Some(deployed) => Some(deployed.version),
        None => contest::production(&ctx).current()?,
    };
    let text = match (&deployed, ctx.dry && contest.outcome.promotes()) {
        (Some(d), _) => format!("deployed version {}: {}", d.version, contest.outcome.reason()),
        (None, true) => format!("would deploy: {}", contest.outcome.reason()),
        (None, false) => format!("kept the incumbent: {}", contest.outcome.reason()),
    };
    let mut shown = json!({
        "decision": decision(&contest.outcome),
        "reason": contest.outcome.reason(),
        "metric": contest.challenger.metric,
        "old_score": contest.incumbent.as_ref().and_then(|e| e.value.get()),
        "new_score": contest.challenger.value.get(),
        "version": version,
    });
    if let Some(segments) = contest.outcome.segments() {
        shown["segments"] = json!(segments);
    }
    Ok(Output::new(text, shown))
}

/// The word for an outcome.
pub fn decision(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::First(_) => "first_deployment",
        Outcome::Judged(verdict) if verdict.promotes() => "deployed",
        Outcome::Judged(_) => "kept_incumbent",
    }
}

fn contend(ctx: &Context<'_>) -> Result<(Contest, Option<Deployed>)> {
    contest::check_segments(ctx)?;
    let key = signing::signer(ctx)?;
    let folder = &ctx.config.folders.model;
    let model = training::load(folder, ctx)?;
    super::scoring::load(ctx, &model)?;
    let incumbent = contest::incumbent(ctx)?;
    let contest = ctx.stage(Stage::Scoring, || contest::hold(ctx, &model, incumbent.as_ref()))?;
    if !contest.outcome.promotes() || ctx.dry {
        return Ok((contest, None));
    }
    // What is deployed is the score just taken.
    let mut batch = Batch::new(false)?;
    super::scoring::save(ctx, &mut batch, contest.challenger.clone(), contest.importance.clone())?;
    let deployed = ctx.stage(Stage::Deployment, || deploy(ctx, &mut batch, &model, &contest, key.as_ref()))?;
    Ok((contest, Some(deployed)))
}

/// Puts the model in office as a complete set, with the files that wait in the batch or
/// lie in their folders, and commits the batch: the set is written and verified first,
/// then the batch appears, then the pointer flips. With a key the set is signed.
///
/// # Errors
/// A file is missing or nothing can be written, or the model that lies there is another than the one
/// that was judged; then neither batch nor set appear.
pub fn deploy(
    ctx: &Context<'_>,
    batch: &mut Batch,
    model: &Model,
    contest: &Contest,
    key: Option<&PrivateKey>,
) -> Result<Deployed> {
    let reason = contest.outcome.reason();
    let folders = &ctx.config.folders;
    let read = |folder: &std::path::Path, name: &str| -> Result<Vec<u8>> {
        let path = folder.join(name);
        files::read(&batch.resolve(&path), &ctx.show(&path))
    };
    let contents = [
        (layout::MODEL, read(&folders.model, layout::MODEL)?),
        (layout::SCORE_TEXT, read(&folders.model, layout::SCORE_TEXT)?),
        (layout::SCORE, read(&folders.model, layout::SCORE)?),
        (layout::INGESTED_FILES, read(&folders.ingested, layout::INGESTED_FILES)?),
    ];
    judged(ctx, model, &contents[0].1)?;
    let sketch = sketch(ctx, batch, model)?;
    let contents = contents.into_iter().chain(sketch.map(|bytes| (layout::SKETCH, bytes))).collect::<Vec<_>>();
    let contents: Vec<(&str, &[u8])> = contents.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let production = contest::production(ctx);
    let previous = production.current()?;
    let mut evidence = json!({
        "metric": contest.challenger.metric,
        "score": contest.challenger.value.get(),
        "replaced_score": contest.incumbent.as_ref().and_then(|e| e.value.get()),
        "test_rows": contest.challenger.rows,
        "test_fingerprint": contest.challenger.test_fingerprint,
        "training_rows": model.document.data.rows,
        "training_fingerprint": model.document.data.fingerprint,
        "training_files": model.document.data.files,
        "settings": ctx.config.decisive_settings(),
    });
    if let Some(segments) = contest.outcome.segments() {
        evidence["segments"] = json!(segments);
    }
    let manifest = SetManifest {
        format: versions::FORMAT.to_string(),
        format_version: versions::FORMAT_VERSION,
        version: 0,
        time: ctx.time(),
        run_id: ctx.run_id.clone(),
        program: PROGRAM.to_string(),
        replaces: None,
        reason: reason.clone(),
        model_fingerprint: model.fingerprint.clone(),
        evidence,
        files: Vec::new(),
    };
    let version = production.prepare(manifest, &contents, key)?;
    batch.commit().inspect_err(|_| production.discard(version))?;
    production.put_in_office(version)?;
    ctx.note(Stage::Deployment, format!("version {version} is in office"));
    let record = DeploymentRecord {
        time: ctx.time(),
        action: "deploy".to_string(),
        version,
        previous,
        model_fingerprint: model.fingerprint.to_string(),
        reason,
    };
    Ok(Deployed { version, record })
}

/// What is deployed, and perhaps signed, is the model that won and no other that was put in its place.
fn judged(ctx: &Context<'_>, model: &Model, bytes: &[u8]) -> Result<()> {
    let place = ctx.show(&ctx.config.folders.model.join(layout::MODEL));
    match envelope::fingerprint(bytes, &place)? == model.fingerprint {
        true => Ok(()),
        false => Err(Error::data(place, "is another model than the one that was judged")
            .why("the file was changed meanwhile")
            .hint("run again when nobody else writes there")),
    }
}

/// What is kept of the data that the model was trained on; `None` where an earlier program trained
/// it and kept nothing.
fn sketch(ctx: &Context<'_>, batch: &Batch, model: &Model) -> Result<Option<Vec<u8>>> {
    let path = ctx.config.folders.model.join(layout::SKETCH);
    let place = ctx.show(&path);
    let Some(bytes) = files::read_if_there(&batch.resolve(&path), &place)? else { return Ok(None) };
    match open_sketch(&bytes, &place)?.data_fingerprint == model.document.data.fingerprint {
        true => Ok(Some(bytes)),
        false => {
            Err(Error::data(place, "is about other data than the model was trained on").hint("run training again"))
        }
    }
}

/// The number of a version as an option gives it.
fn number(option: &str, text: Option<&str>) -> Result<Option<u64>> {
    let number = |text: &str| {
        text.trim_start_matches('v').parse::<u64>().map_err(|_| {
            let problem = Problem::at(option, format!("{text:?} is not the number of a version"));
            Error::new(Kind::Usage, problem.hint("deployment --history lists the versions"))
        })
    };
    text.map(number).transpose()
}

fn rollback(ctx: &Context<'_>, wanted: Option<&str>) -> Result<Output> {
    let record = switch(ctx, number("--rollback", wanted)?, "rolled back by hand")?;
    let version = record.version;
    let text = match ctx.dry {
        _ if record.previous == Some(version) => {
            format!("version {version} was in office and stays, whole and loadable")
        }
        true => format!("would put version {version} back in office"),
        false => format!("version {version} is back in office"),
    };
    Ok(Output::new(text, json!({ "decision": "rollback", "version": record.version, "previous": record.previous })))
}

/// Puts another version in office, the one before where none is named, and writes it into the
/// history. The caller holds the lock.
///
/// # Errors
/// [`Kind::Missing`]: there is no such version, or none before. [`Kind::Data`]: it is damaged.
pub fn switch(ctx: &Context<'_>, wanted: Option<u64>, reason: &str) -> Result<DeploymentRecord> {
    let outcome = go_back(ctx, wanted, reason);
    record::stage_run(ctx, &outcome, |record, run| {
        run.decision = Some("rollback".to_string());
        run.reason = Some(record.reason.clone());
        run.version = Some(record.version);
        run.deployments.push(record.clone());
    });
    outcome
}

fn go_back(ctx: &Context<'_>, wanted: Option<u64>, reason: &str) -> Result<DeploymentRecord> {
    let production = contest::production(ctx);
    // A pointer that is lost or damaged is what an explicit version repairs.
    let previous = match wanted {
        Some(_) => production.current().unwrap_or(None),
        None => production.current()?,
    };
    let version = match wanted {
        Some(version) => version,
        None => {
            let Some(current) = previous else {
                return Err(Error::missing(ctx.show(&ctx.config.folders.production), "nothing was ever deployed")
                    .hint("run fullprocess first"));
            };
            production.load(current)?.manifest.replaces.ok_or_else(|| {
                Error::missing(format!("version {current}"), "it replaced no other when it was deployed")
                    .hint("name the version: deployment --rollback VERSION; --history lists them")
            })?
        }
    };
    let set = production.load(version)?;
    training::open(set.file(layout::MODEL)?, &format!("version {version}"))?;
    if !ctx.dry {
        production.put_in_office(version)?;
        ctx.note(Stage::Deployment, format!("version {version} is in office"));
    }
    Ok(DeploymentRecord {
        time: ctx.time(),
        action: "rollback".to_string(),
        version,
        previous,
        model_fingerprint: set.manifest.model_fingerprint.to_string(),
        reason: reason.to_string(),
    })
}

fn history(ctx: &Context<'_>) -> Result<Output> {
    let production = contest::production(ctx);
    let current = production.current().unwrap_or_else(|e| {
        e.problems().iter().for_each(|p| ctx.warn(Stage::Deployment, p.clone()));
        None
    });
    let (sets, problems) = production.manifests()?;
    for problem in problems {
        ctx.warn(Stage::Deployment, problem);
    }
    let path = ctx.config.folders.production.join(layout::HISTORY);
    let (events, runs) = match History::read_only(&path) {
        Ok(Some(history)) => (history.deployments().unwrap_or_default(), history.runs(RUNS).unwrap_or_default()),
        Ok(None) => Default::default(),
        Err(e) => {
            e.problems().iter().for_each(|p| ctx.warn(Stage::Deployment, p.clone()));
            Default::default()
        }
    };
    let refused = runs.iter().rev().filter(|r| r.decision.as_deref() == Some("kept_incumbent"));
    let mut lines = timeline(&sets, current, &events, refused.clone());
    let refused: Vec<Value> = refused
        .map(|r| json!({ "time": r.started, "run_id": r.run_id, "reason": r.reason, "old_score": r.old_score, "new_score": r.new_score }))
        .collect();
    if let Some(version) = current.filter(|c| sets.iter().all(|(s, _)| s.version != *c)) {
        let what = match production.refusal(version) {
            Ok(Some(Refusal::Missing)) => format!("not signed: deployment --sign {version}, if you trust it"),
            _ => "damaged or missing: go back with deployment --rollback VERSION".to_string(),
        };
        lines.push(format!("* version {version:<4} {what}"));
    }
    if lines.is_empty() {
        lines.push("nothing was deployed yet".to_string());
    } else {
        lines.push("* in office".to_string());
    }
    let events: Vec<Value> = events
        .iter()
        .map(|(run_id, e)| {
            json!({
                "time": e.time, "run_id": run_id, "action": e.action, "version": e.version, "previous": e.previous,
                "model_fingerprint": e.model_fingerprint, "reason": e.reason,
            })
        })
        .collect();
    let versions: Vec<Value> = sets
        .iter()
        .map(|(set, signed_by)| {
            let mut shown = json!(set);
            if let Some(key) = signed_by {
                shown["signed_by"] = json!(key);
            }
            shown
        })
        .collect();
    Ok(Output::asked(
        visible::joined(&lines),
        json!({ "current": current, "versions": versions, "events": events, "refused": refused }),
    ))
}

/// Deployments, rollbacks and refusals as lines, in the order in which they came; a mark stands at the
/// version in office.
fn timeline<'a>(
    sets: &[(SetManifest, Option<String>)],
    current: Option<u64>,
    events: &[(String, DeploymentRecord)],
    refused: impl Iterator<Item = &'a RunRecord>,
) -> Vec<String> {
    let line = |mark: &str, what: &str, time: &str, text: String| format!("{mark} {what:<12} {time}  {text}");
    let deployed = |(set, signed_by): &'_ (SetManifest, Option<String>)| {
        let mark = if Some(set.version) == current { "*" } else { " " };
        let signed = signed_by.as_ref().map(|key| format!("signed {key}  ")).unwrap_or_default();
        let text = format!("model {}  {signed}{}", set.model_fingerprint.short(), set.reason);
        line(mark, &format!("version {}", set.version), &set.time, text)
    };
    let set_of = |version: u64| sets.iter().find(|(set, _)| set.version == version);
    let is_rollback = |event: &DeploymentRecord| event.action == "rollback";
    // The history has them in the order in which they came, which times do not tell within a second.
    let recorded = events.iter().filter_map(|(_, event)| {
        let told = match is_rollback(event) {
            true => {
                let from = event.previous.map(|v| format!(" from version {v}")).unwrap_or_default();
                line(" ", "rollback", &event.time, format!("to version {}{from}", event.version))
            }
            false => deployed(set_of(event.version)?),
        };
        Some((&event.time, told))
    });
    let known: HashSet<u64> = events.iter().map(|(_, e)| e).filter(|e| !is_rollback(e)).map(|e| e.version).collect();
    let unrecorded = sets.iter().filter(|(set, _)| !known.contains(&set.version));
    let unrecorded = unrecorded.map(|set| (&set.0.time, deployed(set)));
    let refused =
        refused.map(|run| (&run.started, line(" ", "refused", &run.started, run.reason.clone().unwrap_or_default())));
    let told = in_time(in_time(unrecorded, recorded).into_iter(), refused);
    told.into_iter().map(|(_, line)| line).collect()
}

/// Two sequences of events as one, by their times; each keeps its order, as a clock may go back.
fn in_time<'a, T>(
    first: impl Iterator<Item = (&'a String, T)>,
    second: impl Iterator<Item = (&'a String, T)>,
) -> Vec<(&'a String, T)> {
    let (mut first, mut second) = (first.peekable(), second.peekable());
    let mut all = Vec::new();
    while let Some((time, _)) = first.peek() {
        all.extend(std::iter::from_fn(|| second.next_if(|(other, _)| other < time)));
        all.extend(first.next());
    }
    all.extend(second);
    all
}
