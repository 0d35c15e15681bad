//! Reads of runs that are made often: none of them goes through the whole history.

use super::{ColumnRecord, History, RunRecord, StageRecord, failed};
use crate::error::Result;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeMap;
use std::path::Path;

/// How sure a challenger's score was, and on which test data it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Challenger {
    /// The run.
    pub run_id: String,
    /// The interval.
    pub interval: Option<(f64, f64)>,
    /// The test data.
    pub test_fingerprint: String,
}

impl History {
    /// The challengers' scores of the last `limit` runs that took one, newest first.
    ///
    /// # Errors
    /// Reading failed.
    pub fn challengers(&self, limit: usize) -> Result<Vec<Challenger>> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(
                "SELECT run_id, low, high, test_fingerprint FROM scores WHERE role = 'challenger'
                 ORDER BY rowid DESC LIMIT ?1",
            )?;
            let rows = statement.query_map(params![limit as i64], |row| {
                let bounds: (Option<f64>, Option<f64>) = (row.get(1)?, row.get(2)?);
                Ok(Challenger { run_id: row.get(0)?, interval: bounds.0.zip(bounds.1), test_fingerprint: row.get(3)? })
            })?;
            rows.collect()
        };
        read().map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    /// The columns that a run recorded, in the order of the data; none where it made no
    /// diagnostics.
    ///
    /// # Errors
    /// Reading failed.
    pub fn columns(&self, run_id: &str) -> Result<Vec<ColumnRecord>> {
        let sql = "SELECT name, rows, missing, mean, median, std, min, max FROM columns WHERE run_id = ?1
                   ORDER BY rowid";
        self.of_run(sql, run_id, |row| {
            Ok(ColumnRecord {
                name: row.get(0)?,
                rows: row.get::<_, i64>(1)? as u64,
                missing: row.get::<_, i64>(2)? as u64,
                numbers: [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?],
            })
        })
    }

    /// The stages of a run, in order.
    ///
    /// # Errors
    /// Reading failed.
    pub fn stages(&self, run_id: &str) -> Result<Vec<StageRecord>> {
        let sql = "SELECT stage, seconds, rows FROM stages WHERE run_id = ?1 ORDER BY rowid";
        self.of_run(sql, run_id, |row| {
            Ok(StageRecord {
                stage: row.get(0)?,
                seconds: row.get(1)?,
                rows: row.get::<_, Option<i64>>(2)?.map(|rows| rows as u64),
            })
        })
    }

    pub(super) fn of_run<T>(
        &self,
        sql: &str,
        run_id: &str,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let rows =
            || -> rusqlite::Result<Vec<T>> { self.connection.prepare(sql)?.query_map([run_id], read)?.collect() };
        rows().map_err(|e| failed(Path::new("history.sqlite"), &e))
    }
}

/// What the runs of one command came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandRuns {
    /// The one that ended last, without its stages, scores and columns.
    pub last: RunRecord,
    /// The latest start of those that ended well, RFC 3339.
    pub last_success: Option<String>,
    /// Runs by decision; a command that takes none has `none` where it ended well and
    /// `failed` where it did not.
    pub decisions: BTreeMap<String, u64>,
}

/// All runs, counted as they are written: those that were counted are not read again, so
/// that a history of years costs no more than one of a day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// By command.
    pub commands: BTreeMap<String, CommandRuns>,
    /// Row and id of the last run that was counted.
    counted: Option<(i64, String)>,
}

