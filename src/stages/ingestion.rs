//! Ingestion: files in, distinct valid rows out, in order, first kept.

use super::distinct::Distinct;
use super::manifest::Counts;
use super::row_check::{Rejection, RowCheck};
use crate::config::Data;
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::sources::CsvFile;
use crate::sources::fields::write_record;
use crate::suggest::closest;
use crate::table::{Cell, Schema};
use std::io::{Read, Write};

/// The columns of `rejected.csv`.
pub const REJECTED_HEADER: [&str; 5] = ["file", "line", "column", "reason", "row"];
/// Bad rows whose places are told in messages; the rest is counted.
const TOLD: usize = 5;

/// Merges files row by row into two sinks. Nothing of it counts until the caller commits
/// what the sinks took.
pub struct Merge<'a, M: Write, J: Write> {
    schema: &'a Schema,
    check: RowCheck,
    stop_on_bad_row: bool,
    max_bad_share: f64,
    seen: Distinct,
    merged: M,
    fingerprint: Hasher,
    bytes: u64,
    rejected: J,
    totals: Counts,
    bad: Vec<Problem>,
    line: Vec<u8>,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// SHA-256 of the merged file.
    pub fingerprint: Fingerprint,
    /// Its size.
    pub bytes: u64,
    /// What became of the rows.
    pub totals: Counts,
}

