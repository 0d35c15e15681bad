//! Reads that hold one run against earlier ones: bounded, by index, and good for a file of
//! version 1 too, whose missing tables count as empty.

use super::{DriftRecord, History, MeasureRecord, RunRecord, ScoreRecord, failed};
use crate::error::Result;
use crate::stages::trends::Alarm;
use rusqlite::{OptionalExtension, Row};
use std::path::Path;

/// Runs that ended well and had something to do; the words are those of the index `runs_at_work`.
const AT_WORK: &str = "exit_code = 0 AND decision IS NOT 'no_new_data'";
/// Runs of the whole job that ended well with nothing to do.
const IDLE: &str = "exit_code = 0 AND decision = 'no_new_data'";
/// Runs of the whole job that came to a decision about data.
const JUDGED: &str =
    "command = 'fullprocess' AND decision IN ('first_deployment', 'deployed', 'kept_incumbent', 'no_drift')";

impl History {
    /// The last `limit` runs that ended well and had something to do, oldest first, with all
    /// that belongs to them but deployments.
    ///
    /// # Errors
    /// Reading failed.
    pub fn recent(&self, limit: usize) -> Result<Vec<RunRecord>> {
        let mut runs = self.last_of(AT_WORK, limit)?;
        for run in &mut runs {
            run.stages = self.stages(&run.run_id)?;
            run.columns = self.columns(&run.run_id)?;
            run.scores = self.scores(&run.run_id)?;
            run.drift = self.drift(&run.run_id)?;
            run.measures = self.measures(&run.run_id)?;
            run.alarms = self.alarms(&run.run_id)?;
        }
        runs.reverse();
        Ok(runs)
    }

    /// The last `limit` runs of that sort that ended well, newest first, with their stages:
    /// `idle` ones found nothing new, the others had something to do.
    ///
    /// # Errors
    /// Reading failed.
    pub fn timed(&self, idle: bool, limit: usize) -> Result<Vec<RunRecord>> {
        let mut runs = self.last_of(if idle { IDLE } else { AT_WORK }, limit)?;
        for run in &mut runs {
            run.stages = self.stages(&run.run_id)?;
        }
        Ok(runs)
    }

