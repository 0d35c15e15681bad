//! The configuration: read as written, checked whole, then valid by construction.
//!
//! Nothing downstream checks a [`Config`] again.

mod alerts;
mod bytes;
mod check;
mod data;
mod drift;
pub mod json_schema;
pub mod keys;
mod paths;
mod read;
mod signature;

pub use alerts::Alerts;
pub use data::{Data, Expansion, Rule};
pub use drift::{Adjustment, Drift, DriftMode};
pub use paths::{FOLDER_KEYS, Folders};
pub use signature::{KeySource, Signature};

use crate::error::{Error, Kind, Problem, Result};
use crate::table::{Constraints, Monotone};
use serde_json::{Map, Value};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Checks `model.params` of a kind; the last argument is the place to name.
pub type CheckParams = dyn Fn(&str, &Map<String, Value>, &str) -> Vec<Problem>;

/// Checks `schedule`; an error is the problem's text and hint.
pub type CheckSchedule = dyn Fn(&str) -> std::result::Result<(), (String, String)>;

/// The names that the registries hold, for checking and for the schema.
pub struct Catalog<'a> {
    /// Model kinds.
    pub models: Vec<&'a str>,
    /// Model kinds that keep to `model.monotone`.
    pub monotone: Vec<&'a str>,
    /// Metrics.
    pub metrics: Vec<&'a str>,
    /// Rules of the gate.
    pub rules: Vec<&'a str>,
    /// The models' word on their parameters.
    pub check_params: &'a CheckParams,
    /// The schedule's word on itself.
    pub check_schedule: &'a CheckSchedule,
}

/// A valid configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that it was read from, absolute.
    pub path: PathBuf,
    /// The file's name as the user wrote it, for messages.
    pub name: String,
    /// Where everything lies.
    pub folders: Folders,
    /// How data is read.
    pub data: Data,
    /// What is trained.
    pub model: Model,
    /// When a challenger wins.
    pub gate: Gate,
    /// How new rows are held against training rows.
    pub drift: Drift,
    /// What a run tells somebody about.
    pub alerts: Alerts,
    /// Five cron fields.
    pub schedule: Option<String>,
    /// Threads to use.
    pub threads: usize,
    /// The app.
    pub api: Api,
    /// When to ask for newer dependencies.
    pub newest_versions: NewestVersions,
    /// Who may bring a model into office.
    pub signature: Signature,
    /// The log.
    pub log: Log,
}

/// What is trained.
#[derive(Debug, Clone)]
pub struct Model {
    /// A registered model; by the target where not given.
    pub kind: Option<String>,
    /// Its parameters, checked by the model.
    pub params: Map<String, Value>,
    /// The columns with which predictions may go one way only.
    pub monotone: Constraints,
    /// Seed of everything random.
    pub seed: u64,
    /// How long `auto` may try candidates.
    pub budget_seconds: u64,
    /// How probabilities are calibrated, if they are.
    pub calibration: Option<String>,
    /// From which probability on to predict the positive class, or a label.
    pub threshold: Threshold,
}

/// From which probability on to predict the positive class, or a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// From this one, whatever the model.
    Fixed(f64),
    /// From the one that was best on cross-validated answers for the training data.
    Chosen,
}

impl Threshold {
    /// The probability where the config names none.
    pub const USUAL: f64 = 0.5;
}

/// When a challenger wins.
#[derive(Debug, Clone)]
pub struct Gate {
    /// A registered metric; by the number of classes where not given.
    pub metric: Option<String>,
    /// A registered rule.
    pub rule: String,
    /// For the rule `not_worse`.
    pub margin: f64,
    /// For the rule `significant`.
    pub level: f64,
    /// Columns whose groups of rows are judged one by one as well.
    pub segments: Vec<String>,
    /// How much worse the challenger may be in a segment.
    pub segment_margin: f64,
    /// Test rows that a segment needs to be judged.
    pub segment_rows: u64,
    /// Train only when the deployed model scores lower on the new rows.
    pub only_on_drift: bool,
}

