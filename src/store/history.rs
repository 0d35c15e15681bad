//! `history.sqlite`: every run with its stages, scores, columns, drift, measures and alarms, and every
//! deployment and rollback. What is read of it often is in [`runs`], what is compared over time in [`over_time`]. Logged predictions lie in the same file: see [`super::prediction_log`].
//!
//! The history informs; nothing is decided by it. Where it cannot be read it is set
//! aside under another name, never deleted, and a new one begins.

pub mod over_time;
mod records;
pub mod runs;
mod schema;
mod write;

pub use records::{ColumnRecord, DeploymentRecord, DriftRecord, MeasureRecord, RunRecord, ScoreRecord, StageRecord};
pub use schema::VERSION;

use super::{disk, layout};
use crate::error::{Error, Kind, Problem, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi, params};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The open history.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    /// The version of its tables.
    version: i64,
}

impl History {
    /// Opens the history, creating it where there is none. A file that is no history is
    /// set aside; the problem says where.
    ///
    /// # Errors
    /// It cannot be opened or created, or another program holds it.
    pub fn open(path: &Path, now: &str) -> Result<(History, Option<Problem>)> {
        match Self::try_open(path) {
            Ok(history) => Ok((history, None)),
            Err(e) if is_damaged(&e) => {
                let problem = damaged(path, &set_aside(path, now)?, &e);
                let history = Self::try_open(path).map_err(|e| failed(path, &e))?;
                Ok((history, Some(problem)))
            }
            Err(e) => Err(unopened(path, &e)),
        }
    }

    /// As [`History::open`], with the errors of SQLite and nothing set aside.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn try_open(path: &Path) -> rusqlite::Result<History> {
        must_be_regular(path)?;
        let connection = disk::database(path)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        let before = schema::version(&connection)?;
        schema::refuse_newer(before)?;
        // A journal beside the file only while something is written: readers leave no trace
        // and need no right to write. While an app logs predictions there is a write-ahead
        // log instead; the switch is refused then, at once. Where the app was killed it
        // takes the place of the one that the app could not do.
        connection.busy_timeout(Duration::ZERO)?;
        let _ = connection.pragma_update(None, "journal_mode", "DELETE");
        connection.busy_timeout(Duration::from_secs(2))?;
        schema::bring_up(&connection, before)?;
        schema::has_runs(&connection)?;
        Ok(History { connection, version: schema::VERSION })
    }

    /// The connection, for the tables that other modules keep in the history.
    pub(super) fn into_connection(self) -> Connection {
        self.connection
    }

    /// Opens an existing history for reading; `None` where there is none, or an empty one whose
    /// first writer was killed.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn read_only(path: &Path) -> Result<Option<History>> {
        if fs::symlink_metadata(path).is_err() {
            return Ok(None);
        }
        let open = |flags: OpenFlags| -> rusqlite::Result<Option<History>> {
            must_be_regular(path)?;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(Duration::from_secs(2))?;
            if schema::is_empty(&connection)? {
                return Ok(None);
            }
            schema::has_runs(&connection)?;
            let version = schema::version(&connection)?;
            Ok(Some(History { connection, version }))
        };
        // Half a transaction of a program that was killed is taken back before anybody reads, which
        // only a writer can do.
        let opened = open(OpenFlags::SQLITE_OPEN_READ_ONLY).or_else(|e| match e.sqlite_error_code() {
            Some(ErrorCode::ReadOnly) => open(OpenFlags::SQLITE_OPEN_READ_WRITE),
            _ => Err(e),
        });
        opened.map_err(|e| failed(path, &e))
    }

    /// The last `limit` timings of a stage, newest first: start of the run, seconds, rows.
    /// Stages that found nothing to do have no rows and are left out.
    ///
    /// # Errors
    /// Reading failed.
    pub fn timings(&self, stage: &str, limit: usize) -> Result<Vec<(String, f64, u64)>> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(
                "SELECT started, stages.seconds, rows FROM stages JOIN runs USING(run_id)
                 WHERE stage = ?1 AND rows IS NOT NULL ORDER BY started DESC, runs.rowid DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![stage, limit as i64], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64))
            })?;
            rows.collect()
        };
        read().map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    /// The last `limit` runs, newest first, without their stages, scores and columns.
    ///
    /// # Errors
    /// Reading failed.
    pub fn runs(&self, limit: usize) -> Result<Vec<RunRecord>> {
        self.runs_where("", limit)
    }

    /// The last `limit` runs among those of a condition, newest first.
    fn runs_where(&self, condition: &str, limit: usize) -> Result<Vec<RunRecord>> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(&format!(
                "SELECT run_id, command, program, started, seconds, exit_code, decision, reason, metric,
                        old_score, new_score, version, data_fingerprint
                 FROM runs {condition} ORDER BY started DESC, rowid DESC LIMIT ?1",
            ))?;
            let rows = statement.query_map(params![limit as i64], |row| {
                Ok(RunRecord {
                    run_id: row.get(0)?,
                    command: row.get(1)?,
                    program: row.get(2)?,
                    started: row.get(3)?,
                    seconds: row.get(4)?,
                    exit_code: row.get(5)?,
                    decision: row.get(6)?,
                    reason: row.get(7)?,
                    metric: row.get(8)?,
                    old_score: row.get(9)?,
                    new_score: row.get(10)?,
                    version: row.get::<_, Option<i64>>(11)?.map(|v| v as u64),
                    data_fingerprint: row.get(12)?,
                    ..RunRecord::default()
                })
            })?;
            rows.collect()
        };
        read().map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    /// When the last `fullprocess` began that ended well, RFC 3339.
    ///
    /// # Errors
    /// Reading failed.
    pub fn last_success(&self) -> Result<Option<String>> {
        let sql = "SELECT max(started) FROM runs WHERE command = 'fullprocess' AND exit_code = 0";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(|e| failed(Path::new("history.sqlite"), &e))
    }

    /// All deployments and rollbacks, oldest first, each with the run that made it.
    ///
    /// # Errors
    /// Reading failed.
    pub fn deployments(&self) -> Result<Vec<(String, DeploymentRecord)>> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(
                "SELECT run_id, time, action, version, previous, model_fingerprint, reason
                 FROM deployments ORDER BY rowid",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((
                    row.get(0)?,
                    DeploymentRecord {
                        time: row.get(1)?,
                        action: row.get(2)?,
                        version: row.get::<_, i64>(3)? as u64,
                        previous: row.get::<_, Option<i64>>(4)?.map(|v| v as u64),
                        model_fingerprint: row.get(5)?,
                        reason: row.get(6)?,
                    },
                ))
            })?;
            rows.collect()
        };
        read().map_err(|e| failed(Path::new("history.sqlite"), &e))
    }
}

