//! Seconds to read the merged data of a project and to summarise its columns.
//!
//! `summary CONFIG` prints `{"read": seconds, "summary": seconds, "rows": rows}`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench tells what it found")]

mod common;

use incumbent::stages::summary::summarise;
use serde_json::json;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    common::main("summary CONFIG", |[config]| {
        let config = common::config(&config)?;
        let start = Instant::now();
        let (table, _) = common::merged(&config)?;
        let read = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let columns = summarise(&table, config.threads);
        let summary = start.elapsed().as_secs_f64();
        Ok(json!({ "read": read, "summary": summary, "rows": table.rows(), "columns": columns.len() }))
    })
}
