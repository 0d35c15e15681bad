//! Files into a table in memory: training data, test data, rows to predict.

use super::row_check::{Rejection, RowCheck, push_row};
use crate::config::Data;
use crate::distinct::{Distinct, RowHasher};
use crate::error::{Error, Kind, Problem, Result};
use crate::parallel;
use crate::sources::fields::Fields;
use crate::sources::{Block, CsvFile};
use crate::suggest::{NAMED, listed};
use crate::table::{Builder, Schema, Table};
use std::io::Read;
use std::sync::Arc;

/// Fills one table from several files. Columns are found by name; columns that the
/// schema does not know are passed over.
pub struct TableReader<'a> {
    schema: Arc<Schema>,
    data: &'a Data,
    threads: usize,
    builder: Builder,
    rows: u64,
    rejected: u64,
    bad: Vec<Problem>,
    distinct: Option<Distinct>,
    watch: Option<&'a Watch<'a>>,
    bytes: u64,
}

/// What takes the rows of a file in parts.
pub type TakePart<'a> = dyn FnMut(Table) -> Result<()> + 'a;

/// What is told now and then how many bytes of text and how many rows were read.
pub type Watch<'a> = dyn Fn(u64, u64) + 'a;

/// Places of bad rows that are kept for messages.
const TOLD: usize = 5;

/// The rows of one block.
struct Part {
    /// Bytes of the block.
    bytes: usize,
    /// Those that are good.
    good: Table,
    /// Those that are not: how many good ones stand before, the line, and why.
    bad: Vec<(usize, u64, Rejection)>,
    /// Of all of them in order, where repeated rows are looked for.
    hashes: Vec<u128>,
}

impl Part {
    fn of(mut block: Block, schema: &Arc<Schema>, check: &RowCheck, hasher: Option<RowHasher>) -> Part {
        let bytes = block.size();
        let (mut builder, mut bad, mut hashes) = (Builder::new(Arc::clone(schema)), Vec::new(), Vec::new());
        let (mut fields, mut line) = (Fields::default(), Vec::new());
        while let Some(row) = block.next_row(&mut fields) {
            if let Some(hasher) = hasher {
                line.clear();
                row.cells.write(&mut line);
                hashes.push(hasher.hash(&line));
            }
            let mut cells = Vec::new();
            match check.check(row.cells, &mut cells) {
                Ok(()) => push_row(&mut builder, &cells),
                Err(rejection) => bad.push((builder.rows(), row.line, rejection)),
            }
        }
        Part { bytes, good: builder.finish(), bad, hashes }
    }

    /// Leaves out the rows that were seen before.
    fn without_seen(mut self, seen: &mut Distinct) -> Part {
        let (mut kept, mut good, mut bad) = (Vec::new(), 0, Vec::new());
        let mut is_bad = std::mem::take(&mut self.bad).into_iter().peekable();
        for hash in std::mem::take(&mut self.hashes) {
            let is_new = seen.add(hash);
            match is_bad.next_if(|(before, ..)| *before == good) {
                Some((_, line, rejection)) => bad.extend(is_new.then_some((kept.len(), line, rejection))),
                None => {
                    kept.extend(is_new.then_some(good));
                    good += 1;
                }
            }
        }
        if kept.len() < good {
            self.good = self.good.take(&kept);
        }
        Part { bad, ..self }
    }
}

impl<'a> TableReader<'a> {
    /// For rows of that schema, read by one thread.
    pub fn new(schema: &Schema, data: &'a Data) -> TableReader<'a> {
        let schema = Arc::new(schema.clone());
        TableReader {
            builder: Builder::new(Arc::clone(&schema)),
            schema,
            data,
            threads: 1,
            rows: 0,
            rejected: 0,
            bad: Vec::new(),
            distinct: None,
            watch: None,
            bytes: 0,
        }
    }

    /// The same, reading with so many threads.
    pub fn threads(self, threads: usize) -> TableReader<'a> {
        TableReader { threads, ..self }
    }