    /// When the last run of the whole job began that had new data, RFC 3339; `None` where none had.
    ///
    /// # Errors
    /// Reading failed.
    pub fn last_new_data(&self) -> Result<Option<String>> {
        // Version 1 does not say how many rows were new; a decision about data stands for some.
        let rows = match self.version < 2 {
            true => "1",
            false => {
                "coalesce((SELECT value FROM measures m
                   WHERE m.run_id = runs.run_id AND measure = 'new_data' AND name = 'rows'), 1)"
            }
        };
        let sql = format!("SELECT started FROM runs WHERE {JUDGED} AND {rows} > 0 ORDER BY started DESC LIMIT 1");
        self.one(&sql, |row| row.get(0))
    }

    /// When the last run of the whole job began, RFC 3339, and how many seconds it took; `None`
    /// before the first.
    ///
    /// # Errors
    /// Reading failed.
    pub fn last_run(&self) -> Result<Option<(String, f64)>> {
        let sql = "SELECT started, seconds FROM runs WHERE command = 'fullprocess' ORDER BY started DESC LIMIT 1";
        self.one(sql, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The alarms of a run.
    ///
    /// # Errors
    /// Reading failed.
    pub fn alarms(&self, run_id: &str) -> Result<Vec<Alarm>> {
        let sql = "SELECT kind, what FROM alarms WHERE run_id = ?1 ORDER BY rowid";
        self.added(sql, run_id, |row| Ok(Alarm { kind: row.get(0)?, what: row.get(1)? }))
    }

    fn drift(&self, run_id: &str) -> Result<Vec<DriftRecord>> {
        let sql = "SELECT part, name, test, statistic, p_value, adjusted_p_value, effect_size, drifted FROM drift
                   WHERE run_id = ?1 ORDER BY rowid";
        self.added(sql, run_id, |row| {
            Ok(DriftRecord {
                part: row.get(0)?,
                name: row.get(1)?,
                test: row.get(2)?,
                statistic: row.get(3)?,
                p_value: row.get(4)?,
                adjusted_p_value: row.get(5)?,
                effect_size: row.get(6)?,
                drifted: row.get(7)?,
            })
        })
    }

    fn measures(&self, run_id: &str) -> Result<Vec<MeasureRecord>> {
        let sql = "SELECT measure, name, value FROM measures WHERE run_id = ?1 ORDER BY rowid";
        self.added(sql, run_id, |row| Ok(MeasureRecord { measure: row.get(0)?, name: row.get(1)?, value: row.get(2)? }))
    }

    fn scores(&self, run_id: &str) -> Result<Vec<ScoreRecord>> {
        let sql = "SELECT role, version, model_fingerprint, metric, value, undefined, low, high, rows, test_fingerprint
                   FROM scores WHERE run_id = ?1 ORDER BY rowid";
        self.of_run(sql, run_id, |row| {
            let bounds: (Option<f64>, Option<f64>) = (row.get(6)?, row.get(7)?);
            let undefined: Option<String> = row.get(5)?;
            Ok(ScoreRecord {
                role: row.get(0)?,
                version: row.get::<_, Option<i64>>(1)?.map(|v| v as u64),
                model_fingerprint: row.get(2)?,
                metric: row.get(3)?,
                value: row.get::<_, Option<f64>>(4)?.ok_or_else(|| undefined.unwrap_or_default()),
                interval: bounds.0.zip(bounds.1),
                rows: row.get::<_, i64>(8)? as u64,
                test_fingerprint: row.get(9)?,
            })
        })
    }

    /// Rows of a table that version 2 added.
    fn added<T>(&self, sql: &str, run_id: &str, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        if self.version < 2 { Ok(Vec::new()) } else { self.of_run(sql, run_id, read) }
    }

    fn one<T>(&self, sql: &str, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        let found = self.connection.query_row(sql, [], read).optional();
        found.map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    fn last_of(&self, which: &str, limit: usize) -> Result<Vec<RunRecord>> {
        self.runs_where(&format!("WHERE {which}"), limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, started: &str, decision: &str, new_rows: Option<f64>) -> RunRecord {
        let rows = |value| MeasureRecord { measure: "new_data".into(), name: "rows".into(), value };
        RunRecord {
            run_id: id.into(),
            command: "fullprocess".into(),
            started: started.into(),
            decision: Some(decision.into()),
            measures: new_rows.map(rows).into_iter().collect(),
            ..RunRecord::default()
        }
    }

    #[test]
    fn idle_runs_do_not_crowd_out_those_at_work() {
        let folder = tempfile::tempdir().unwrap();
        let (mut history, _) = History::open(&folder.path().join("history.sqlite"), "t").unwrap();
        assert_eq!((history.last_run().unwrap(), history.last_new_data().unwrap()), (None, None));
        history.record(&run("a", "2026-01-01T00:00:00Z", "first_deployment", Some(80.0))).unwrap();
        history.record(&run("b", "2026-01-02T00:00:00Z", "kept_incumbent", Some(0.0))).unwrap();
        for minute in 10..60 {
            history
                .record(&run(&minute.to_string(), &format!("2026-01-03T00:{minute}:00Z"), "no_new_data", None))
                .unwrap();
        }
        let ids = |runs: Vec<RunRecord>| runs.into_iter().map(|r| r.run_id).collect::<Vec<_>>();
        assert_eq!(ids(history.recent(30).unwrap()), ["a", "b"], "oldest first");
        assert_eq!(ids(history.recent(1).unwrap()), ["b"]);
        assert_eq!(ids(history.timed(true, 2).unwrap()), ["59", "58"], "newest first");
        assert_eq!(history.last_run().unwrap(), Some(("2026-01-03T00:59:00Z".to_string(), 0.0)));
        // A run that was forced to train had no new data.
        assert_eq!(history.last_new_data().unwrap().as_deref(), Some("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn the_last_runs_are_found_by_index() {
        let folder = tempfile::tempdir().unwrap();
        let (history, _) = History::open(&folder.path().join("history.sqlite"), "t").unwrap();
        for (which, index) in [(AT_WORK, "runs_at_work"), (IDLE, "runs_by_start")] {
            let sql =
                format!("EXPLAIN QUERY PLAN SELECT run_id FROM runs WHERE {which} ORDER BY started DESC LIMIT 30");
            let plan: String = history.connection.query_row(&sql, [], |row| row.get(3)).unwrap();
            assert!(plan.contains(index), "{plan}");
        }
    }
}
