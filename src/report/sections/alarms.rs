//! What somebody should look at, before anything else.

use super::{Findings, sentence};
use crate::error::Result;
use crate::report::document::{Block, Callout, Section, Tone};
use crate::stages::trends::Alarm;

/// The section; empty where nothing raised an alarm.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let callout = |alarm: &Alarm| {
        Block::Callout(Callout { tone: Tone::Warning, title: title(&alarm.kind), text: sentence(&alarm.what) })
    };
    let blocks: Vec<Block> = f.diagnostics.alarms.iter().map(callout).collect();
    Ok(Section::new(if blocks.len() == 1 { "An alarm" } else { "Alarms" }, blocks))
}

/// The kind of an alarm for people.
fn title(kind: &str) -> String {
    match kind {
        "slower_than" => "Slower than allowed".to_string(),
        "faster_than" => "Faster than possible".to_string(),
        "min_new_rows" => "Few new rows".to_string(),
        "max_days_without_data" => "No new data for long".to_string(),
        "missed_schedule" => "A scheduled run is missing".to_string(),
        other => sentence(&other.replace('_', " ")).trim_end_matches('.').to_string(),
    }
}