/// The app.
#[derive(Debug, Clone)]
pub struct Api {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What clients of protocols that name models call it.
    pub model_name: String,
    /// The environment variable that holds the bearer token.
    pub token_env: String,
    /// The file that holds the bearer token.
    pub token_file: Option<PathBuf>,
    /// Whether reads need the token too.
    pub token_for_reads: bool,
    /// Whether it may listen beyond this machine without a token.
    pub open: bool,
    /// Connections at once.
    pub max_connections: usize,
    /// Long requests worked on at once.
    pub max_requests: usize,
    /// Bytes of a request's body.
    pub max_body_bytes: usize,
    /// Bytes of text that a file may hold whose rows a client asks about.
    pub max_file_bytes: u64,
    /// Seconds a client has to send a request's head.
    pub header_seconds: u64,
    /// Seconds a client has to send a request's body.
    pub body_seconds: u64,
    /// Seconds a client may take no byte of an answer.
    pub write_seconds: u64,
    /// Whether predictions are written into the history.
    pub log_predictions: bool,
    /// Logged predictions that are kept.
    pub log_max_rows: u64,
}

/// When the package registry is asked for newer dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewestVersions {
    /// By the `diagnostics` command only.
    OnRequest,
    /// In every run.
    Always,
    /// Never.
    Never,
}

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    /// Size at which it is rotated.
    pub max_bytes: u64,
    /// How many rotated logs are kept.
    pub keep: usize,
}

impl Default for Log {
    fn default() -> Log {
        Log { max_bytes: 1 << 20, keep: 5 }
    }
}

impl Config {
    /// The config in `text`, which was read from `path` (absolute); `name` is what
    /// messages call it.
    ///
    /// # Errors
    /// [`Kind::Config`] with every problem found.
    pub fn parse(text: &str, path: &Path, name: &str, catalog: &Catalog<'_>) -> Result<Config> {
        let (map, mut problems) = read::read(text, name)?;
        problems.extend(check::check(&map, name, catalog));
        let at = |pointer: &str| format!("{name}: {pointer}");
        let section = |name: &str| map.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let (data, model, gate, api, log) =
            (section("data"), section("model"), section("gate"), section("api"), section("log"));
        let folders = Folders::new(path, |key| map.get(key).and_then(Value::as_str).unwrap_or_default());
        // A folder that is not named lies nowhere, neither inside another nor beside it.
        if FOLDER_KEYS.iter().all(|key| map.contains_key(*key)) {
            problems.extend(folders.problems(name));
        }
        let listen = text_of(&api, "listen").unwrap_or_else(|| "127.0.0.1:8000".to_string());
        let listen = listen.parse().unwrap_or_else(|_| {
            problems.push(
                Problem::at(at("/api/listen"), format!("{listen:?} is not an address with a port"))
                    .hint("write for example \"127.0.0.1:8000\""),
            );
            SocketAddr::from(([127, 0, 0, 1], 8000))
        });
        let schedule = text_of(&map, "schedule");
        if let Some(Err((what, hint))) = schedule.as_deref().map(catalog.check_schedule) {
            problems.push(Problem::at(at("/schedule"), what).hint(hint));
        }
        if alerts::of(&section("alerts")).missed_schedule && schedule.is_none() {
            let problem = Problem::at(at("/alerts/missed_schedule"), "there is no schedule to miss");
            problems.push(problem.hint("say in \"schedule\" when runs are meant to be, as five cron fields"));
        }
        let data = data::of(&data);
        problems.extend(data::contradictions(&data, name));
        let signature = signature::of(&section("signature"), &folders.home, name, &mut problems);
        Error::unless_empty(Kind::Config, problems)?;
        Ok(Config {
            path: path.to_path_buf(),
            name: name.to_string(),
            data,
            model: Model {
                kind: text_of(&model, "kind"),
                params: model.get("params").and_then(Value::as_object).cloned().unwrap_or_default(),
                monotone: model.get("monotone").and_then(Value::as_object).map(directions_of).unwrap_or_default(),
                seed: model.get("seed").and_then(Value::as_u64).unwrap_or(0),
                budget_seconds: integer_of(&model, "budget_seconds", 60),
                calibration: text_of(&model, "calibration").filter(|method| method != "none"),
                threshold: match model.get("threshold") {
                    Some(Value::String(_)) => Threshold::Chosen,
                    given => Threshold::Fixed(given.and_then(Value::as_f64).unwrap_or(Threshold::USUAL)),
                },
            },
            gate: Gate {
                metric: text_of(&gate, "metric"),
                rule: text_of(&gate, "rule").unwrap_or_else(|| "better".to_string()),
                margin: number_of(&gate, "margin", 0.01),
                level: number_of(&gate, "level", 0.05),
                segments: distinct(texts_of(&gate, "segments").unwrap_or_default()),
                segment_margin: number_of(&gate, "segment_margin", 0.05),
                segment_rows: integer_of(&gate, "segment_rows", 30),
                only_on_drift: text_of(&gate, "retrain").as_deref() == Some("on_drift"),
            },
            drift: drift::of(&section("drift")),
            alerts: alerts::of(&section("alerts")),
            schedule,
            threads: integer_of(&map, "threads", crate::parallel::available() as u64) as usize,
            api: Api {
                listen,
                model_name: text_of(&api, "model_name").unwrap_or_else(|| "incumbent".to_string()),
                token_env: text_of(&api, "token_env").unwrap_or_else(|| "INCUMBENT_TOKEN".to_string()),
                token_file: text_of(&api, "token_file").map(|file| folders.home.join(file)),
                token_for_reads: text_of(&api, "token_for").as_deref() == Some("everything"),
                open: flag_of(&api, "open"),
                max_connections: integer_of(&api, "max_connections", 512) as usize,
                max_requests: integer_of(&api, "max_requests", 64) as usize,
                max_body_bytes: integer_of(&api, "max_body_bytes", 64 << 20) as usize,
                max_file_bytes: api.get("max_file_bytes").and_then(bytes::of).unwrap_or(256_000_000),
                header_seconds: integer_of(&api, "header_seconds", 10),
                body_seconds: integer_of(&api, "body_seconds", 30),
                write_seconds: integer_of(&api, "write_seconds", 30),
                log_predictions: flag_of(&api, "log_predictions"),
                log_max_rows: integer_of(&api, "log_max_rows", 1_000_000),
            },
            folders,
            newest_versions: match text_of(&section("diagnostics"), "newest_versions").as_deref() {
                Some("always") => NewestVersions::Always,
                Some("never") => NewestVersions::Never,
                _ => NewestVersions::OnRequest,
            },
            signature,
            log: Log {
                max_bytes: integer_of(&log, "max_bytes", Log::default().max_bytes),
                keep: integer_of(&log, "keep", Log::default().keep as u64) as usize,
            },
        })
    }
}

