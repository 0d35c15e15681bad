//! The columns of input files that have no schema yet.

use super::Context;
use crate::config::Expansion;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::Stage;
use crate::parallel;
use crate::sources::fields::Fields;
use crate::sources::{Block, CsvFile};
use crate::stages::named;
use crate::store::files::{InputFile, Reading};
use crate::store::read_ahead;
use crate::table::Schema;
use crate::table::cell::{self, Missing};
use crate::table::infer::{Inference, Look, Sights};
use std::io::Read;

/// Rows in all that are looked at to learn a schema.
const ROWS: u64 = 50_000;
/// Cells of them at most, so that rows of all files are looked at also where there are very many columns.
const CELLS: u64 = Inference::REMEMBERED as u64;

/// Learns the columns from the beginnings of the input files: the header of the first, the
/// types and roles from rows of all that have it, of a large file more than of a small one.
///
/// # Errors
/// Files that cannot be read, all told at once; names in the config that are no columns.
pub fn schema(ctx: &Context<'_>, inputs: &[InputFile]) -> Result<Schema> {
    let data = &ctx.config.data;
    read_ahead::heads(inputs);
    let mut samples = Samples::new(inputs, &data.expansion);
    let first = samples.next().transpose()?;
    let Some(names) = samples.names.clone() else {
        Error::unless_empty(Kind::Data, samples.finish()?)?;
        return Err(Error::internal("no file to learn a schema from"));
    };
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    named::check(ctx.config, &columns)?;
    let mut inference = Inference::new(names);
    let (look, missing) = (inference.look(), &data.missing);
    let mut all = first.map(Ok).into_iter().chain(&mut samples);
    let learnt = parallel::in_order_by_weight(
        ctx.config.threads,
        |sample: &Result<Sample>| sample.as_ref().map_or(1, |sample| sample.block.weight()),
        || all.next(),
        |sample| sample.map(|sample| sights(sample, &look, missing)),
        |sights| {
            inference.take(&sights.map_err(Some)?);
            if inference.is_full() { Err(None) } else { Ok(()) }
        },
    );
    match learnt {
        Err(Some(error)) => return Err(error),
        Ok(()) | Err(None) => Error::unless_empty(Kind::Data, samples.finish()?)?,
    }
    let (schema, notices) = inference.finish(&data.hints);
    // Facts about the data, not faults: cron need not mail them.
    for notice in notices {
        let hint = notice.hint.as_ref().map(|h| format!(" ({h})")).unwrap_or_default();
        ctx.note(Stage::Ingestion, format!("{}{hint}", notice.sentence()));
    }
    Ok(schema)
}

/// Rows to be looked at.
struct Sample {
    block: Block,
    /// How many of them.
    rows: u64,
}

/// What is looked at, file by file.
struct Samples<'a> {
    inputs: std::slice::Iter<'a, InputFile>,
    expansion: &'a Expansion,
    /// Of all files.
    bytes: u64,
    /// The columns of the first file that can be read.
    names: Option<Vec<String>>,
    /// The file that is read, and how many more of its rows are looked at.
    file: Option<(CsvFile<Box<dyn Read + Send>>, u64)>,
    problems: Vec<Problem>,
}

impl Samples<'_> {
    fn new<'a>(inputs: &'a [InputFile], expansion: &'a Expansion) -> Samples<'a> {
        let bytes = inputs.iter().map(|input| input.bytes).sum();
        Samples { inputs: inputs.iter(), expansion, bytes, names: None, file: None, problems: Vec::new() }
    }

    /// Opens the next file that can be read, and says whether there is one.
    fn open_next(&mut self) -> Result<bool> {
        for input in self.inputs.by_ref() {
            let opened =
                Reading::open(input, self.expansion).and_then(|(_, plain)| CsvFile::open(&input.place, plain, None));
            match opened {
                Ok(file) => {
                    let has_names = self.names.get_or_insert_with(|| file.header().to_vec()) == file.header();
                    let rows = ROWS.min(CELLS / (file.header().len() as u64).max(1));
                    let share = u128::from(rows) * u128::from(input.bytes) / u128::from(self.bytes.max(1));
                    self.file = has_names.then_some((file, share as u64 + 1));
                    return Ok(true);
                }
                Err(e) if e.kind == Kind::Data => self.problems.extend(e.problems().iter().cloned()),
                Err(e) => return Err(e),
            }
        }
        Ok(false)
    }

    /// Opens what was not opened yet, and gives out what is wrong with any of the files.
    fn finish(mut self) -> Result<Vec<Problem>> {
        while self.open_next()? {}
        Ok(self.problems)
    }
}

