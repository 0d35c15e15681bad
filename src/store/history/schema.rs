//! The tables of the history and their versions: a file of an earlier version is brought up by
//! whoever writes into it, one of a newer version is left alone.

use rusqlite::{Connection, Error, ffi};

/// The version that this program writes.
pub const VERSION: i64 = 2;

/// What version 1 has.
const FIRST: &str = "
CREATE TABLE IF NOT EXISTS runs(
  run_id TEXT PRIMARY KEY, command TEXT NOT NULL, program TEXT NOT NULL,
  started TEXT NOT NULL, seconds REAL NOT NULL, exit_code INTEGER NOT NULL,
  decision TEXT, reason TEXT, metric TEXT, old_score REAL, new_score REAL, version INTEGER,
  data_fingerprint TEXT);
CREATE TABLE IF NOT EXISTS stages(
  run_id TEXT NOT NULL, stage TEXT NOT NULL, seconds REAL NOT NULL, rows INTEGER);
CREATE TABLE IF NOT EXISTS scores(
  run_id TEXT NOT NULL, role TEXT NOT NULL, version INTEGER, model_fingerprint TEXT NOT NULL,
  metric TEXT NOT NULL, value REAL, undefined TEXT, low REAL, high REAL,
  rows INTEGER NOT NULL, test_fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS columns(
  run_id TEXT NOT NULL, name TEXT NOT NULL, rows INTEGER NOT NULL, missing INTEGER NOT NULL,
  mean REAL, median REAL, std REAL, min REAL, max REAL);
CREATE TABLE IF NOT EXISTS deployments(
  time TEXT NOT NULL, run_id TEXT NOT NULL, action TEXT NOT NULL, version INTEGER NOT NULL,
  previous INTEGER, model_fingerprint TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS stages_by_run ON stages(run_id);
CREATE INDEX IF NOT EXISTS columns_by_run ON columns(run_id);";

/// What version 2 adds. The indexes on runs are those of [`super::over_time`]: where cron starts a
/// run every few minutes, most of them find nothing new.
const SECOND: &str = "
CREATE TABLE IF NOT EXISTS drift(
  run_id TEXT NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, test TEXT NOT NULL,
  statistic REAL, p_value REAL, adjusted_p_value REAL, effect_size REAL, drifted INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS measures(
  run_id TEXT NOT NULL, measure TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL);
CREATE TABLE IF NOT EXISTS alarms(run_id TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS drift_by_run ON drift(run_id);
CREATE INDEX IF NOT EXISTS measures_by_run ON measures(run_id);
CREATE INDEX IF NOT EXISTS alarms_by_run ON alarms(run_id);
CREATE INDEX IF NOT EXISTS scores_by_run ON scores(run_id);
CREATE INDEX IF NOT EXISTS runs_by_start ON runs(started);
CREATE INDEX IF NOT EXISTS runs_at_work ON runs(started) WHERE exit_code = 0 AND decision IS NOT 'no_new_data';";

/// The version of a file; 0 where it is new.
///
/// # Errors
/// SQLite's.
pub fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Makes the tables that a file of that version lacks, all of them or none.
///
/// # Errors
/// SQLite's.
pub fn bring_up(connection: &Connection, before: i64) -> rusqlite::Result<()> {
    if before >= VERSION {
        return Ok(());
    }
    let first = if before == 0 { FIRST } else { "" };
    // At once a writer: two programs that bring it up take turns, and the second finds it done.
    let done =
        connection.execute_batch(&format!("BEGIN IMMEDIATE;{first}{SECOND}PRAGMA user_version = {VERSION};COMMIT;"));
    if done.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    done
}

/// Whether there is no table at all.
///
/// # Errors
/// SQLite's.
pub fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// Fails where the file is no history.
///
/// # Errors
/// SQLite's.
pub fn has_runs(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM (SELECT 1 FROM runs LIMIT 1)", [], |_| Ok(()))
}

/// Refuses a version that this program does not know: what it would write might not be whole.
///
/// # Errors
/// One that [`is_newer`] knows.
pub fn refuse_newer(version: i64) -> rusqlite::Result<()> {
    if version <= VERSION {
        return Ok(());
    }
    let why = format!("it has version {version}, and this program writes versions up to {VERSION}");
    Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_SCHEMA), Some(why)))
}

/// Whether this is the error of [`refuse_newer`].
pub fn is_newer(e: &Error) -> bool {
    e.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_SCHEMA)
}

#[cfg(test)]
mod tests {
    use super::super::{DriftRecord, History, MeasureRecord, RunRecord};
    use super::*;
    use crate::stages::trends::Alarm;

    /// A run with something in every table of version 2.
    fn full() -> RunRecord {
        RunRecord {
            run_id: "b".into(),
            command: "fullprocess".into(),
            started: "2026-01-02T00:00:00Z".into(),
            decision: Some("deployed".into()),
            drift: vec![DriftRecord {
                part: "column".into(),
                name: "fee".into(),
                test: "kolmogorov_smirnov".into(),
                statistic: Some(0.25),
                p_value: Some(0.001),
                adjusted_p_value: None,
                effect_size: Some(0.3),
                drifted: true,
            }],
            measures: vec![MeasureRecord { measure: "latency".into(), name: "/health".into(), value: 0.002 }],
            alarms: vec![Alarm { kind: "min_new_rows".into(), what: "3 new rows".into() }],
            ..RunRecord::default()
        }
    }

    #[test]
    fn a_file_of_version_1_is_read_as_it_is_and_brought_up_by_who_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&format!("BEGIN;{FIRST}PRAGMA user_version = 1;COMMIT;")).unwrap();
        old.execute(
            "INSERT INTO runs VALUES('a','fullprocess','p','2026-01-01T00:00:00Z',1.0,0,'deployed','r','f1',0.5,0.6,1,'d')",
            [],
        )
        .unwrap();
        drop(old);
        let reader = History::read_only(&path).unwrap().unwrap();
        assert_eq!(reader.recent(9).unwrap().len(), 1);
        assert_eq!(reader.alarms("a").unwrap(), []);
        assert_eq!(reader.last_new_data().unwrap().as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(version(&reader.connection).unwrap(), 1, "readers change nothing");
        drop(reader);
        assert!(History::append(&path, "t", &full()).unwrap().is_none());
        let reader = History::read_only(&path).unwrap().unwrap();
        assert_eq!(version(&reader.connection).unwrap(), VERSION);
        let runs = reader.recent(9).unwrap();
        assert_eq!((runs[0].run_id.as_str(), &runs[1]), ("a", &full()));
        assert_eq!(reader.alarms("b").unwrap(), full().alarms);
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        let newer = Connection::open(&path).unwrap();
        newer.execute_batch("CREATE TABLE other(a); PRAGMA user_version = 9;").unwrap();
        drop(newer);
        let before = std::fs::read(&path).unwrap();
        let error = History::append(&path, "t", &full()).unwrap_err();
        assert!(error.message().contains("of a newer version and is left as it is"), "{error}");
        assert!(error.message().contains("version 9, and this program writes versions up to 2"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it is not set aside");
    }
}
