//! The sections of a run's report: functions from what a run found to a [`Section`], a
//! file each; [`ALL`] is their order.

pub mod alarms;
pub mod calibration;
pub mod card;
pub mod classes;
pub mod confusion;
pub mod data;
pub mod dependencies;
pub mod drift;
pub mod importance;
pub mod lineage;
pub mod missing;
pub mod model;
pub mod performance;
pub mod ranking;
pub mod scores;
pub mod segments;
pub mod timings;
pub mod trends;

use super::document::{Block, Callout, Document, Figure, Section, Tone};
use crate::error::Result;
use crate::metrics::Evaluation;
use crate::models::Facts;
use crate::stages::decision::{Decision, LastRun};
use crate::stages::diagnostics::Diagnostics;
use crate::stages::importance::ColumnImportance;
use crate::stages::manifest::Manifest;
use crate::stages::training::ModelDocument;

/// What a run found, as far as a report tells it.
pub struct Findings<'a> {
    /// When the run began, RFC 3339.
    pub time: &'a str,
    /// The run.
    pub run_id: &'a str,
    /// The decision, where one was taken.
    pub last: Option<&'a LastRun>,
    /// The version in office, where it is no longer the one of the decision.
    pub rolled_back_to: Option<u64>,
    /// The newest model on the test rows.
    pub challenger: &'a Evaluation,
    /// What the newest model leans on.
    pub importance: &'a [ColumnImportance],
    /// The incumbent on the same rows.
    pub incumbent: Option<&'a Evaluation>,
    /// The newest model.
    pub model: &'a ModelDocument,
    /// Its algorithm.
    pub kind: &'a str,
    /// Its parameters, as JSON.
    pub params: &'a serde_json::Map<String, serde_json::Value>,
    /// When it was trained, RFC 3339.
    pub trained: &'a str,
    /// The names of its inputs after preparation.
    pub inputs: &'a [String],
    /// What the algorithm tells of itself.
    pub facts: &'a Facts,
    /// The data.
    pub manifest: &'a Manifest,
    /// Statistics, timings, dependencies.
    pub diagnostics: &'a Diagnostics,
}

