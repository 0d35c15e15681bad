//! The history as a killed run leaves it: a run is in it with all that belongs to it, or not at all.

use super::{Checked, check};
use crate::project::Project;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What belongs to a run.
const PARTS: [&str; 7] = ["stages", "scores", "columns", "deployments", "drift", "measures", "alarms"];

/// What stands in a history.
#[derive(Debug, Default)]
pub struct History {
    /// By run: how many rows each table has of it.
    runs: BTreeMap<String, [u64; PARTS.len()]>,
    /// Action, version, and the version before, in order.
    deployments: Vec<(String, u64, Option<u64>)>,
}

impl History {
    /// Reads a copy: what a killed run left beside the history stays as it is.
    pub fn of(project: &Project) -> Checked<History> {
        let copy = tempfile::tempdir().unwrap();
        for name in ["history.sqlite", "history.sqlite-journal", "history.sqlite-wal", "history.sqlite-shm"] {
            let _ = std::fs::copy(project.at("production_deployment").join(name), copy.path().join(name));
        }
        let path = copy.path().join("history.sqlite");
        if !path.exists() {
            return Ok(History::default());
        }
        History::read(&Connection::open(path).unwrap()).map_err(|e| format!("the history: {e}"))?
    }

    fn read(open: &Connection) -> rusqlite::Result<Checked<History>> {
        let sound: String = open.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if sound != "ok" {
            return Ok(Err(sound));
        }
        if open.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, u32>(0))? == 0 {
            return Ok(Ok(History::default()));
        }
        let mut history = History::default();
        let mut statement = open.prepare("SELECT run_id FROM runs")?;
        for run in statement.query_map([], |row| row.get::<_, String>(0))? {
            history.runs.insert(run?, Default::default());
        }
        for (place, part) in PARTS.iter().enumerate() {
            let mut statement = open.prepare(&format!("SELECT run_id FROM {part}"))?;
            for run in statement.query_map([], |row| row.get::<_, String>(0))? {
                let run = run?;
                let Some(counts) = history.runs.get_mut(&run) else {
                    return Ok(Err(format!("{part} of run {run}, which is not there")));
                };
                counts[place] += 1;
            }
        }
        let mut statement = open.prepare("SELECT action, version, previous FROM deployments ORDER BY rowid")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, u32>(1)?.into(), row.get::<_, Option<u32>>(2)?.map(u64::from)))
        })?;
        history.deployments = rows.collect::<rusqlite::Result<_>>()?;
        Ok(Ok(history))
    }

    /// Nothing is lost of what stood before, and the run that was killed is in it as one that was
    /// not, or not at all.
    pub fn is_whole(&self, before: &History, after: &History) -> Checked<()> {
        let fresh = |history: &History| -> Vec<[u64; PARTS.len()]> {
            let new = history.runs.iter().filter(|(run, _)| !before.runs.contains_key(*run));
            new.map(|(_, counts)| *counts).collect()
        };
        let kept = before.runs.iter().all(|(run, counts)| self.runs.get(run) == Some(counts));
        let (own, whole) = (fresh(self), fresh(after));
        check(kept && (own.is_empty() || own == whole), || {
            format!("the history has {own:?} of the run that was killed; a whole one has {whole:?}")
        })
    }

    /// Nothing is lost of what stood before. A run that failed tells how far it came.
    pub fn keeps(&self, before: &History, _: &History) -> Checked<()> {
        let kept = before.runs.iter().all(|(run, counts)| self.runs.get(run) == Some(counts));
        check(kept, || "the history has lost runs".to_string())
    }

    /// Every version was deployed once, each change of office begins where the one before it ended,
    /// and the last ends at the one in office. How often a version came back is not compared: the
    /// run that was killed may have done it or not.
    pub fn deployments_are_those_of(&self, other: &History, office: Option<u64>) -> Checked<()> {
        let deployed = |history: &History| -> Vec<u64> {
            let deployed = history.deployments.iter().filter(|(action, ..)| action == "deploy");
            deployed.map(|(_, version, _)| *version).collect()
        };
        let before = std::iter::once(None).chain(self.deployments.iter().map(|(_, version, _)| Some(*version)));
        let is_chain = before.zip(&self.deployments).all(|(before, (_, _, previous))| before == *previous);
        let last = self.deployments.last().map(|(_, version, _)| *version);
        check(deployed(self) == deployed(other) && is_chain && last == office, || {
            format!("the history knows of {:?} instead of {:?}", self.deployments, other.deployments)
        })
    }
}
