//! What somebody should look at, before anything else.

use super::{Findings, performance, sentence};
use crate::error::Result;
use crate::report::document::{Block, Callout, Section, Tone};
use crate::stages::alarms::title;
use crate::stages::trends::Alarm;

/// The section; empty where nothing raised an alarm.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let callout = |alarm: &Alarm| {
        Block::Callout(Callout {
            tone: Tone::Warning,
            title: title(&alarm.kind).to_string(),
            text: sentence(&alarm.what),
        })
    };
    let mut blocks: Vec<Block> = f.diagnostics.alarms.iter().map(callout).collect();
    // Whatever was decided: the model that answers has come to do worse.
    let fallen = f.diagnostics.performance.as_ref().filter(|p| p.fallen);
    blocks.extend(fallen.map(|p| Block::Callout(performance::verdict(p))));
    Ok(Section::new(if blocks.len() == 1 { "An alarm" } else { "Alarms" }, blocks))
}
