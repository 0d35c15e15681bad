//! What requests are answered from: the model in office, kept in memory and picked up
//! anew when another is put in office.

use super::Request;
use super::account::Account;
use super::meters::Meters;
use super::rows::Features;
use super::runner::Runner;
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::run::{GRACE, contest, fullprocess, training};
use crate::schedule;
use crate::stages::decision::{self, LastRun};
use crate::stages::diagnostics::{self, Diagnostics};
use crate::stages::manifest::{self, Manifest};
use crate::stages::scoring::{self, Model, ScoreDocument, threshold};
use crate::store::added::Added;
use crate::store::history::History;
use crate::store::history::runs::Tally;
use crate::store::prediction_log::PredictionLog;
use crate::store::versions::Production;
use crate::store::{files, layout, stated};
use crate::table::Question;
use chrono::{DateTime, Local, Utc};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, TryLockError};
use std::time::Instant;

/// Microseconds for which the pointer to the version in office is not read again. Requests that
/// come faster share one look. An answer may be that of the version before for so long after another
/// process has switched; a switch over HTTP is seen at once.
const MOMENT: u64 = 200;

/// The state of the API.
pub struct State {
    config: Config,
    production: Production,
    office: RwLock<Option<Arc<Office>>>,
    /// When the pointer to the version in office was read last, and that version was held: in
    /// microseconds since `begun`, from 1 up.
    looked: AtomicU64,
    begun: Instant,
    /// Held by the one who loads a model.
    loading: Mutex<()>,
    refused: Mutex<Refused>,
    meters: Arc<Meters>,
    log: Option<Arc<PredictionLog>>,
    added: Added,
    has_token: bool,
    runner: Runner,
    tally: Mutex<Tally>,
}

/// The model in office with its score. A request that holds it is answered by it from
/// beginning to end, whatever is deployed meanwhile.
#[derive(Debug)]
pub struct Office {
    /// Its version.
    pub version: u64,
    /// When it was deployed, RFC 3339.
    pub deployed: String,
    /// Why, in words.
    pub reason: String,
    /// The run that deployed it.
    pub run_id: String,
    /// The model.
    pub model: Model,
    /// Its score.
    pub score: ScoreDocument,
    /// What is read of rows to predict.
    pub features: Features,
    /// The names of its classes or labels as JSON: numbers where they are, as they stood in
    /// the data.
    pub names: Vec<String>,
    /// All of them as one JSON list.
    pub list: String,
    /// From which probability on it says yes.
    pub threshold: f64,
}

/// The version in office, where it could not be loaded, and what is still to be told of that.
#[derive(Default)]
struct Refused {
    version: Option<u64>,
    problems: Vec<Problem>,
}

/// How old the last good run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Freshness {
    /// When it began, RFC 3339; `None` where there is none or the history cannot be read.
    pub last_success: Option<String>,
    /// How the last run ended, good or not; `None` where there is none.
    pub last_exit_code: Option<u8>,
    /// How long ago that is.
    pub age_seconds: Option<i64>,
    /// Whether a run was missed; `None` without a schedule, which alone says how old is too old.
    pub stale: Option<bool>,
}

impl Office {
    /// What it answers.
    pub fn question(&self) -> &Question {
        self.model.pipeline.question()
    }
}

/// A label as JSON: a number where JSON would write it so, to the letter as it stood in the
/// data; `007` is a text.
fn json_of(label: &str) -> String {
    match serde_json::from_str::<serde_json::Number>(label) {
        Ok(_) => label.to_string(),
        Err(_) => serde_json::json!(label).to_string(),
    }
}

impl State {
    /// The state over the folders of a config.
    pub fn new(config: Config) -> State {
        let production = contest::production_of(&config);
        let input = &config.folders.input;
        let added = Added::new(input, &config.folders.show(input));
        State {
            added,
            has_token: false,
            config,
            production,
            office: RwLock::new(None),
            looked: AtomicU64::new(0),
            begun: Instant::now(),
            loading: Mutex::new(()),
            refused: Mutex::default(),
            meters: Arc::default(),
            log: None,
            runner: Runner::default(),
            tally: Mutex::default(),
        }
    }

    /// The config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The deployed versions.
    pub fn production(&self) -> &Production {
        &self.production
    }

