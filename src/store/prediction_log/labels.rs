//! Labels that come after the predictions, and both joined: how the model really does.

use super::super::history::History;
use super::tables;
use crate::error::{Error, Kind, Problem, Result};
use chrono::{DateTime, Utc};
use rusqlite::{TransactionBehavior, params};
use std::collections::BTreeMap;
use std::path::Path;

/// Predictions whose labels are known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Live {
    /// By the version that predicted, the oldest version first.
    pub versions: Vec<LiveVersion>,
}

/// The predictions of one version whose labels are known.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveVersion {
    /// The version.
    pub version: u64,
    /// Its rows, the newest label first.
    pub rows: Vec<LiveRow>,
}

/// One prediction and what it should have been.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveRow {
    /// The identifier.
    pub id: String,
    /// What was predicted, as JSON.
    pub output: String,
    /// The probability that went with it.
    pub score: Option<f64>,
    /// The label as it came; a list of labels as JSON.
    pub label: String,
}

/// The newest label of each identifier, with the newest prediction that is not younger.
/// `CROSS JOIN` keeps SQLite to this order: labels backwards, until there are enough.
const JOIN: &str = "
SELECT p.model_version, l.id, p.output, p.score, l.label FROM labels l CROSS JOIN predictions p
WHERE NOT EXISTS (SELECT 1 FROM labels newer WHERE newer.id = l.id AND newer.rowid > l.rowid)
  AND p.rowid = (SELECT q.rowid FROM predictions q WHERE q.id = l.id AND q.time <= l.time
                 ORDER BY q.time DESC, q.rowid DESC LIMIT 1)
ORDER BY l.rowid DESC LIMIT ?1";

/// Notes labels, pairs of identifier and label, that came at `now`. They are on the disk
/// when this returns. The problem tells of a damaged history that was set aside.
///
/// # Errors
/// The history cannot be written; then none of the labels is noted.
pub fn add_labels(path: &Path, labels: &[(String, String)], now: DateTime<Utc>) -> Result<Option<Problem>> {
    let time = tables::time(now);
    let (history, problem) = History::open(path, &time)?;
    let mut connection = history.into_connection();
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(tables::TABLES)?;
        {
            let mut statement = transaction.prepare("INSERT INTO labels VALUES(?1,?2,?3)")?;
            for (id, label) in labels {
                statement.execute(params![id, label, time])?;
            }
        }
        transaction.commit()
    };
    write().map(|()| problem).map_err(|e| {
        let problem = Problem::at(path.display(), "failed to note labels in the history").why(e);
        Error::new(Kind::Io, problem.hint("send them again: none of them was noted"))
    })
}

/// The last `limit` labels whose predictions were logged, each identifier once; `None`
/// where there is no history or nothing was ever logged in it.
///
/// # Errors
/// The history cannot be read.
pub fn live(path: &Path, limit: usize) -> Result<Option<Live>> {
    let Some(history) = History::read_only(path)? else { return Ok(None) };
    let connection = history.into_connection();
    let read = || -> rusqlite::Result<Option<BTreeMap<u64, Vec<LiveRow>>>> {
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('predictions', 'labels')";
        if connection.query_row(tables, [], |row| row.get::<_, i64>(0))? < 2 {
            return Ok(None);
        }
        let mut versions: BTreeMap<u64, Vec<LiveRow>> = BTreeMap::new();
        let mut statement = connection.prepare(JOIN)?;
        let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            let found = LiveRow { id: row.get(1)?, output: row.get(2)?, score: row.get(3)?, label: row.get(4)? };
            versions.entry(row.get::<_, i64>(0)? as u64).or_default().push(found);
        }
        Ok(Some(versions))
    };
    let versions = read().map_err(|e| super::super::history::failed(path, &e))?;
    Ok(versions.map(|versions| Live {
        versions: versions.into_iter().map(|(version, rows)| LiveVersion { version, rows }).collect(),
    }))
}
