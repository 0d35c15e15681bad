//! The shell: load, call a stage, save. A file for each binary, and `fullprocess`, which
//! chains them.

pub mod alarms;
pub mod api_calls;
pub mod app;
pub mod compare;
pub mod contest;
pub mod decide;
pub mod deployment;
pub mod diagnostics;
pub mod doctor;
pub mod fullprocess;
pub mod ingestion;
pub mod inputs;
pub mod learn;
pub mod listening;
pub mod mimic;
pub mod policy;
pub mod preview;
pub mod record;
pub mod reporting;
pub mod scoring;
pub mod shown;
pub mod signing;
pub mod token;
pub mod training;
pub mod trends;
pub mod watch;

use crate::cli::Args;
use crate::config::{Catalog, Config, json_schema};
use crate::dependencies::PROGRAM;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::{Event, Listener, Stage, Unit};
use crate::numbers::grouped;
use crate::store::history::{RunRecord, StageRecord};
use crate::store::lock::Lock;
use crate::store::{batch, files, layout, space};
use crate::table::Task;
use crate::{gate, metrics, models, schedule};
use chrono::{DateTime, Local, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How late a scheduled run may be before it counts as missed.
pub const GRACE: TimeDelta = TimeDelta::minutes(15);

/// Everything a run needs to know beside its data.
pub struct Context<'a> {
    /// The config.
    pub config: &'a Config,
    /// The time at which the run began: artefacts carry this one.
    pub now: DateTime<Utc>,
    /// The run.
    pub run_id: String,
    /// Change nothing.
    pub dry: bool,
    /// The binary.
    pub command: &'static str,
    /// Where events go.
    pub listener: &'a dyn Listener,
    started: Instant,
    record: RefCell<RunRecord>,
}

impl<'a> Context<'a> {
    /// A run that begins now.
    pub fn new(config: &'a Config, command: &'static str, dry: bool, listener: &'a dyn Listener) -> Context<'a> {
        let now = Utc::now();
        let run_id = format!("{}-{:05}", now.format("%Y%m%dT%H%M%S%3fZ"), std::process::id() % 100_000);
        let record = RunRecord {
            run_id: run_id.clone(),
            command: command.to_string(),
            program: PROGRAM.to_string(),
            started: rfc3339(now),
            ..RunRecord::default()
        };
        Context { config, now, run_id, dry, command, listener, started: Instant::now(), record: RefCell::new(record) }
    }

    /// The same run, with its events going elsewhere.
    pub fn listened_by<'b>(self, listener: &'b dyn Listener) -> Context<'b>
    where
        'a: 'b,
    {
        Context { listener, ..self }
    }

    /// The time at which the run began, RFC 3339.
    pub fn time(&self) -> String {
        rfc3339(self.now)
    }

    /// Runs a stage and measures it.
    ///
    /// # Errors
    /// The stage's.
    pub fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        self.listener.on(&Event::Begun(stage));
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        self.record(|run| run.stages.push(StageRecord { stage: stage.name().to_string(), seconds, rows: None }));
        self.listener.on(&Event::Finished(stage, seconds));
        Ok(result)
    }

    /// What tells how far a stage is with reading so many bytes: given the bytes and the rows that
    /// were read so far.
    pub fn reading(&self, stage: Stage, total: u64) -> impl Fn(u64, u64) {
        move |done, rows| {
            let what = format!("{} rows", grouped(rows));
            self.listener.on(&Event::Progress { stage, done, total, unit: Unit::Bytes, what });
        }
    }

    /// Says how many rows a stage worked on that has ended.
    pub fn rows(&self, stage: Stage, rows: u64) {
        self.record(|run| {
            if let Some(found) = run.stages.iter_mut().rev().find(|s| s.stage == stage.name()) {
                found.rows = Some(rows);
            }
        });
    }

    /// Adds to what the history will know of this run.
    pub fn record(&self, change: impl FnOnce(&mut RunRecord)) {
        change(&mut self.record.borrow_mut());
    }

    /// What the history will know of this run.
    pub fn recorded(&self) -> RunRecord {
        RunRecord { seconds: self.seconds(), ..self.record.borrow().clone() }
    }

    /// Seconds since the run began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// A path as messages show it.
    pub fn show(&self, path: &Path) -> String {
        self.config.folders.show(path)
    }

    /// Tells a fact.
    pub fn note(&self, stage: Stage, text: String) {
        self.listener.note(stage, text);
    }

    /// Tells what deserves attention.
    pub fn warn(&self, stage: Stage, problem: Problem) {
        self.listener.warn(stage, problem);
    }

    /// Makes sure that outputs can be written, takes the lock and clears away what a killed run left. A dry run only makes sure
    /// that no other is under way.
    ///
    /// # Errors
    /// [`crate::error::Kind::Busy`] where another run holds the lock.
    pub fn lock(&self) -> Result<Lock> {
        let folders = &self.config.folders;
        let outputs = folders.outputs();
        for folder in outputs {
            space::writable(folder, &self.show(folder))?;
        }
        self.refuse_outputs_among_inputs()?;
        if self.dry {
            return Lock::look(&outputs);
        }
        let holder =
            format!("{} run {} (process {}, since {})", self.command, self.run_id, std::process::id(), self.time());
        let lock = Lock::take(&outputs, &holder).map_err(|e| self.overlaps(e))?;
        let versions = folders.production.join(layout::VERSIONS);
        let plots = folders.model.join(layout::PLOTS);
        for folder in [&folders.ingested, &folders.model, &plots, &folders.production, &versions] {
            batch::sweep(folder);
        }
        contest::production(self).recover();
        Ok(lock)
    }
}

