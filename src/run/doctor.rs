//! `fullprocess --check`, `--crontab`, `--systemd`: what stands between this config and a
//! run that can be forgotten.

use super::{Context, contest, fullprocess, load_config, preview, rfc3339, signing, training};
use crate::cli::{Args, Output};
use crate::config::Config;
use crate::dependencies::PROGRAM;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::Listener;
use crate::install;
use crate::schedule;
use crate::signature::PublicKey;
use crate::store::history::History;
use crate::store::lock::Lock;
use crate::store::{files, layout, space};
use crate::visible;
use chrono::{DateTime, Local, Utc};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Attention,
    Bad(Kind),
}

/// What the doctor looked at and found.
struct Finding {
    topic: &'static str,
    mark: Mark,
    text: String,
    hint: Option<String>,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, topic: &'static str, text: impl Into<String>) {
        self.0.push(Finding { topic, mark: Mark::Good, text: text.into(), hint: None });
    }

    fn attention(&mut self, topic: &'static str, problem: &Problem) {
        self.0.push(Finding { topic, mark: Mark::Attention, text: problem.sentence(), hint: problem.hint.clone() });
    }

    fn bad(&mut self, topic: &'static str, error: &Error) {
        for problem in error.problems() {
            let (text, hint) = (problem.sentence(), problem.hint.clone());
            self.0.push(Finding { topic, mark: Mark::Bad(error.kind), text, hint });
        }
    }
}

/// Less than this is too little to write a model and its reports with a quiet mind.
const LITTLE_SPACE: u64 = 256 << 20;

/// Looks at everything a run needs and changes nothing.
///
/// # Errors
/// None of its own: what is wrong is told, and the first bad finding decides the exit code.
pub fn check(args: &Args, terminal: &dyn Listener) -> Result<Output> {
    let mut found = Findings::default();
    match load_config(args) {
        Ok(config) => {
            let kind = config.model.kind.as_deref().unwrap_or("chosen by the target");
            found.good("config", format!("{} is valid; the model is {kind}", config.name));
            look(&config, terminal, &mut found);
        }
        Err(e) => found.bad("config", &e),
    }
    let lines: Vec<String> = found.0.iter().map(line).collect();
    let first = found.0.iter().find_map(|f| match f.mark {
        Mark::Bad(kind) => Some((kind, f)),
        _ => None,
    });
    let error = first.map(|(kind, f)| {
        let bad = found.0.iter().filter(|f| matches!(f.mark, Mark::Bad(_))).count();
        Error::new(kind, Problem::at(f.topic, format!("{bad} of {} checks failed", found.0.len())))
    });
    let checks: Vec<Value> = found
        .0
        .iter()
        .map(|f| {
            let mark = match f.mark {
                Mark::Good => "ok",
                Mark::Attention => "attention",
                Mark::Bad(_) => "bad",
            };
            json!({ "topic": f.topic, "status": mark, "text": f.text, "hint": f.hint })
        })
        .collect();
    let json = json!({ "ok": error.is_none(), "checks": checks });
    Ok(Output { error, ..Output::asked(lines.join("\n"), json) })
}

fn line(f: &Finding) -> String {
    let mark = match f.mark {
        Mark::Good => "ok   ",
        Mark::Attention => "look ",
        Mark::Bad(_) => "BAD  ",
    };
    let hint = f.hint.as_ref().map(|h| format!("\n     hint: {}", visible::line(h))).unwrap_or_default();
    format!("{mark}{:<10} {}{hint}", f.topic, visible::line(&f.text))
}