/// What the names of the files end in that SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// SQLite waits for a pipe, and creates the file that a link leads to.
fn must_be_regular(path: &Path) -> rusqlite::Result<()> {
    for beside in [""].into_iter().chain(BESIDE) {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        let itself = fs::symlink_metadata(&name);
        // The history may lie elsewhere, where a link leads to it; what belongs to it then lies there.
        let meant = if beside.is_empty() { fs::metadata(&name) } else { fs::symlink_metadata(&name) };
        if itself.is_ok() && !meant.is_ok_and(|m| m.is_file()) {
            let what = format!("{}{beside} is not a regular file", layout::HISTORY);
            return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(what)));
        }
    }
    Ok(())
}

/// What is told where the history cannot be read.
pub(super) fn failed(path: &Path, e: &rusqlite::Error) -> Error {
    let problem = Problem::at(path.display(), "failed to read the history").why(e);
    Error::new(Kind::Io, problem.hint("nothing is decided by it; where it is damaged, the next run sets it aside"))
}

/// What is told where the history cannot be opened to be written.
fn unopened(path: &Path, e: &rusqlite::Error) -> Error {
    if !schema::is_newer(e) {
        return failed(path, e);
    }
    let problem = Problem::at(path.display(), "the history is of a newer version and is left as it is").why(e);
    Error::new(Kind::Io, problem.hint("use the newer program that wrote it; only the history lacks this run"))
}

fn damaged(path: &Path, aside: &Path, e: &rusqlite::Error) -> Problem {
    Problem::at(path.display(), "the history cannot be read and was set aside")
        .why(e)
        .hint(format!("it lies in {}; a new history begins", aside.display()))
}