impl Config {
    /// The settings that a decision depends on, for history and auditors.
    pub fn decisive_settings(&self) -> Value {
        let data: Value = serde_json::from_str(&self.data.settings).unwrap_or_default();
        let mut settings = serde_json::json!({
            "data": data,
            "positive": self.data.positive,
            "text": if self.data.hashed_text { "hashed" } else { "vocabulary" },
            "model": {
                "kind": self.model.kind,
                "params": self.model.params,
                "seed": self.model.seed,
                "calibration": self.model.calibration,
                "threshold": match self.model.threshold {
                    Threshold::Fixed(threshold) => serde_json::json!(threshold),
                    Threshold::Chosen => serde_json::json!("chosen"),
                },
            },
            "gate": {
                "metric": self.gate.metric,
                "rule": self.gate.rule,
                "margin": self.gate.margin,
                "level": self.gate.level,
            },
        });
        if !self.gate.segments.is_empty() {
            settings["gate"]["segments"] = serde_json::json!({
                "columns": self.gate.segments,
                "margin": self.gate.segment_margin,
                "rows": self.gate.segment_rows,
            });
        }
        // Absent where there are none, as in histories from before there were any.
        if !self.model.monotone.is_empty() {
            settings["model"]["monotone"] = serde_json::json!(self.model.monotone);
        }
        settings
    }
}

fn text_of(map: &Map<String, Value>, key: &str) -> Option<String> {
    map.get(key).and_then(Value::as_str).map(|s| s.trim().to_string())
}

fn texts_of(map: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
    let items = map.get(key)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).map(str::to_string).collect())
}

/// Each text once, in order.
fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

fn number_of(map: &Map<String, Value>, key: &str, default: f64) -> f64 {
    map.get(key).and_then(Value::as_f64).unwrap_or(default)
}

fn integer_of(map: &Map<String, Value>, key: &str, default: u64) -> u64 {
    map.get(key).and_then(Value::as_u64).unwrap_or(default)
}

fn flag_of(map: &Map<String, Value>, key: &str) -> bool {
    map.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn directions_of(columns: &Map<String, Value>) -> Constraints {
    let direction = |value: &Value| Monotone::of_name(value.as_str()?);
    columns.iter().filter_map(|(column, value)| Some((column.clone(), direction(value)?))).collect()
}

#[cfg(test)]
mod tests;