impl Context<'_> {
    /// The config's check goes by names; a link can lead an output among the inputs all the same.
    fn refuse_outputs_among_inputs(&self) -> Result<()> {
        let folders = &self.config.folders;
        for output in folders.outputs() {
            for input in [&folders.input, &folders.test] {
                if files::lies_inside(output, input) {
                    let place = self.show(output);
                    return Err(Error::new(
                        Kind::Config,
                        Problem::at(place, format!("this output folder lies inside {}", self.show(input)))
                            .why("a link leads there; what is written would be read again as input")
                            .hint("give outputs a folder of their own"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Where runs are scheduled, a lock that is held means that they overlap.
    fn overlaps(&self, error: Error) -> Error {
        match &self.config.schedule {
            Some(schedule) if error.kind == Kind::Busy => error.why(schedule::overlap(schedule, &Local::now())),
            _ => error,
        }
    }
}

/// A time as artefacts have it.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What the registries hold, for the config.
pub fn catalog() -> Catalog<'static> {
    Catalog {
        models: models::ALL.iter().map(|m| m.name()).chain([models::search::NAME]).collect(),
        monotone: models::ALL
            .iter()
            .filter(|m| m.keeps_directions())
            .map(|m| m.name())
            .chain([models::search::NAME])
            .collect(),
        metrics: metrics::names().collect(),
        rules: gate::Rule::NAMES.to_vec(),
        check_params: &|kind, params, place| match models::by_name(kind) {
            Ok(algorithm) => models::Params::check(algorithm.params(), params, place).err().unwrap_or_default(),
            // The target will say which model it is: the parameters may be those of any default.
            Err(_) if kind.is_empty() => {
                let of = |task| models::Params::check(models::default_for(task).params(), params, place).err();
                match of(Task::Binary) {
                    Some(problems) if of(Task::Regression).is_some() => problems,
                    _ => Vec::new(),
                }
            }
            // What is no model is auto: it chooses the parameters itself.
            Err(_) => params.keys().map(|key| no_parameter(place, key)).collect(),
        },
        check_schedule: &schedule::check,
    }
}

fn no_parameter(place: &str, key: &str) -> Problem {
    Problem::at(format!("{place}/{key}"), "auto takes no parameters")
        .why("it chooses them by cross-validation")
        .hint("remove it, or name a model in model.kind")
}

/// `config.schema.json`.
pub fn config_schema() -> Value {
    let mut params = Map::new();
    for model in models::ALL {
        for spec in model.params() {
            let entry = params.entry(spec.name).or_insert_with(|| json!({ "anyOf": [] }));
            let mut schema = spec.json_schema();
            schema["description"] = format!("{}: {}", model.name(), spec.purpose).into();
            if let Some(any) = entry["anyOf"].as_array_mut() {
                any.push(schema);
            }
        }
    }
    json_schema::json_schema(&catalog(), &params)
}

/// Reads the config that the arguments name.
///
/// # Errors
/// [`crate::error::Kind::Missing`]: no such file. [`crate::error::Kind::Config`]: everything wrong with it.
pub fn load_config(args: &Args) -> Result<Config> {
    let name = args.config.display().to_string();
    let path = absolute(&args.config).map_err(|e| Error::io(&name, "find the current folder", &e))?;
    let text = files::read_text(&path, &name).map_err(|e| match e.kind {
        Kind::Missing => e.hint("name the config with --config FILE"),
        Kind::Data => e.of_kind(Kind::Config),
        _ => e,
    })?;
    let short = name.strip_prefix("./").unwrap_or(&name);
    Config::parse(&text, &path, short, &catalog())
}

/// Reads a config again from where it was read before.
///
/// # Errors
/// As [`load_config`].
pub fn reload_config(config: &Config) -> Result<Config> {
    Config::parse(&files::read_text(&config.path, &config.name)?, &config.path, &config.name, &catalog())
}

fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    std::path::absolute(path)
}
