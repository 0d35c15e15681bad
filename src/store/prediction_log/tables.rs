//! The tables of logged predictions and of the labels that came for them.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

/// Both tables, with the indexes of the join. Rows are numbered as they come, so that the
/// oldest are those with the lowest numbers and trimming needs no index.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS predictions(
  time TEXT NOT NULL, request_id TEXT NOT NULL, row INTEGER NOT NULL, model_version INTEGER NOT NULL,
  id TEXT, inputs TEXT NOT NULL, output TEXT NOT NULL, score REAL);
CREATE INDEX IF NOT EXISTS predictions_by_id ON predictions(id, time) WHERE id IS NOT NULL;
CREATE TABLE IF NOT EXISTS labels(id TEXT NOT NULL, label TEXT NOT NULL, time TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS labels_by_id ON labels(id);";

/// The most rows that one transaction removes: others must not wait long for their turn.
const REMOVED_AT_ONCE: i64 = 20_000;
/// The most room that trimming makes ahead, so that not every batch has to trim.
const ROOM: i64 = 10_000;

/// One logged prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it was made.
    pub time: DateTime<Utc>,
    /// The request that asked for it.
    pub request_id: String,
    /// Its place among the rows of that request, from 0.
    pub row: u64,
    /// The version that made it.
    pub model_version: u64,
    /// The row's identifier, where one was sent: labels that come later name it.
    pub id: Option<String>,
    /// What was sent, a JSON object.
    pub inputs: String,
    /// The predicted label or number, or the list of labels, as JSON.
    pub output: String,
    /// The probability of the positive class, or of the likeliest one; `None` without probabilities.
    pub score: Option<f64>,
}

impl Record {
    /// Bytes of memory, roughly.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.request_id, &self.inputs, &self.output].map(String::len).iter().sum::<usize>();
        size_of::<Record>() + texts + self.id.as_ref().map_or(0, String::len)
    }
}

/// Times of one width: compared as text, they are in order.
pub fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Writes predictions in one transaction and removes the oldest beyond `max_rows`.
///
/// # Errors
/// SQLite's; then none of them is written.
pub fn insert(connection: &mut Connection, records: &[Record], max_rows: u64) -> rusqlite::Result<()> {
    // At once a writer: who begins as a reader can be refused later without waiting.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut statement = transaction.prepare("INSERT INTO predictions VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")?;
        for r in records {
            statement.execute(params![
                time(r.time),
                r.request_id,
                r.row as i64,
                r.model_version as i64,
                r.id,
                r.inputs,
                r.output,
                r.score
            ])?;
        }
    }
    trim(&transaction, "predictions", max_rows)?;
    trim(&transaction, "labels", max_rows)?;
    transaction.commit()
}

fn trim(transaction: &Transaction<'_>, table: &str, max_rows: u64) -> rusqlite::Result<()> {
    // Two queries: together they would read the whole table.
    let ends = format!("SELECT (SELECT min(rowid) FROM {table}), (SELECT max(rowid) FROM {table})");
    let ends: (Option<i64>, Option<i64>) =
        transaction.prepare(&ends)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else { return Ok(()) };
    let kept = i64::try_from(max_rows).unwrap_or(i64::MAX);
    if last - first < kept {
        return Ok(());
    }
    let target = last - (kept - (kept / 20).min(ROOM));
    let up_to = target.min(first + REMOVED_AT_ONCE - 1);
    transaction.prepare(&format!("DELETE FROM {table} WHERE rowid <= ?1"))?.execute([up_to])?;
    Ok(())
}
