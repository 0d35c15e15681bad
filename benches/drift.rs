//! Seconds to hold new rows against the merged data of a project, column by column.
//!
//! `drift CONFIG CSV` prints `{"read": seconds, "drift": seconds, "columns": tested, "drifted":
//! found}`. The merged data is the reference; the rows of the CSV file come in parts, as new
//! rows do in a run, so that only their distribution is held in memory.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench tells what it found")]

mod common;

use incumbent::drift::{Sketcher, TableSketch, compare};
use incumbent::sources::CsvFile;
use incumbent::stages::new_rows::PART;
use incumbent::stages::reading::TableReader;
use incumbent::store::files;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    common::main("drift CONFIG CSV", |[config, new]| {
        let config = common::config(&config)?;
        let begun = Instant::now();
        let (table, manifest) = common::merged(&config)?;
        let start = Instant::now();
        let reference = TableSketch::of(&table, config.threads);
        let mut drift = start.elapsed();
        drop(table);

        let mut sketcher = Sketcher::new(&reference);
        let mut reader = TableReader::new(&manifest.schema, &config.data);
        let mut file = CsvFile::open(&new, files::open(Path::new(&new), &new)?, Some(&manifest.schema.names()))?;
        let mut add = |part| {
            let start = Instant::now();
            sketcher.add(&part);
            drift += start.elapsed();
            Ok(())
        };
        reader.file_in_parts(&new, &mut file, PART, &mut add)?;
        add(reader.part())?;

        let start = Instant::now();
        let found = compare(&reference, &sketcher.finish(), &config.drift, config.threads);
        drift += start.elapsed();
        let read = begun.elapsed() - drift;
        let drifted = found.iter().filter(|column| column.drifted).count();
        Ok(json!({
            "read": read.as_secs_f64(),
            "drift": drift.as_secs_f64(),
            "columns": found.len(),
            "drifted": drifted,
        }))
    })
}