/// Every section, in order. One without blocks has nothing to tell and is left out.
pub const ALL: &[fn(&Findings<'_>) -> Result<Section>] = &[
    alarms::section,
    card::section,
    scores::section,
    segments::section,
    confusion::section,
    classes::section,
    ranking::section,
    calibration::section,
    importance::section,
    performance::section,
    drift::section,
    missing::section,
    trends::section,
    model::section,
    data::section,
    timings::section,
    dependencies::section,
    lineage::section,
];

/// The report of a run.
///
/// # Errors
/// A section cannot be made; that is a bug.
pub fn document(f: &Findings<'_>) -> Result<Document> {
    let mut document = Document::new("Model report", subtitle(f));
    document.meta = vec![
        ("Run".to_string(), f.run_id.to_string()),
        ("Date".to_string(), f.time.to_string()),
        ("Target".to_string(), f.model.schema.target_words()),
        ("Model".to_string(), format!("{} {}", f.kind, f.challenger.model_fingerprint.short())),
        ("Training rows".to_string(), crate::numbers::grouped(f.model.data.rows)),
        ("Test rows".to_string(), crate::numbers::grouped(f.challenger.rows)),
    ];
    if let Some(last) = f.last.filter(|last| last.run_id != f.run_id) {
        document.meta.insert(1, ("Decided by run".to_string(), last.run_id.clone()));
    }
    document.verdict = f.last.map(verdict);
    document.figures = figures(f);
    for section in ALL {
        document.sections.extend(Some(section(f)?).filter(|s| !s.blocks.is_empty()));
    }
    Ok(document)
}

/// The score of the gate, large, and what it is held against.
fn figures(f: &Findings<'_>) -> Vec<Figure> {
    let e = f.challenger;
    let text = |value: f64| scores::text(&e.metric, value);
    let of = |e: &Evaluation| e.value.get().map_or("undefined".to_string(), text);
    let between = |e: &Evaluation| {
        let text = |bound: f64| scores::like(&e.metric, bound, e.value.get().unwrap_or_default());
        let bounds = e.interval.bounds().map(|(low, high)| format!("95% interval {} – {}", text(low), text(high)));
        bounds.unwrap_or_else(|| "without an interval".to_string())
    };
    let label = e.score(&e.metric).map_or(e.metric.clone(), |s| s.label.clone());
    let mut figures = vec![Figure { label: label.clone(), value: of(e), note: between(e) }];
    figures.extend(f.incumbent.map(|i| Figure {
        label: format!("{label} of the incumbent"),
        value: of(i),
        note: between(i),
    }));
    let fallen = f.diagnostics.performance.as_ref().filter(|p| p.fallen);
    figures.extend(fallen.and_then(|p| Some((p, p.new_rows.value?))).map(|(p, value)| Figure {
        label: format!("{label} of version {} on new rows", p.version),
        value: text(value),
        note: "worse than on the test rows".to_string(),
    }));
    let drift = f.diagnostics.drift.as_ref().filter(|d| d.tested_columns > 0);
    figures.extend(drift.map(|d| Figure {
        label: "Drifted columns".to_string(),
        value: d.drifted_columns.to_string(),
        note: format!("of {} tested", d.tested_columns),
    }));
    figures
}

fn subtitle(f: &Findings<'_>) -> String {
    if let Some(version) = f.rolled_back_to {
        return format!("Version {version} is back in office; this report describes the newest model, which is not");
    }
    match f.last.and_then(|l| Some((l.version?, l.decision))) {
        Some((version, Decision::KeptIncumbent)) => {
            format!("Version {version} stays in office; this report describes the challenger")
        }
        Some((version, _)) => format!("Version {version} is in office"),
        None => "No model is in office".to_string(),
    }
}

fn verdict(last: &LastRun) -> Callout {
    let tone = match last.decision {
        Decision::FirstDeployment | Decision::Deployed => Tone::Good,
        Decision::KeptIncumbent | Decision::NoNewData | Decision::NoDrift => Tone::Neutral,
        Decision::Failed => Tone::Warning,
    };
    Callout { tone, title: last.decision.title().to_string(), text: sentence(&last.reason) }
}

/// A fragment as a sentence: a capital first, a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut out: String = first.to_uppercase().chain(chars).collect();
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

/// The name of a metric for people.
fn label(name: &str) -> String {
    crate::metrics::by_name(name).map_or_else(|_| name.to_string(), |metric| metric.label().to_string())
}

/// A paragraph.
pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// A number with four significant digits, as tables show it; whole numbers as they are.
pub(super) fn number(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e15 {
        let sign = if value < 0.0 { "\u{2212}" } else { "" };
        return format!("{sign}{}", crate::numbers::grouped(value.abs() as u64));
    }
    if (1e3..1e15).contains(&value.abs()) {
        return number(value.round());
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) => format!("\u{2212}{rest}"),
        None => text,
    }
}

/// Digits after the point that give a number of that size five significant ones.
fn decimals(size: f64) -> usize {
    if size.is_finite() && size > 0.0 { (4 - size.log10().floor() as i32).clamp(0, 9) as usize } else { 1 }
}

/// A quantity in its unit, thousands apart, with so many digits after the point; a real minus sign.
fn amount(value: f64, decimals: usize) -> String {
    let size = value.abs();
    let text = match size {
        size if size >= 1e15 || (size > 0.0 && size < 1e-6) => format!("{size:.3e}").replace("e-", "e\u{2212}"),
        size => {
            let rounded = format!("{size:.decimals$}");
            let (whole, rest) = rounded.split_at(rounded.find('.').unwrap_or(rounded.len()));
            whole.parse().map_or(rounded.clone(), crate::numbers::grouped) + rest
        }
    };
    let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    if value < 0.0 && !is_zero { format!("\u{2212}{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_keep_the_digits_that_say_something() {
        let alone = |value: f64| amount(value, decimals(value.abs()));
        for (value, text) in [
            (1539.213412, "1,539.2"),
            (-12.3456, "\u{2212}12.346"),
            (0.0123456, "0.012346"),
            (1_234_567.8, "1,234,568"),
            (0.0, "0.0"),
            (3e-9, "3.000e\u{2212}9"),
            (2e18, "2.000e18"),
        ] {
            assert_eq!(alone(value), text);
        }
        assert_eq!(amount(-0.04, 1), "0.0");
        assert_eq!(amount(999.96, 1), "1,000.0");
    }
}
