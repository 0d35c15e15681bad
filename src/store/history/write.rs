//! Writing a run with all that belongs to it.

use super::{History, RunRecord, damaged, is_damaged, set_aside};
use crate::error::{Error, Kind, Problem, Result};
use rusqlite::{Transaction, params};
use std::path::Path;

impl History {
    /// Opens the history, writes a run and closes it. Where damage shows only now, the
    /// file is set aside too and the run is written into a new one.
    ///
    /// # Errors
    /// Opening or writing failed; then nothing of the run was written.
    pub fn append(path: &Path, now: &str, run: &RunRecord) -> Result<Option<Problem>> {
        let (mut history, problem) = History::open(path, now)?;
        match history.try_record(run) {
            Ok(()) => Ok(problem),
            Err(e) if is_damaged(&e) => {
                drop(history);
                let problem = damaged(path, &set_aside(path, now)?, &e);
                History::open(path, now)?.0.record(run)?;
                Ok(Some(problem))
            }
            Err(e) => Err(unwritten(path, &e)),
        }
    }

    /// Writes a run with all that belongs to it, in one transaction.
    ///
    /// # Errors
    /// Writing failed; then nothing of the run was written.
    pub fn record(&mut self, run: &RunRecord) -> Result<()> {
        self.try_record(run).map_err(|e| unwritten(Path::new("history.sqlite"), &e))
    }

    fn try_record(&mut self, run: &RunRecord) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO runs VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
            params![
                run.run_id,
                run.command,
                run.program,
                run.started,
                run.seconds,
                run.exit_code,
                run.decision,
                run.reason,
                run.metric,
                run.old_score,
                run.new_score,
                run.version.map(|v| v as i64),
                run.data_fingerprint
            ],
        )?;
        for s in &run.stages {
            transaction.execute(
                "INSERT INTO stages VALUES(?1,?2,?3,?4)",
                params![run.run_id, s.stage, s.seconds, s.rows.map(|r| r as i64)],
            )?;
        }
        for s in &run.scores {
            transaction.execute(
                "INSERT INTO scores VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
                params![
                    run.run_id,
                    s.role,
                    s.version.map(|v| v as i64),
                    s.model_fingerprint,
                    s.metric,
                    s.value.as_ref().ok(),
                    s.value.as_ref().err(),
                    s.interval.map(|i| i.0),
                    s.interval.map(|i| i.1),
                    s.rows as i64,
                    s.test_fingerprint
                ],
            )?;
        }
        for c in &run.columns {
            let [mean, median, std, min, max] = c.numbers;
            transaction.execute(
                "INSERT INTO columns VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                params![run.run_id, c.name, c.rows as i64, c.missing as i64, mean, median, std, min, max],
            )?;
        }
        for d in &run.deployments {
            transaction.execute(
                "INSERT INTO deployments VALUES(?1,?2,?3,?4,?5,?6,?7)",
                params![
                    d.time,
                    run.run_id,
                    d.action,
                    d.version as i64,
                    d.previous.map(|v| v as i64),
                    d.model_fingerprint,
                    d.reason
                ],
            )?;
        }
        rest(&transaction, run)?;
        transaction.commit()
    }
}

/// Drift, measures and alarms, which came with version 2.
fn rest(transaction: &Transaction<'_>, run: &RunRecord) -> rusqlite::Result<()> {
    for d in &run.drift {
        transaction.execute(
            "INSERT INTO drift VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
            params![
                run.run_id,
                d.part,
                d.name,
                d.test,
                d.statistic,
                d.p_value,
                d.adjusted_p_value,
                d.effect_size,
                d.drifted
            ],
        )?;
    }
    // SQLite keeps no NaN, and the column takes no NULL: what is no number was not measured.
    for m in run.measures.iter().filter(|m| m.value.is_finite()) {
        transaction
            .execute("INSERT INTO measures VALUES(?1,?2,?3,?4)", params![run.run_id, m.measure, m.name, m.value])?;
    }
    for a in &run.alarms {
        transaction.execute("INSERT INTO alarms VALUES(?1,?2,?3)", params![run.run_id, a.kind, a.what])?;
    }
    Ok(())
}

fn unwritten(path: &Path, e: &rusqlite::Error) -> Error {
    let problem = Problem::at(path.display(), "failed to write the run into the history").why(e);
    Error::new(Kind::Io, problem.hint("nothing is decided by it: the run itself is not affected"))
}