impl Iterator for Samples<'_> {
    type Item = Result<Sample>;

    fn next(&mut self) -> Option<Result<Sample>> {
        loop {
            let Some((file, left)) = &mut self.file else {
                match self.open_next() {
                    Ok(true) => continue,
                    Ok(false) => return None,
                    Err(e) => return Some(Err(e)),
                }
            };
            match file.next_block() {
                Ok(Some(mut block)) => {
                    let rows = block.count_up_to(*left);
                    *left -= rows;
                    if *left == 0 {
                        self.file = None;
                    }
                    return Some(Ok(Sample { block, rows }));
                }
                Ok(None) => self.file = None,
                Err(e) if e.kind == Kind::Data => {
                    self.problems.extend(e.problems().iter().cloned());
                    self.file = None;
                }
                Err(e) => return Some(Err(e)),
            }
        }
    }
}

/// What is seen of rows; nothing of those that cannot be rows of the table.
fn sights(Sample { mut block, rows }: Sample, look: &Look, missing: &Missing) -> Sights {
    let (mut cells, mut line, mut sights) = (Fields::default(), Vec::new(), Sights::default());
    for _ in 0..rows {
        let Some(row) = block.next_row(&mut cells) else { break };
        if row.cells.len() == look.width()
            && let Some(texts) = row.cells.texts()
        {
            line.clear();
            row.cells.write(&mut line);
            look.at(&line, texts.map(cell::trim), missing, &mut sights);
        }
    }
    sights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Folders;
    use crate::store::{batch, files};

    /// How many rows begin with which digit, of those that are looked at, and what is wrong.
    fn looked_at(files: &[(&str, String)]) -> ([u64; 4], Vec<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            batch::write(&folder.path().join(name), text.as_bytes()).unwrap();
        }
        let folders = Folders::new(&folder.path().join("config.json"), |_| ".");
        let (inputs, _) = files::inputs(folder.path(), &folders).unwrap();
        let expansion = Expansion::default();
        let mut samples = Samples::new(&inputs, &expansion);
        let (mut cells, mut looked_at) = (Fields::default(), [0; 4]);
        for sample in &mut samples {
            let Sample { mut block, rows } = sample.unwrap();
            for _ in 0..rows {
                looked_at[usize::from(block.next_row(&mut cells).unwrap().raw[0] - b'0')] += 1;
            }
        }
        (looked_at, samples.finish().unwrap())
    }

    #[test]
    fn every_file_is_looked_at_by_its_size() {
        let (found, problems) = looked_at(&[
            ("a.csv", "x\n".to_string() + &"1\n".repeat(300_000)),
            ("b.csv", "other\n2\n".to_string()),
            ("c.csv", "x\n".to_string()),
            ("d.csv", "5\n2\n".to_string() + &"2\n".repeat(9)),
            ("e.csv", "x\n".to_string() + &"3\n".repeat(100_000)),
        ]);
        // 50,000 × 600,002 / 800,036 and 50,000 × 200,002 / 800,036, and one row more of each.
        assert_eq!(found, [0, 37_499, 0, 12_500]);
        assert!(problems.len() == 1 && problems[0].place.contains("d.csv"), "{problems:?}");
    }

    #[test]
    fn rows_are_counted_and_not_lines() {
        let (found, _) = looked_at(&[
            ("a.csv", "x,y\n".to_string() + &"\n".repeat(3_000_000) + &"1,\"\n\n\n\"\n".repeat(200_000)),
            ("b.csv", "x,y\n".to_string() + &"2,y\n".repeat(1_000_000)),
        ]);
        // 50,000 × 4,600,004 / 8,600,008, and as many less of the other; one row more of each.
        assert_eq!(found, [0, 26_745, 23_256, 0]);
    }

    #[test]
    fn where_there_are_very_many_columns_the_last_file_is_looked_at_too() {
        let row = |digit: &str, columns: usize| format!("{digit}{}\n", ",".repeat(columns - 1));
        let header = (0..1000).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",") + "\n";
        let (found, _) = looked_at(&[
            ("a.csv", header.clone() + &row("1", 1000).repeat(20_000)),
            ("b.csv", header + &row("2", 1000).repeat(20_000)),
        ]);
        assert_eq!(found, [0, 2098, 2098, 0], "2^22 / 1000 in all");
    }

    #[test]
    fn every_file_that_cannot_be_read_is_told() {
        let (found, problems) = looked_at(&[
            ("a.csv", "x,y\n1,\"open\n".to_string()),
            ("b.csv", "x,y\n2,2\n".to_string()),
            ("c.csv", "x,y\n3,\"open\n".to_string()),
            ("d.csv", String::new()),
        ]);
        assert_eq!(found, [0, 0, 1, 0]);
        let places: Vec<&str> = problems.iter().map(|p| p.place.rsplit('/').next().unwrap()).collect();
        assert_eq!(places, ["a.csv:2", "c.csv:2", "d.csv"], "{problems:?}");
    }
}
