//! Ingestion: files in, distinct valid rows out, in order, first kept.
//!
//! - [`checked`]: what threads make of a block of rows each.
//! - [`hashing`]: where kept rows go.
//! - [`undecided`]: rows that wait on disk, where there are more than memory holds.

pub mod checked;
mod hashing;
pub mod undecided;

use super::manifest::Counts;
use super::row_check::{Rejection, RowCheck};
use super::unique::Unique;
use crate::config::Data;
use crate::distinct::Distinct;
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::parallel;
use crate::sources::fields::{Fields, write_record};
use crate::sources::{Block, CsvFile};
use crate::suggest::{NAMED, closest, listed};
use crate::table::Schema;
use checked::{Bad, Checked};
use hashing::Hashing;
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::Arc;
use undecided::{Decided, NewScratch, Undecided};

/// The columns of `rejected.csv`.
pub const REJECTED_HEADER: [&str; 5] = ["file", "line", "column", "reason", "row"];
/// Bad rows whose places are told in messages; the rest is counted.
const TOLD: usize = 5;
/// The same where any bad row stops the run.
const TOLD_AT_A_STOP: usize = 19;

/// Merges files row by row into two sinks. Nothing of it counts until the caller commits
/// what the sinks took.
pub struct Merge<'a, M, J> {
    schema: &'a Schema,
    check: Arc<RowCheck>,
    unique: Unique,
    stop_on_bad_row: bool,
    max_bad_share: f64,
    threads: usize,
    memory: u64,
    /// Bytes of all files, and of the rows so far.
    bytes: [u64; 2],
    scratch: &'a NewScratch<'a>,
    seen: Distinct,
    undecided: Option<Undecided>,
    files: Vec<MergedFile>,
    /// Rows read of all files.
    rows: u64,
    merged: Hashing<M>,
    rejected: J,
    bad: Vec<Problem>,
}

/// What a merge may take.
pub struct Means<'a> {
    /// Threads.
    pub threads: usize,
    /// Bytes of memory for telling which rows were seen before.
    pub memory: u64,
    /// Bytes of all files, from which it is guessed how many rows there will be.
    pub bytes: u64,
    /// Where rows wait that need more than that.
    pub scratch: &'a NewScratch<'a>,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedFile {
    /// As the manifest calls it.
    pub name: String,
    /// As messages call it.
    pub place: String,
    /// How many of which kind.
    pub counts: Counts,
    /// The first that is bad.
    pub first_bad: Option<Problem>,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// SHA-256 of the merged file.
    pub fingerprint: Fingerprint,
    /// Its size.
    pub bytes: u64,
    /// What became of the rows.
    pub totals: Counts,
}

