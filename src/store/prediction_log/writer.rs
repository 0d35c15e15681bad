//! The one connection that predictions are written through.

use super::super::history::{self, History};
use super::tables::{self, Record};
use crate::error::Problem;
use chrono::Utc;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one try waits for another writer.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often the end tries to leave the history as it was, and how long it waits between.
const FAREWELLS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Writes batches into a history.
pub struct Writer {
    path: PathBuf,
    max_rows: u64,
    open: Option<Open>,
}

/// An open connection, and the file that it is about: a run may set a damaged history
/// aside, or somebody remove it, and then another file has its name.
struct Open {
    connection: Connection,
    file: Option<(u64, u64)>,
}

/// Why a batch was not written.
pub enum Failure {
    /// Another program is writing: it can be tried again.
    Busy,
    /// It is lost.
    Lost(Problem),
}

impl Writer {
    /// For a history, which need not be there yet, and the most predictions kept in it.
    pub fn new(path: &Path, max_rows: u64) -> Writer {
        Writer { path: path.to_path_buf(), max_rows, open: None }
    }

    /// Writes a batch, all or nothing.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn write(&mut self, records: &[Record]) -> Result<(), Failure> {
        let before = identity(&self.path);
        let outcome = match self.attempt(records) {
            // Unless a run has set it aside already, as the same file shows.
            Err(e) if history::is_damaged(&e) && before.is_some() && identity(&self.path) == before => {
                self.let_go();
                let set_aside = history::set_aside(&self.path, &tables::time(Utc::now()));
                if set_aside.is_ok() { self.attempt(records) } else { Err(e) }
            }
            outcome => outcome,
        };
        outcome.map_err(|e| {
            if matches!(e.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) {
                return Failure::Busy;
            }
            self.let_go();
            let problem = Problem::at(self.path.display(), "predictions cannot be logged and are lost").why(e);
            Failure::Lost(problem.hint("answers are not affected; logging goes on once the history can be written"))
        })
    }

    fn attempt(&mut self, records: &[Record]) -> rusqlite::Result<()> {
        if self.open.as_ref().is_some_and(|open| open.file.is_none() || open.file != identity(&self.path)) {
            self.let_go();
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        tables::insert(&mut self.open.insert(open).connection, records, self.max_rows)
    }

    fn connect(&self) -> rusqlite::Result<Open> {
        let connection = History::try_open(&self.path)?.into_connection();
        connection.busy_timeout(PATIENCE)?;
        // Readers and a run that writes wait less beside a write-ahead log; a file system
        // that cannot have one keeps the journal.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A crash of this program loses nothing of a batch; one of the machine may lose the last.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(tables::TABLES)?;
        Ok(Open { connection, file: identity(&self.path) })
    }

    /// Closes a connection whose file may have lost its name. Closed as usual, it would
    /// remove the write-ahead log by name, which may be that of another file by now.
    fn let_go(&mut self) {
        if let Some(open) = self.open.take() {
            let _ = open.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    /// Brings the write-ahead log into the history and does away with it, unless others
    /// have the history open all the time: then the next run does.
    pub fn finish(&mut self) {
        if self.open.as_ref().is_some_and(|open| open.file != identity(&self.path)) {
            self.let_go();
        }
        let Some(open) = self.open.take() else { return };
        for _ in 0..FAREWELLS {
            match open.connection.pragma_update(None, "journal_mode", "DELETE") {
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => std::thread::sleep(PAUSE),
                _ => return,
            }
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
}
