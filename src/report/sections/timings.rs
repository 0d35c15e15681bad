//! How long ingestion and training took, in this run and before.

use super::{Findings, number, paragraph};
use crate::error::Result;
use crate::numbers::grouped;
use crate::report::document::{Align, Block, Section, Table};

/// Runs that are told.
const TOLD: usize = 5;

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let mut table = Table::new([
        ("Stage", Align::Start),
        ("Run", Align::Start),
        ("Rows", Align::End),
        ("Milliseconds", Align::End),
    ]);
    for stage in &f.diagnostics.timings {
        for run in stage.runs.iter().take(TOLD) {
            let rows = grouped(run.rows);
            table.push([stage.stage.clone(), run.time.clone(), rows, number(1000.0 * run.seconds)]);
        }
    }
    let blocks = match table.rows.is_empty() {
        true => vec![paragraph("No run was timed yet.")],
        false => vec![
            paragraph("Measured over the stages of the runs themselves; nothing is ingested or trained to be timed."),
            Block::Table(table),
        ],
    };
    Ok(Section::new("Timings", blocks))
}