impl<'a, M: Write, J: Write> Merge<'a, M, J> {
    /// Begins: both sinks get their header.
    ///
    /// # Errors
    /// Writing failed.
    pub fn new(schema: &'a Schema, data: &Data, merged: M, rejected: J) -> std::io::Result<Merge<'a, M, J>> {
        let mut merge = Merge {
            schema,
            check: RowCheck::new(schema, data),
            stop_on_bad_row: data.stop_on_bad_row,
            max_bad_share: data.max_bad_share,
            seen: Distinct::default(),
            merged,
            fingerprint: Hasher::default(),
            bytes: 0,
            rejected,
            totals: Counts::default(),
            bad: Vec::new(),
            line: Vec::new(),
        };
        write_record(schema.columns.iter().map(|c| c.name.as_bytes()), &mut merge.line);
        merge.put()?;
        let mut header = Vec::new();
        write_record(REJECTED_HEADER.iter().map(|n| n.as_bytes()), &mut header);
        merge.rejected.write_all(&header)?;
        Ok(merge)
    }

    /// Takes all rows of one file. `name` stands in the manifest, `place` in messages.
    ///
    /// # Errors
    /// [`Kind::Data`] where the file's columns are not those of the schema or it cannot be
    /// read to its end; then nothing of the whole merge may be used.
    pub fn file<R: Read>(
        &mut self,
        name: &str,
        place: &str,
        file: &mut CsvFile<R>,
    ) -> Result<(Counts, Option<Problem>)> {
        Error::unless_empty(Kind::Data, self.columns_differ(place, file.header()))?;
        let mut counts = Counts::default();
        let mut first = None;
        while let Some(row) = file.next_row()? {
            counts.rows_read += 1;
            self.line.clear();
            row.cells.write(&mut self.line);
            let hash = self.seen.hash(&self.line);
            // Before the check: a copy of a row must not break a rule that it obeyed.
            if self.seen.knows(hash) {
                counts.duplicate += 1;
                continue;
            }
            let mut cells: Vec<Cell<'_>> = Vec::new();
            match self.check.check(row.cells, &mut cells) {
                Ok(()) => {
                    self.seen.add(hash);
                    self.put().map_err(|e| Error::io("finaldata.csv", "write the merged rows", &e))?;
                    counts.kept += 1;
                }
                Err(rejection) => {
                    counts.rejected += 1;
                    let problem = rejection.at(place, row.line);
                    if self.bad.len() < TOLD || self.stop_on_bad_row {
                        self.bad.push(problem.clone());
                    }
                    first.get_or_insert(problem);
                    self.reject(name, row.line, &rejection, row.raw)
                        .map_err(|e| Error::io("rejected.csv", "write the rejected rows", &e))?;
                }
            }
        }
        self.totals.add(counts);
        Ok((counts, first))
    }

    /// Ends the merge.
    ///
    /// # Errors
    /// [`Kind::Data`]: too many bad rows, or not a single good one.
    pub fn finish(mut self) -> Result<Merged> {
        let totals = self.totals;
        if totals.rejected > 0 {
            let share = totals.rejected as f64 / totals.rows_read as f64;
            let what = if self.stop_on_bad_row {
                Some(format!("{} of {} rows are bad", totals.rejected, totals.rows_read))
            } else if share > self.max_bad_share {
                Some(format!(
                    "{} of {} rows are bad, {:.1}% where data.max_bad_share allows {:.1}%",
                    totals.rejected,
                    totals.rows_read,
                    100.0 * share,
                    100.0 * self.max_bad_share
                ))
            } else {
                None
            };
            if let Some(what) = what {
                let hint = "mend the files, or change data.types, data.missing or data.max_bad_share in the config";
                self.bad.push(Problem::at("", what).hint(hint));
                return Err(Error::of_all(Kind::Data, self.bad));
            }
        }
        if totals.kept == 0 {
            return Err(Error::data("", "the input files hold no usable row")
                .why(format!("{} rows were read, {} of them are bad", totals.rows_read, totals.rejected))
                .hint("a header alone is not enough to learn from"));
        }
        self.merged.flush().map_err(|e| Error::io("finaldata.csv", "write the merged rows", &e))?;
        self.rejected.flush().map_err(|e| Error::io("rejected.csv", "write the rejected rows", &e))?;
        Ok(Merged { fingerprint: self.fingerprint.finish(), bytes: self.bytes, totals })
    }

    fn put(&mut self) -> std::io::Result<()> {
        self.fingerprint.update(&self.line);
        self.bytes += self.line.len() as u64;
        self.merged.write_all(&self.line)
    }

    fn reject(&mut self, name: &str, line: u64, rejection: &Rejection, raw: &[u8]) -> std::io::Result<()> {
        let line = line.to_string();
        let raw = String::from_utf8_lossy(raw);
        let cells = [name, &line, &rejection.column, &rejection.reason, &raw];
        self.line.clear();
        write_record(cells.iter().map(|c| c.as_bytes()), &mut self.line);
        self.rejected.write_all(&self.line)
    }

    fn columns_differ(&self, place: &str, header: &[String]) -> Vec<Problem> {
        let known = self.schema.names();
        let missing: Vec<&str> = known.iter().copied().filter(|k| !header.iter().any(|h| h == k)).collect();
        let new: Vec<&str> = header.iter().map(String::as_str).filter(|h| !known.contains(h)).collect();
        let anew = "or, if the data is meant to have changed, delete ingestion.json to learn the columns anew";
        let mut problems = Vec::new();
        for name in &missing {
            let hint = match closest(name, new.iter().copied()) {
                Some(near) => format!("is it the column {near:?}? rename it to {name:?}, {anew}"),
                None => format!("add the column, {anew}"),
            };
            problems.push(Problem::at(format!("{place}:1"), format!("column {name:?} is missing")).hint(hint));
        }
        for name in &new {
            let position = header.iter().position(|h| h == name).map_or(0, |i| i + 1);
            problems.push(
                Problem::at(format!("{place}:1:{position}"), format!("column {name:?} is new"))
                    .why(format!("the columns so far are {}", known.join(", ")))
                    .hint(format!("remove the column, {anew}")),
            );
        }
        if problems.is_empty() && header.iter().map(String::as_str).ne(known.iter().copied()) {
            problems.push(
                Problem::at(format!("{place}:1"), "the columns stand in another order")
                    .why(format!("expected {}", known.join(", ")))
                    .hint(format!("write them in that order, {anew}")),
            );
        }
        problems
    }
}

#[cfg(test)]
mod tests;
