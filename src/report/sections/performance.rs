//! The model in office on new labelled rows, against its test score; and what its own
//! probabilities let one expect.

use super::{Findings, label, paragraph, scores, sentence};
use crate::error::Result;
use crate::numbers::grouped;
use crate::report::document::{Align, Block, Callout, Section, Table, Tone};
use crate::stages::performance::{Estimate, Measured, Performance};

/// The section; empty where there was nothing new, or no model in office.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(found) = &f.diagnostics.performance else { return Ok(Section::default()) };
    let mut blocks = vec![Block::Callout(verdict(found)), Block::Table(measured(found))];
    if let Some(estimate) = &found.estimate {
        blocks.push(paragraph(how_estimated(estimate)));
        blocks.push(Block::Table(estimated(estimate)));
    }
    blocks.extend(found.note.as_ref().map(|note| paragraph(sentence(note))));
    Ok(Section::new("The incumbent on new rows", blocks))
}

/// What came out, in a few words.
pub(super) fn verdict(found: &Performance) -> Callout {
    let label = label(&found.metric);
    let text = |value: f64| scores::text(&found.metric, value);
    let (title, tone) = match (found.fallen, found.new_rows.value) {
        (true, _) => (format!("Version {} does worse on the new rows", found.version), Tone::Warning),
        (false, None) => (format!("{label} on the new rows is undefined"), Tone::Neutral),
        (false, Some(_)) => (format!("Version {} holds on the new rows", found.version), Tone::Good),
    };
    let mut said = match (found.test.value, found.new_rows.value) {
        (Some(then), Some(now)) => {
            format!("{label} was {} on the test rows and is {} on the new ones.", text(then), text(now))
        }
        (_, None) => sentence(found.new_rows.undefined.as_deref().unwrap_or("it has no value there")),
        (None, _) => sentence(found.test.undefined.as_deref().unwrap_or("the test score has no value")),
    };
    if let Some((low, high)) = found.difference_interval {
        let means = match (found.fallen, low <= 0.0 && 0.0 <= high) {
            (true, _) => "more than chance explains",
            (false, true) => "chance cannot be ruled out",
            (false, false) => "it does better there",
        };
        said += &format!(" The difference lies between {} and {} (95%): {means}.", text(low), text(high));
    }
    Callout { tone, title, text: said }
}

fn measured(found: &Performance) -> Table {
    let mut table = Table::new([
        ("Rows", Align::Start),
        ("How many", Align::End),
        ("Score", Align::End),
        ("95% interval", Align::End),
    ]);
    let text = |value: f64| scores::text(&found.metric, value);
    for (name, on) in [("test data", &found.test), ("new rows", &found.new_rows)] {
        let Measured { value, interval, rows, .. } = on;
        let value = value.map_or("undefined".to_string(), text);
        let interval = interval.map_or("–".to_string(), |(low, high)| format!("{} – {}", text(low), text(high)));
        table.push([format!("{} on the {name}", label(&found.metric)), grouped(*rows), value, interval]);
    }
    table
}

fn how_estimated(estimate: &Estimate) -> String {
    let calibrated = match estimate.calibrated_on {
        0 => "taken as they are".to_string(),
        rows => format!("calibrated on {} labelled rows first", grouped(rows)),
    };
    format!(
        "What the probabilities promise for these rows, without a look at their labels; they were {calibrated}. Such an \
         estimate sees changes of the inputs, and never a changed relation between inputs and target."
    )
}

fn estimated(estimate: &Estimate) -> Table {
    let mut table = Table::new([
        ("Metric", Align::Start),
        ("Estimated", Align::End),
        ("95% interval", Align::End),
        ("Realised", Align::End),
        ("Finding", Align::Start),
    ]);
    for metric in &estimate.metrics {
        let text = |value: f64| scores::text(&metric.name, value);
        let finding = match (metric.interval, metric.realised) {
            (Some((low, high)), Some(value)) if (low..=high).contains(&value) => "as promised",
            (Some((low, _)), Some(value)) if value < low => "lower than promised",
            (Some(_), Some(_)) => "higher than promised",
            _ => "–",
        };
        table.push([
            label(&metric.name),
            metric.estimated.map_or("–".to_string(), text),
            metric.interval.map_or("–".to_string(), |(low, high)| format!("{} – {}", text(low), text(high))),
            metric.realised.map_or("not labelled".to_string(), text),
            finding.to_string(),
        ]);
    }
    table
}