    /// Runs in the background.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The same, with predictions being logged.
    ///
    /// # Errors
    /// The log cannot be started.
    pub fn with_log(self) -> Result<State> {
        let path = self.history_path();
        let log = PredictionLog::start(&path, self.config.api.log_max_rows)?;
        Ok(State { log: Some(Arc::new(log)), ..self })
    }

    /// The same, told that the server asks for a token: the description of the API says so.
    pub fn guarded(self, has_token: bool) -> State {
        State { has_token, ..self }
    }

    /// Whether the server asks for a token.
    pub fn has_token(&self) -> bool {
        self.has_token
    }

    /// The log of predictions, where there is one.
    pub fn log(&self) -> Option<&PredictionLog> {
        self.log.as_deref()
    }

    /// The rows that were added over HTTP.
    pub fn added(&self) -> &Added {
        &self.added
    }

    /// The manifest of the last ingestion; `None` before the first.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        read_json(&self.config.folders.ingested, layout::INGESTION, (manifest::FORMAT, manifest::FORMAT_VERSION))
    }

    /// Where the history lies.
    pub fn history_path(&self) -> PathBuf {
        self.config.folders.production.join(layout::HISTORY)
    }

    /// The account to keep of a request that comes now.
    pub fn account(&self, request: &Request) -> Account {
        Account {
            meters: Arc::clone(&self.meters),
            log: self.log.clone(),
            request_id: request.id.clone(),
            time: Utc::now(),
        }
    }

    /// What is counted.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The model in office; `None` before the first deployment. One that was in office a moment
    /// ago, less than a switch to another takes, is taken for it. Where the set in office cannot
    /// be loaded, the one loaded before goes on answering; so it does for others while one
    /// request loads the next.
    ///
    /// # Errors
    /// The set in office is damaged and none was loaded before.
    pub fn office(&self) -> Result<Option<Arc<Office>>> {
        let held = self.held();
        let now = self.begun.elapsed().as_micros() as u64 + 1;
        if held.is_some() && now < self.looked.load(Ordering::Relaxed) + MOMENT {
            return Ok(held);
        }
        match self.production.current() {
            Ok(Some(version)) if held.as_ref().is_none_or(|held| held.version != version) => {
                match (self.loading.try_lock(), held) {
                    (Err(TryLockError::WouldBlock), Some(held)) => Ok(Some(held)),
                    (Err(TryLockError::WouldBlock), None) => self.renewed(),
                    (Ok(turn), held) => self.renew(turn).or_else(|e| held.map(Some).ok_or(e)),
                    (Err(TryLockError::Poisoned(turn)), held) => {
                        self.renew(turn.into_inner()).or_else(|e| held.map(Some).ok_or(e))
                    }
                }
            }
            Ok(current) => {
                if current.is_some() {
                    self.looked.store(now, Ordering::Relaxed);
                }
                Ok(held)
            }
            Err(e) => held.map(Some).ok_or(e),
        }
    }

    /// The model in office, loaded where it is another than before, however long that takes.
    ///
    /// # Errors
    /// The set in office is damaged.
    pub fn renewed(&self) -> Result<Option<Arc<Office>>> {
        let turn = self.loading.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        self.renew(turn)
    }

    fn held(&self) -> Option<Arc<Office>> {
        self.office.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Loads the version in office, in its turn, unless another had the turn before and did so.
    /// Which one it is, is asked now: before, it may have been another.
    fn renew(&self, turn: MutexGuard<'_, ()>) -> Result<Option<Arc<Office>>> {
        let Some(version) = self.production.current()? else { return Ok(self.held()) };
        if let Some(held) = self.held().filter(|held| held.version == version) {
            return Ok(Some(held));
        }
        let loaded = Arc::new(self.load(version).inspect_err(|e| self.refuse(version, e))?);
        *self.office.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(Arc::clone(&loaded));
        drop(turn);
        Ok(Some(loaded))
    }

    /// Each version is told once, however many requests ask for it.
    fn refuse(&self, version: u64, error: &Error) {
        let mut refused = self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if refused.version.replace(version) != Some(version) {
            refused.problems.extend(error.problems().iter().cloned());
        }
    }

    /// Why the version in office could not be loaded, where that was not told yet.
    pub fn take_problems(&self) -> Vec<Problem> {
        let mut refused = self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::take(&mut refused.problems)
    }

    fn load(&self, version: u64) -> Result<Office> {
        let set = self.production.load(version)?;
        let place = |name: &str| format!("version {version}: {name}");
        let mut model = training::open(set.file(layout::MODEL)?, &place(layout::MODEL))?;
        // What it is read from need not be held beside it.
        model.document.pipeline = serde_json::Value::Null;
        let bytes = set.file(layout::SCORE)?;
        stated::refuse_foreign(scoring::FORMAT, scoring::FORMAT_VERSION, bytes, &place(layout::SCORE))?;
        let score =
            serde_json::from_slice(bytes).map_err(|e| Error::data(place(layout::SCORE), "is no score").why(e))?;
        let names: Vec<String> = model.pipeline.question().names().iter().map(|name| json_of(name)).collect();
        Ok(Office {
            version,
            deployed: set.manifest.time.clone(),
            reason: set.manifest.reason.clone(),
            run_id: set.manifest.run_id.clone(),
            features: Features::of(&model, &self.config),
            list: format!("[{}]", names.join(",")),
            names,
            threshold: threshold(&model, &self.config),
            model,
            score,
        })
    }

    /// The last diagnostics; `None` before the first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn diagnostics(&self) -> Result<Option<Diagnostics>> {
        read_json(&self.config.folders.model, layout::DIAGNOSTICS, (diagnostics::FORMAT, diagnostics::FORMAT_VERSION))
    }

    /// The report of the newest model as HTML; `None` before the first.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn report(&self) -> Result<Option<Vec<u8>>> {
        let path = self.config.folders.model.join(layout::REPORT_HTML);
        files::read_if_there(&path, &self.config.folders.show(&path))
    }

    /// How old the last good run is, and whether a scheduled one was missed since.
    pub fn freshness(&self) -> Freshness {
        let runs = self.history().and_then(|history| self.tally(&history).ok());
        let runs = runs.and_then(|mut tally| tally.commands.remove(fullprocess::BINARY.name));
        let last_exit_code = runs.as_ref().map(|runs| runs.last.exit_code);
        let last_success = runs.and_then(|runs| runs.last_success);
        let time = last_success.as_ref().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
        let local = time.map(|t| t.with_timezone(&Local));
        let missed = |s: &str| schedule::missed(s, local, &Local::now(), GRACE).is_some();
        Freshness {
            age_seconds: time.map(|t| (Utc::now() - t.with_timezone(&Utc)).num_seconds().max(0)),
            stale: self.config.schedule.as_deref().map(missed),
            last_success,
            last_exit_code,
        }
    }

    /// The history, for reading; `None` where there is none or it cannot be read.
    pub fn history(&self) -> Option<History> {
        History::read_only(&self.history_path()).ok()?
    }

    /// All runs of the history, counted; only those are read that came since the last call.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn tally(&self, history: &History) -> Result<Tally> {
        let mut tally = self.tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        tally.update(history)?;
        Ok(tally.clone())
    }

    /// The last run that came to a decision; `None` where there is none or it cannot be read.
    pub fn last_run(&self) -> Option<LastRun> {
        read_json(&self.config.folders.production, layout::LAST_RUN, (decision::FORMAT, decision::FORMAT_VERSION))
            .ok()?
    }
}

/// An artefact that is JSON; `None` where there is none.
fn read_json<T: DeserializeOwned>(folder: &Path, name: &str, format: (&str, u32)) -> Result<Option<T>> {
    let Some(bytes) = files::read_if_there(&folder.join(name), name)? else { return Ok(None) };
    stated::refuse_foreign(format.0, format.1, &bytes, name)?;
    serde_json::from_slice(&bytes).map(Some).map_err(|e| Error::data(name, "cannot be read").why(e))
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_are_numbers_where_json_writes_them_so() {
        for (label, json) in
            [("1", "1"), ("-2.50", "-2.50"), ("007", "\"007\""), ("+1", "\"+1\""), ("a\"b", "\"a\\\"b\"")]
        {
            assert_eq!(super::json_of(label), json);
        }
    }
}
