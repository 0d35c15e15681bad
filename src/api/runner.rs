//! Runs of the pipeline in the background, one at a time, under the lock that cron's runs take.

use super::Failure;
use crate::config::{Config, Folders};
use crate::error::{Error, Kind};
use crate::event::Silent;
use crate::run::fullprocess;
use serde_json::Value;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// Starts runs and knows what came of the last one.
#[derive(Debug, Default)]
pub struct Runner {
    last: Arc<Mutex<Option<Run>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A run that this app started.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// What `fullprocess --json` would have printed; `None` while it is under way.
    pub outcome: Option<Value>,
}

impl Runner {
    /// Starts a run; with `force` it trains although nothing is new. The answer is its id.
    ///
    /// # Errors
    /// 409 where a run is under way, here or elsewhere; 500 where none can be started.
    pub fn start(&self, config: &Config, force: bool) -> Result<String, Failure> {
        let mut thread = locked(&self.thread);
        if thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            let id = locked(&self.last).as_ref().map(|run| run.id.clone()).unwrap_or_default();
            return Err(Failure::busy(format!("run {id} has not ended")));
        }
        let (begun, waiting) = channel();
        let (config, last) = (config.clone(), Arc::clone(&self.last));
        let spawned =
            std::thread::Builder::new().name("run".to_string()).spawn(move || work(&config, force, &begun, &last));
        *thread = Some(spawned.map_err(|_| Failure::internal("no thread can be started for the run"))?);
        match waiting.recv() {
            Ok(Ok(id)) => Ok(id),
            Ok(Err(e)) => Err(e.into()),
            Err(_) => Err(Failure::internal("the run ended before it began; fullprocess.log tells more")),
        }
    }

    /// The last run that this app started.
    pub fn last(&self) -> Option<Run> {
        locked(&self.last).clone()
    }

    /// Waits until no run is under way.
    pub fn wait(&self) {
        if let Some(thread) = locked(&self.thread).take() {
            // A run that panicked has ended too.
            let _ = thread.join();
        }
    }
}

fn work(config: &Config, force: bool, begun: &Sender<Result<String, Error>>, last: &Mutex<Option<Run>>) {
    let mut id = None;
    let output = fullprocess::run(config, false, force, &Silent, |run_id| {
        id = Some(run_id.to_string());
        *locked(last) = Some(Run { id: run_id.to_string(), outcome: None });
        // Whoever asked is still waiting: it waits for nothing else.
        let _ = begun.send(Ok(run_id.to_string()));
    });
    match id {
        Some(id) => {
            *locked(last) = Some(Run { id, outcome: Some(without_paths(&output.json, &config.folders)) });
        }
        None => {
            let error = output.error.unwrap_or_else(|| Error::internal("a run without lock and without error"));
            // A lock that cannot be taken for want of rights is no conflict.
            let error = if error.kind == Kind::Missing { error.of_kind(Kind::Io) } else { error };
            let _ = begun.send(Err(error));
        }
    }
}

/// Without places of the server in any text.
fn without_paths(outcome: &Value, folders: &Folders) -> Value {
    match outcome {
        Value::String(text) => Value::String(folders.hide(text)),
        Value::Array(items) => items.iter().map(|item| without_paths(item, folders)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_paths(value, folders))).collect()
        }
        other => other.clone(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