fn look(config: &Config, terminal: &dyn Listener, found: &mut Findings) {
    let folders = &config.folders;
    for (key, folder) in [("input data", &folders.input), ("test data", &folders.test)] {
        match files::inputs(folder, folders) {
            Ok((inputs, notices)) => {
                let bytes: u64 = inputs.iter().map(|i| i.bytes).sum();
                let number = inputs.len();
                let files = if number == 1 { "1 file".to_string() } else { format!("{number} files") };
                let text = format!("{key} in {}: {files}, {}", folders.show(folder), size(bytes));
                match inputs.is_empty() {
                    true => found.attention("folders", &Problem::at("", text).hint("put a .csv file there")),
                    false => found.good("folders", text),
                }
                notices.iter().for_each(|n| found.attention("folders", n));
            }
            Err(e) => found.bad("folders", &e),
        }
    }
    if folders.input.is_dir() && folders.test.is_dir() {
        match preview::look(&Context::new(config, fullprocess::BINARY.name, true, terminal)) {
            Ok(texts) => texts.into_iter().for_each(|text| found.good("data", text)),
            Err(e) => found.bad("data", &e),
        }
    }
    for folder in [&folders.ingested, &folders.model, &folders.production, &folders.home] {
        match space::writable(folder, &shown(config, folder)) {
            Ok(()) => found.good("rights", format!("{} can be written", shown(config, folder))),
            Err(e) => found.bad("rights", &e),
        }
    }
    match space::free(&folders.production) {
        Some(free) if free < LITTLE_SPACE => {
            let problem =
                Problem::at("", format!("only {} are free for {}", size(free), folders.show(&folders.production)));
            found.attention("disk", &problem.hint("free some space before a run needs it"));
        }
        Some(free) => found.good("disk", format!("{} free", size(free))),
        None => found.attention("disk", &Problem::at("", "the free space cannot be told")),
    }
    match Lock::look(&folders.outputs()) {
        Ok(_) => found.good("lock", "no run is under way"),
        Err(e) => e.problems().iter().for_each(|p| found.attention("lock", p)),
    }
    office(config, found);
    signatures(config, found);
    runs(config, found);
}

/// Whether signatures are asked for, whether this process could sign, and which versions carry none
/// that is accepted.
fn signatures(config: &Config, found: &mut Findings) {
    let trusted: Vec<String> = config.signature.public_keys.iter().map(PublicKey::id).collect();
    let asked = match trusted.is_empty() {
        true => "none is asked for: deployed models carry checksums alone".to_string(),
        false => format!("models are refused that none of these keys has signed: {}", trusted.join(", ")),
    };
    match signing::key(config) {
        Ok(Some((key, attention))) => {
            let by = key.public().id();
            found.good("signature", format!("{asked}; what is deployed is signed by key {by}"));
            attention.iter().for_each(|problem| found.attention("signature", problem));
        }
        Ok(None) if trusted.is_empty() => found.good("signature", asked),
        Ok(None) => {
            let problem = Problem::at("", format!("{asked}; this config cannot sign, and so deploys nothing"));
            found.attention("signature", &problem.hint("name signature.key_file or key_env where runs deploy"));
        }
        Err(e) => found.bad("signature", &e),
    }
    let production = contest::production_of(config);
    let versions = production.versions().unwrap_or_default();
    let refused: Vec<String> = versions
        .into_iter()
        .filter(|version| production.refusal(*version).is_ok_and(|refusal| refusal.is_some()))
        .map(|version| version.to_string())
        .collect();
    if !refused.is_empty() {
        let problem = Problem::at("", format!("not signed by such a key: version {}", refused.join(", ")));
        let hint = "a rollback to them is refused; deployment --sign VERSION signs one that you trust";
        found.attention("signature", &problem.hint(hint));
    }
}

fn office(config: &Config, found: &mut Findings) {
    let production = contest::production_of(config);
    let opened = production.in_office().and_then(|set| match set {
        Some(set) => {
            let model = training::open(set.file(layout::MODEL)?, layout::MODEL)?;
            Ok(Some((set.manifest, model.document.program, set.signed_by)))
        }
        None => Ok(None),
    });
    match opened {
        Ok(Some((m, program, signed_by))) => {
            let other = match program == PROGRAM {
                true => String::new(),
                false => format!("; it was trained by {program}, and this is {PROGRAM}"),
            };
            let signed = signed_by.map(|key| format!(", signed by key {key}")).unwrap_or_default();
            found.good("office", format!("version {} since {}: whole and loadable{signed}{other}", m.version, m.time));
        }
        Ok(None) => found.good("office", "nothing is deployed yet; the first run deploys"),
        Err(e) => found.bad("office", &e),
    }
}