impl Tally {
    /// Counts the runs that were written since. Where this is not the history that was
    /// counted before, as after one was set aside, it begins anew.
    ///
    /// # Errors
    /// Reading failed.
    pub fn update(&mut self, history: &History) -> Result<()> {
        self.try_update(history).map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    fn try_update(&mut self, history: &History) -> rusqlite::Result<()> {
        if let Some((row, run_id)) = &self.counted {
            let sql = "SELECT run_id FROM runs WHERE rowid = ?1";
            let there: Option<String> = history.connection.query_row(sql, [row], |row| row.get(0)).optional()?;
            if there.as_ref() != Some(run_id) {
                *self = Tally::default();
            }
        }
        let sql = "SELECT rowid, run_id, command, started, seconds, exit_code, decision, version FROM runs
                   WHERE rowid > ?1 ORDER BY rowid";
        let after = self.counted.as_ref().map_or(0, |(row, _)| *row);
        let mut statement = history.connection.prepare(sql)?;
        let mut rows = statement.query(params![after])?;
        while let Some(row) = rows.next()? {
            let run = RunRecord {
                run_id: row.get(1)?,
                command: row.get(2)?,
                started: row.get(3)?,
                seconds: row.get(4)?,
                exit_code: row.get(5)?,
                decision: row.get(6)?,
                version: row.get::<_, Option<i64>>(7)?.map(|v| v as u64),
                ..RunRecord::default()
            };
            self.counted = Some((row.get(0)?, run.run_id.clone()));
            self.count(run);
        }
        Ok(())
    }

    fn count(&mut self, run: RunRecord) {
        let runs = self.commands.entry(run.command.clone()).or_default();
        let is_good = run.exit_code == 0;
        let decision = run.decision.clone().unwrap_or_else(|| if is_good { "none" } else { "failed" }.to_string());
        *runs.decisions.entry(decision).or_default() += 1;
        if is_good {
            // A long run may be written after a later one; times of one form are in order as text.
            runs.last_success = runs.last_success.take().max(Some(run.started.clone()));
        }
        runs.last = run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, command: &str, exit_code: u8, decision: Option<&str>) -> RunRecord {
        RunRecord {
            run_id: id.to_string(),
            command: command.to_string(),
            started: format!("at {id}"),
            exit_code,
            decision: decision.map(str::to_string),
            stages: vec![StageRecord { stage: "training".to_string(), seconds: 0.5, rows: Some(26) }],
            columns: vec![ColumnRecord {
                name: format!("column of {id}"),
                rows: 8,
                missing: 2,
                numbers: [Some(1.0), Some(2.0), None, Some(0.0), Some(5.0)],
            }],
            ..RunRecord::default()
        }
    }

    #[test]
    fn columns_and_stages_are_those_of_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let (mut history, _) = History::open(&folder.path().join("history.sqlite"), "t").unwrap();
        let (a, b) = (run("a", "diagnostics", 0, None), run("b", "diagnostics", 0, None));
        history.record(&a).unwrap();
        history.record(&b).unwrap();
        assert_eq!(history.columns("b").unwrap(), b.columns);
        assert_eq!(history.stages("a").unwrap(), a.stages);
        assert_eq!(history.columns("c").unwrap(), []);
    }

    #[test]
    fn runs_are_counted_once_and_anew_in_another_history() {
        let folder = tempfile::tempdir().unwrap();
        let (mut history, _) = History::open(&folder.path().join("history.sqlite"), "t").unwrap();
        let mut tally = Tally::default();
        tally.update(&history).unwrap();
        assert_eq!(tally, Tally::default());
        history.record(&run("a", "fullprocess", 0, Some("deployed"))).unwrap();
        history.record(&run("b", "training", 65, None)).unwrap();
        tally.update(&history).unwrap();
        history.record(&run("c", "fullprocess", 70, Some("failed"))).unwrap();
        tally.update(&history).unwrap();
        let whole = &tally.commands["fullprocess"];
        assert_eq!((whole.last.run_id.as_str(), whole.last.exit_code), ("c", 70));
        assert_eq!(whole.last_success.as_deref(), Some("at a"));
        assert_eq!(whole.decisions, BTreeMap::from([("deployed".to_string(), 1), ("failed".to_string(), 1)]));
        assert_eq!(tally.commands["training"].decisions, BTreeMap::from([("failed".to_string(), 1)]));
        history.record(&run("0", "fullprocess", 0, Some("no_new_data"))).unwrap();
        tally.update(&history).unwrap();
        let whole = &tally.commands["fullprocess"];
        assert_eq!(
            (whole.last.run_id.as_str(), whole.last_success.as_deref()),
            ("0", Some("at a")),
            "it began earlier"
        );
        let (mut other, _) = History::open(&folder.path().join("other.sqlite"), "t").unwrap();
        other.record(&run("d", "scoring", 0, None)).unwrap();
        tally.update(&other).unwrap();
        assert_eq!(tally.commands.keys().collect::<Vec<_>>(), ["scoring"]);
    }
}