    /// The same, telling how far it is.
    pub fn watched(self, watch: &'a Watch<'a>) -> TableReader<'a> {
        TableReader { watch: Some(watch), ..self }
    }

    /// The same, passing over rows that were read before, as ingestion does.
    pub fn distinct(self) -> TableReader<'a> {
        TableReader { distinct: Some(Distinct::default()), ..self }
    }

    /// How its files are read.
    pub fn data(&self) -> &'a Data {
        self.data
    }

    /// Takes all good rows of a file; bad ones are counted.
    ///
    /// # Errors
    /// Columns are missing, or the file cannot be read to its end.
    pub fn file<R: Read + Send>(&mut self, place: &str, file: &mut CsvFile<R>) -> Result<()> {
        self.file_in_parts(place, file, usize::MAX, &mut |_| Ok(()))
    }

    /// Takes all good rows of a file and hands them on whenever there are `least` of them, so
    /// that memory does not grow with the file. The last few stay: see [`TableReader::part`].
    ///
    /// # Errors
    /// As [`TableReader::file`]; those of `take`.
    pub fn file_in_parts<R: Read + Send>(
        &mut self,
        place: &str,
        file: &mut CsvFile<R>,
        least: usize,
        take: &mut TakePart<'_>,
    ) -> Result<()> {
        let check = RowCheck::by_name(&self.schema, self.data, file.header()).map_err(|lacking| {
            let header: Vec<&str> = file.header().iter().map(String::as_str).collect();
            let header = listed(&header, NAMED);
            let problems = lacking.iter().map(|name| {
                Problem::at(format!("{place}:1"), format!("column {name:?} is missing"))
                    .why(format!("the file has the columns {header}"))
                    .hint("add the column")
            });
            Error::of_many(Kind::Data, lacking.len(), problems)
        })?;
        let (schema, hasher) = (Arc::clone(&self.schema), self.distinct.as_ref().map(Distinct::hasher));
        parallel::in_order_by_weight(
            self.threads,
            |block: &Result<Block>| block.as_ref().map_or(1, Block::weight),
            || file.next_block().transpose(),
            |block| block.map(|block| Part::of(block, &schema, &check, hasher)),
            |part| {
                self.add(place, part?);
                match self.builder.rows() >= least {
                    true => take(self.part()),
                    false => Ok(()),
                }
            },
        )
    }

    fn add(&mut self, place: &str, part: Part) {
        let part = match &mut self.distinct {
            Some(seen) => part.without_seen(seen),
            None => part,
        };
        self.rows += (part.good.rows() + part.bad.len()) as u64;
        self.rejected += part.bad.len() as u64;
        let room = TOLD.saturating_sub(self.bad.len());
        self.bad.extend(part.bad.iter().take(room).map(|(_, line, rejection)| rejection.at(place, *line)));
        self.builder.append(&part.good);
        self.bytes += part.bytes as u64;
        if let Some(watch) = self.watch {
            watch(self.bytes, self.rows);
        }
    }

    /// The good rows that were read since the last part.
    pub fn part(&mut self) -> Table {
        std::mem::replace(&mut self.builder, Builder::new(Arc::clone(&self.schema))).finish()
    }

    /// How many rows were read so far, those left out among them.
    pub fn read(&self) -> u64 {
        self.rows
    }

    /// How many rows were left out so far.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// The table of all good rows, and a notice where rows were left out. `place` is what
    /// messages call the data as a whole.
    ///
    /// # Errors
    /// No good row, or more bad ones than the config allows.
    pub fn finish(mut self, place: &str) -> Result<(Table, Option<Problem>)> {
        let table = self.builder.finish();
        if self.rejected > 0 {
            let share = self.rejected as f64 / self.rows as f64;
            let what = format!("{} of {} rows cannot be used", self.rejected, self.rows);
            if share > self.data.max_bad_share || self.data.stop_on_bad_row {
                let hint = match self.data.max_bad_share > 0.0 {
                    true => "mend the rows; data.max_bad_share says how many may be bad",
                    false => "mend the rows",
                };
                self.bad.push(Problem::at(place, what).hint(hint));
                return Err(Error::of_all(Kind::Data, self.bad));
            }
            if table.rows() == 0 {
                self.bad.push(Problem::at(place, "no row can be used").hint("mend the rows"));
                return Err(Error::of_all(Kind::Data, self.bad));
            }
            let mut notice = self.bad.swap_remove(0);
            notice.what = format!("{what} and are left out; the first: {}", notice.what);
            return Ok((table, Some(notice)));
        }
        if table.rows() == 0 {
            return Err(Error::data(place, "there is no row").hint("a header alone is not enough"));
        }
        Ok((table, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, ColumnSchema, Role, Type};

    fn read(text: &str, max_bad_share: f64) -> Result<(Table, Option<Problem>)> {
        let schema =
            Schema { columns: vec![ColumnSchema { name: "age".into(), kind: Type::Number, role: Role::Feature }] };
        let data = Data { max_bad_share, ..Data::default() };
        let mut reader = TableReader::new(&schema, &data);
        reader.file("t/a.csv", &mut CsvFile::open("t/a.csv", text.as_bytes(), None)?)?;
        reader.finish("t")
    }

    #[test]
    fn columns_are_found_by_name() {
        let (table, notice) = read("more,age\nx,1\ny,\n", 0.0).unwrap();
        let Some(Column::Numbers(values)) = table.column("age") else { panic!("no numbers") };
        assert!(values[0] == 1.0 && values[1].is_nan() && notice.is_none());
        assert!(read("more,agee\n", 0.0).unwrap_err().message().contains("t/a.csv:1: column \"age\" is missing"));
    }

    #[test]
    fn bad_rows_are_left_out_and_told() {
        let (table, notice) = read("age,x\n1,x\nz,x\n", 0.5).unwrap();
        assert_eq!(table.rows(), 1);
        assert!(notice.unwrap().sentence().starts_with("t/a.csv:3:1: 1 of 2 rows cannot be used and are left out"));
        assert_eq!(read("age,x\n1,x\nz,x\n", 0.4).unwrap_err().problems().len(), 2);
        assert!(read("age\n", 0.5).unwrap_err().message().contains("there is no row"));
    }
}
