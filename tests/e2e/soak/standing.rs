//! What stands on the disk between two ticks.

use super::world::World;
use crate::crash_sweep::{Checked, check, office};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Beside the model in office, all that a run may change and that is compared.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub merged: Option<String>,
    pub names: Option<String>,
    /// `lastrun.json`
    pub last: Option<Value>,
    pub office: Option<u64>,
    /// What the model in office says of the test rows.
    pub answers: Option<String>,
    pub versions: Vec<u64>,
    pub history: Recorded,
}

/// What the history says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// Decision and exit code of each run.
    pub runs: BTreeMap<String, (Option<String>, u8)>,
    /// Action, version and the version before, in order.
    pub changes: Vec<(String, u64, Option<u64>)>,
}

impl Standing {
    /// Reads it; what cannot be read or contradicts itself is what does not hold.
    pub fn of(world: &World) -> Checked<Standing> {
        let project = &world.project;
        let text = |name: &str| std::fs::read_to_string(project.at(name)).ok();
        let last = text("production_deployment/lastrun.json");
        let office = office(project).map_err(|e| format!("the model in office: {e}"))?;
        let production = project.at("production_deployment");
        Ok(Standing {
            merged: text("ingesteddata/finaldata.csv"),
            names: text("ingesteddata/ingestedfiles.txt"),
            last: last.map(|last| serde_json::from_str(&last).map_err(|e| format!("lastrun.json: {e}"))).transpose()?,
            office: office.as_ref().map(|office| office.version),
            answers: office.map(|office| office.answers),
            versions: versions(&production.join("versions")),
            history: Recorded::of(&production)?,
        })
    }

    /// The fingerprint of the data that was decided about last.
    pub fn decided(&self) -> Option<&str> {
        self.last.as_ref()?["data_fingerprint"].as_str()
    }
}

/// The numbers of the sets that are there.
fn versions(folder: &Path) -> Vec<u64> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<u64> = entries.filter_map(|e| e.file_name().to_str()?.parse().ok()).collect();
    found.sort_unstable();
    found
}

impl Recorded {
    /// Reads a copy: what a killed run left beside the history stays as it is.
    fn of(production: &Path) -> Checked<Recorded> {
        let copy = tempfile::tempdir().unwrap();
        for name in ["history.sqlite", "history.sqlite-journal"] {
            let _ = std::fs::copy(production.join(name), copy.path().join(name));
        }
        let path = copy.path().join("history.sqlite");
        if !path.exists() {
            return Ok(Recorded::default());
        }
        Recorded::read(&path).map_err(|e| format!("the history: {e}"))?
    }

    fn read(path: &Path) -> rusqlite::Result<Checked<Recorded>> {
        let open = Connection::open(path)?;
        let sound: String = open.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        if let Err(e) = check(sound == "ok", || format!("the history: {sound}")) {
            return Ok(Err(e));
        }
        let mut found = Recorded::default();
        if open.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, u32>(0))? == 0 {
            return Ok(Ok(found));
        }
        let mut runs = open.prepare("SELECT run_id, decision, exit_code FROM runs")?;
        for run in runs.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))? {
            let (id, ended) = run?;
            found.runs.insert(id, ended);
        }
        let mut changes = open.prepare("SELECT action, version, previous FROM deployments ORDER BY rowid")?;
        let rows = changes.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, u32>(1)?.into(), row.get::<_, Option<u32>>(2)?.map(u64::from)))
        })?;
        found.changes = rows.collect::<rusqlite::Result<_>>()?;
        Ok(Ok(found))
    }

    /// Each change of office begins where the one before it ended, and the last ends at the one in
    /// office.
    pub fn leads_to(&self, office: Option<u64>) -> Checked<()> {
        let gap = self.changes.windows(2).find(|two| two[1].2 != Some(two[0].1));
        check(gap.is_none(), || format!("the history leaps: {gap:?}"))?;
        let last = self.changes.last().map(|(_, version, _)| *version);
        check(last == office, || format!("the history ends with version {last:?}, in office is {office:?}"))
    }
}