/// Whether SQLite says that the file is no database, or one of somebody else.
pub(super) fn is_damaged(e: &rusqlite::Error) -> bool {
    match e {
        rusqlite::Error::SqliteFailure(code, text) => {
            matches!(code.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                || text.as_deref().is_some_and(|t| t.contains("no such table") || t.contains("no such column"))
        }
        _ => false,
    }
}

/// Gives a damaged history and its side files another name, which it tells.
pub(super) fn set_aside(path: &Path, now: &str) -> Result<PathBuf> {
    let stamp: String = now.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut aside = path.with_file_name(format!("history.damaged-{stamp}.sqlite"));
    let mut n = 1;
    while aside.exists() {
        n += 1;
        aside = path.with_file_name(format!("history.damaged-{stamp}-{n}.sqlite"));
    }
    disk::rename(path, &aside).map_err(|e| Error::create(aside.display(), "set the damaged history aside", &e))?;
    for ending in BESIDE {
        let name = |p: &Path| PathBuf::from(format!("{}{ending}", p.display()));
        // The side files belong to the damaged one; where there are none there is nothing to do.
        let _ = disk::rename(&name(path), &name(&aside));
    }
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, started: &str) -> RunRecord {
        RunRecord {
            run_id: id.into(),
            started: started.into(),
            stages: vec![StageRecord { stage: "training".into(), seconds: 0.5, rows: Some(26) }],
            ..RunRecord::default()
        }
    }

    #[test]
    fn runs_come_back_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        assert!(History::read_only(&path).unwrap().is_none());
        let (mut history, problem) = History::open(&path, "t").unwrap();
        assert!(problem.is_none());
        history.record(&run("a", "2026-01-01T00:00:00Z")).unwrap();
        history.record(&run("b", "2026-01-02T00:00:00Z")).unwrap();
        assert!(history.record(&run("b", "2026-01-02T00:00:00Z")).is_err(), "a run is recorded once");
        drop(history);
        let history = History::read_only(&path).unwrap().unwrap();
        let ids: Vec<String> = history.runs(10).unwrap().into_iter().map(|r| r.run_id).collect();
        assert_eq!(ids, ["b", "a"]);
        assert_eq!(history.timings("training", 1).unwrap(), [("2026-01-02T00:00:00Z".to_string(), 0.5, 26)]);
    }

    #[test]
    fn half_a_transaction_of_a_killed_program_is_taken_back_by_readers_too() {
        let folder = tempfile::tempdir().unwrap();
        let [path, killed] = ["history.sqlite", "killed.sqlite"].map(|name| folder.path().join(name));
        History::append(&path, "t", &run("a", "2026-01-01T00:00:00Z")).unwrap();
        let connection = History::open(&path, "t").unwrap().0.into_connection();
        // With next to no memory SQLite writes into the file before the transaction ends.
        connection.execute_batch("PRAGMA cache_size = 1; BEGIN; DELETE FROM runs;").unwrap();
        for n in 0..500 {
            connection.execute("INSERT INTO stages VALUES('b', ?1, 0.5, 1)", [format!("{n:0500}")]).unwrap();
        }
        for ending in ["", "-journal"] {
            let name = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
            std::fs::copy(name(&path), name(&killed)).unwrap();
        }
        let reader = Connection::open_with_flags(&killed, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        assert!(schema::has_runs(&reader).is_err(), "the journal is one that must be played back");
        drop(reader);
        assert_eq!(History::read_only(&killed).unwrap().unwrap().runs(9).unwrap().len(), 1);
    }

    #[test]
    fn a_damaged_history_is_set_aside_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        std::fs::write(&path, "this is no database, but it is longer than a header".repeat(10)).unwrap();
        let (mut history, problem) = History::open(&path, "2026-01-01T00:00:00Z").unwrap();
        assert!(problem.unwrap().what.contains("set aside"));
        history.record(&run("a", "2026-01-01T00:00:00Z")).unwrap();
        assert!(folder.path().join("history.damaged-20260101T000000Z.sqlite").is_file());
    }
}