fn runs(config: &Config, found: &mut Findings) {
    let path = config.folders.production.join(layout::HISTORY);
    let history = History::read_only(&path).and_then(|h| match h {
        Some(h) => Ok(Some((h.runs(5)?, h.last_success()?))),
        None => Ok(None),
    });
    let (last, success) = match history {
        Ok(Some(found)) => found,
        Ok(None) => (Vec::new(), None),
        Err(e) => {
            e.problems().iter().for_each(|p| found.attention("history", p));
            (Vec::new(), None)
        }
    };
    if last.is_empty() {
        found.good("runs", "no run yet");
    }
    for run in &last {
        let ended = if run.exit_code == 0 { "done" } else { "failed" };
        let what = run.decision.clone().unwrap_or_else(|| ended.to_string());
        let text = format!("{} {}: {what}, exit {}", run.started, run.command, run.exit_code);
        match run.exit_code {
            0 => found.good("runs", text),
            _ => found.attention("runs", &Problem::at("", text).why(run.reason.clone().unwrap_or_default())),
        }
    }
    let now = Local::now();
    let success = success.and_then(|t| DateTime::parse_from_rfc3339(&t).ok()).map(|t| t.with_timezone(&Local));
    match &config.schedule {
        Some(text) => {
            let next = schedule::next_after(text, &now).map_or("never".to_string(), |t| t.to_rfc3339());
            found.good("schedule", format!("{text:?}: {}; next at {next}", schedule::describe(text)));
            if schedule::zone_changes_clock(&now) {
                schedule::warnings(text).iter().for_each(|w| found.attention("schedule", w));
            }
            // Before the first run nothing was missed: nobody knows how old the schedule is.
            if success.is_some()
                && let Some(missed) = schedule::missed(text, success, &now, super::GRACE)
            {
                found.attention("schedule", &missed.problem());
            }
        }
        None => found.good("schedule", "none in the config; --crontab needs one"),
    }
    clock(found, last.first().map(|r| r.started.as_str()));
}

/// A clock that stands before the last run makes every age and every schedule wrong.
fn clock(found: &mut Findings, last: Option<&str>) {
    let now = Utc::now();
    let ahead = last.and_then(|t| DateTime::parse_from_rfc3339(t).ok()).filter(|t| *t > now);
    match ahead {
        Some(t) => {
            let problem = Problem::at(
                "",
                format!("it is {} by the clock, before the last run at {}", rfc3339(now), t.to_rfc3339()),
            );
            found.attention("clock", &problem.hint("set the clock, and look why it went back"));
        }
        None => found.good("clock", rfc3339(now)),
    }
}

fn shown(config: &Config, folder: &Path) -> String {
    match folder == config.folders.home {
        true => "the config's folder".to_string(),
        false => config.folders.show(folder),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} kB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GB", bytes as f64 / 1_073_741_824.0),
    }
}

fn own_path() -> Result<PathBuf> {
    std::env::current_exe().map_err(|e| Error::io("fullprocess", "find the path of this program", &e))
}

/// The crontab line for a config.
///
/// # Errors
/// [`Kind::Config`] where it has no schedule.
pub fn crontab(config: &Config) -> Result<Output> {
    let text = install::crontab_line(&own_path()?, &config.path, config.schedule.as_deref())?;
    Ok(Output::asked(text.clone(), json!({ "crontab": text })))
}

/// A systemd service and timer for a config.
///
/// # Errors
/// [`Kind::Config`] where it has no schedule.
pub fn systemd(config: &Config) -> Result<Output> {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok();
    let units = install::systemd_units(
        &own_path()?,
        &config.path,
        config.schedule.as_deref(),
        &config.folders,
        user.as_deref(),
    )?;
    Ok(Output::asked(units.to_string(), json!({ "service": units.service, "timer": units.timer })))
}