impl<'a, M: Write + Send + 'static, J: Write> Merge<'a, M, J> {
    /// Begins: both sinks get their header.
    ///
    /// # Errors
    /// Writing failed.
    pub fn new(schema: &'a Schema, data: &Data, means: &Means<'a>, merged: M, rejected: J) -> io::Result<Self> {
        let mut merge = Merge {
            schema,
            check: Arc::new(RowCheck::new(schema, data)),
            unique: Unique::new(schema, data),
            stop_on_bad_row: data.stop_on_bad_row,
            max_bad_share: data.max_bad_share,
            threads: means.threads,
            memory: means.memory,
            bytes: [means.bytes, 0],
            scratch: means.scratch,
            seen: Distinct::default(),
            undecided: None,
            files: Vec::new(),
            rows: 0,
            merged: Hashing::new(merged, means.threads),
            rejected,
            bad: Vec::new(),
        };
        let mut header = Vec::new();
        write_record(schema.columns.iter().map(|c| c.name.as_bytes()), &mut header);
        merge.merged.write_all(&header)?;
        header.clear();
        write_record(REJECTED_HEADER.iter().map(|n| n.as_bytes()), &mut header);
        merge.rejected.write_all(&header)?;
        Ok(merge)
    }

    /// Takes all rows of one file. `name` stands in the manifest, `place` in messages; `progress`
    /// is told now and then how many rows were read of all files.
    ///
    /// # Errors
    /// [`Kind::Data`] where the file's columns are not those of the schema or it cannot be
    /// read to its end; then nothing of the whole merge may be used.
    pub fn file<R: Read + Send>(
        &mut self,
        name: &str,
        place: &str,
        file: &mut CsvFile<R>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        self.columns_differ(place, file.header())?;
        self.files.push(MergedFile {
            name: name.to_string(),
            place: place.to_string(),
            counts: Counts::default(),
            first_bad: None,
        });
        let (check, hasher) = (Arc::clone(&self.check), self.seen.hasher());
        let read = parallel::in_order_by_weight(
            self.threads,
            |block: &Result<Block>| block.as_ref().map_or(1, Block::weight),
            || file.next_block().transpose(),
            |block| block.map(|block| Checked::of(block, &check, hasher)),
            |checked| {
                let checked = checked?;
                self.block(&checked).map_err(|e| Error::io("finaldata.csv", "write the merged rows", &e))?;
                progress(self.rows);
                Ok(())
            },
        );
        // Nobody asks what became of half a file.
        read.inspect_err(|_| drop(self.files.pop()))
    }

    /// The files that were read to their end, with what became of their rows so far.
    pub fn files(&self) -> &[MergedFile] {
        &self.files
    }

    /// Takes the rows of a block.
    fn block(&mut self, checked: &Checked) -> io::Result<()> {
        let [all, so_far] = &mut self.bytes;
        *so_far += checked.size() as u64;
        let expected = self.seen.len() as u128 * u128::from(*all) / u128::from((*so_far).max(1));
        self.seen.expect(usize::try_from(expected).unwrap_or(usize::MAX), self.memory);
        self.seen.warm(checked.hashes());
        let file = self.files.len() - 1;
        // Rows that are kept one after the other are written together.
        let mut run = 0..0;
        for row in checked.rows() {
            self.rows += 1;
            self.files[file].counts.rows_read += 1;
            if let Some(bad) = row.bad {
                self.reject(file, row.line, bad)?;
                continue;
            }
            // Where something else has to be looked at first, a row is added later or not at all.
            let is_later = self.undecided.is_some() || self.unique.is_asked_for();
            let is_known = if is_later { self.seen.knows(row.hash) } else { !self.seen.add(row.hash) };
            let text = checked.text(row.range.clone());
            if is_known {
                self.files[file].counts.duplicate += 1;
            } else if let Some(undecided) = &mut self.undecided {
                undecided.push(row.hash, file, row.line, text)?;
            } else if self.unique.is_asked_for() {
                // What is refused is not known: a copy of it is refused as well.
                if self.keep(file, row.line, text.strip_suffix(b"\n").unwrap_or(text))? {
                    self.seen.add(row.hash);
                }
            } else {
                self.files[file].counts.kept += 1;
                if run.end < row.range.start {
                    self.merged.write_all(checked.text(std::mem::replace(&mut run, row.range.clone())))?;
                }
                run.end = row.range.end;
            }
            if self.undecided.is_none() && self.seen.would_exceed(self.memory) {
                self.undecided = Some(Undecided::new(self.scratch)?);
            }
        }
        self.merged.write_all(checked.text(run))
    }

    /// Writes a row, given without its line end, that is good in itself and stood nowhere before.
    /// Says whether it is kept: a value of it may have to be unique and not be so.
    fn keep(&mut self, file: usize, line: u64, raw: &[u8]) -> io::Result<bool> {
        if self.unique.is_asked_for() {
            let mut cells = Fields::default();
            cells.split(raw, b',');
            let claimed = cells.texts().map_or(Ok(()), |texts| self.unique.claim(texts));
            if let Err(rejection) = claimed {
                self.reject(file, line, &Bad { rejection, raw: raw.to_vec() })?;
                return Ok(false);
            }
        }
        self.files[file].counts.kept += 1;
        self.merged.write_all(raw)?;
        self.merged.write_all(b"\n")?;
        Ok(true)
    }

    /// Decides about all rows that wait on disk. Then what became of each file is known.
    ///
    /// # Errors
    /// They cannot be read, or written.
    pub fn decide(&mut self) -> Result<&[MergedFile]> {
        if let Some(undecided) = self.undecided.take() {
            // None of the rows that wait is among those that memory holds.
            self.seen = Distinct::default();
            // Rows that stood nowhere before and are not kept: a copy of one is no duplicate.
            let mut refused = Distinct::default();
            let mut take = |row: Decided<'_>| {
                if row.is_repeated && (refused.is_empty() || !refused.knows(refused.hasher().hash(row.text))) {
                    self.files[row.file].counts.duplicate += 1;
                } else if !self.keep(row.file, row.line, row.text)? {
                    refused.add(refused.hasher().hash(row.text));
                }
                Ok(())
            };
            undecided.decide(&mut take).map_err(|e| Error::io("finaldata.csv", "write the merged rows", &e))?;
        }
        Ok(&self.files)
    }

    /// Ends the merge, and gives back the sinks.
    ///
    /// # Errors
    /// [`Kind::Data`]: too many bad rows, or not a single good one.
    pub fn finish(mut self) -> Result<(Merged, M, J)> {
        self.decide()?;
        let totals = self.totals();
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
        let (merged, fingerprint, bytes) =
            self.merged.finish().map_err(|e| Error::io("finaldata.csv", "write the merged rows", &e))?;
        self.rejected.flush().map_err(|e| Error::io("rejected.csv", "write the rejected rows", &e))?;
        Ok((Merged { fingerprint, bytes, totals }, merged, self.rejected))
    }

    fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        self.files.iter().for_each(|file| totals.add(file.counts));
        totals
    }

    fn reject(&mut self, file: usize, line: u64, bad: &Bad) -> io::Result<()> {
        let MergedFile { name, place, counts, first_bad } = &mut self.files[file];
        counts.rejected += 1;
        let problem = bad.rejection.at(place, line);
        if self.bad.len() < if self.stop_on_bad_row { TOLD_AT_A_STOP } else { TOLD } {
            self.bad.push(problem.clone());
        }
        first_bad.get_or_insert(problem);
        let Rejection { column, reason, .. } = &bad.rejection;
        let (line, raw) = (line.to_string(), String::from_utf8_lossy(&bad.raw));
        let cells = [name.as_str(), &line, column, reason, &raw];
        let mut text = Vec::new();
        write_record(cells.iter().map(|c| c.as_bytes()), &mut text);
        self.rejected.write_all(&text)
    }

    fn columns_differ(&self, place: &str, header: &[String]) -> Result<()> {
        let known = self.schema.names();
        if header.iter().map(String::as_str).eq(known.iter().copied()) {
            return Ok(());
        }
        let [of_file, of_schema]: [HashSet<&str>; 2] =
            [header.iter().map(String::as_str).collect(), known.iter().copied().collect()];
        let missing: Vec<&str> = known.iter().copied().filter(|k| !of_file.contains(k)).collect();
        let is_new = |(_, name): &(usize, &str)| !of_schema.contains(name);
        let new: Vec<(usize, &str)> = (1..).zip(header.iter().map(String::as_str)).filter(is_new).collect();
        let known = listed(&known, NAMED);
        let anew = "or, if the data is meant to have changed, delete ingestion.json to learn the columns anew";
        if missing.is_empty() && new.is_empty() {
            return Err(Error::data(format!("{place}:1"), "the columns stand in another order")
                .why(format!("expected {known}"))
                .hint(format!("write them in that order, {anew}")));
        }
        let is_missing = |name: &&str| {
            // Of very many columns none is the slip of a pen.
            let candidates = new.iter().take(NAMED).map(|(_, name)| *name);
            let hint = match closest(name, candidates) {
                Some(near) => format!("is it the column {near:?}? rename it to {name:?}, {anew}"),
                None => format!("add the column, {anew}"),
            };
            Problem::at(format!("{place}:1"), format!("column {name:?} is missing")).hint(hint)
        };
        let is_new = |(position, name): &(usize, &str)| {
            Problem::at(format!("{place}:1:{position}"), format!("column {name:?} is new"))
                .why(format!("the columns so far are {known}"))
                .hint(format!("remove the column, {anew}"))
        };
        // A hostile file differs in a hundred thousand columns: only those are worded that are told.
        let problems = missing.iter().map(is_missing).chain(new.iter().map(is_new));
        Err(Error::of_many(Kind::Data, missing.len() + new.len(), problems))
    }
}

#[cfg(test)]
mod tests;
