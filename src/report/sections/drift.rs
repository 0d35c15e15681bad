//! New rows against the rows that the model in office learnt from.

use super::{Findings, number, paragraph};
use crate::config::DriftMode;
use crate::drift::{ColumnDrift, Multivariate};
use crate::error::Result;
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{Chart, Distribution, Grid};
use crate::report::document::{Align, Block, Callout, Section, Table, Tone};
use crate::stages::drift::DriftReport;
use crate::table::Role;

/// Columns of which both distributions are drawn.
const DRAWN: usize = 6;
/// Columns in the table: the drifted ones first.
const TOLD: usize = 25;

/// The section; empty where drift was not looked at.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(found) = &f.diagnostics.drift else { return Ok(Section::default()) };
    let title = "Drift of the data";
    if let Some(reason) = &found.reason {
        return Ok(Section::new(title, vec![paragraph(format!("Nothing was tested: {reason}."))]));
    }
    let mut blocks = vec![Block::Callout(verdict(found)), paragraph(limits(found.mode))];
    if found.known_rows > 0 {
        blocks.push(paragraph(format!(
            "{} of the {} rows stand in other files too. Rows that were known hide what is new in the rest: files with \
             new rows alone show more.",
            grouped(found.known_rows),
            grouped(found.rows)
        )));
    }
    let order = by_weight(found);
    if order.len() > TOLD {
        let rest = order.len() - TOLD;
        blocks.push(paragraph(format!(
            "The {TOLD} columns that differ most; {rest} more columns are in diagnostics.json."
        )));
    }
    if !order.is_empty() {
        blocks.push(Block::Table(table(order.iter().take(TOLD).copied())));
    }
    let charts = charts(f);
    if !charts.is_empty() {
        let columns = if matches!(charts.len(), 2 | 4) { 2 } else { 3 };
        blocks.push(Block::Chart(Box::new(Grid::new(columns, 250, charts))));
    }
    if !found.predictions.is_empty() {
        blocks.push(paragraph(
            "What the model in office answers, for the rows that it learnt from and for the new ones:",
        ));
        blocks.push(Block::Table(table(found.predictions.iter())));
    }
    blocks.extend(found.multivariate.as_ref().map(|m| paragraph(together(m))));
    Ok(Section::new(title, blocks))
}

/// The drifted columns, then and now.
fn charts(f: &Findings<'_>) -> Vec<Box<dyn Chart>> {
    let Some(found) = &f.diagnostics.drift else { return Vec::new() };
    let one = |column: &ColumnDrift| {
        let shares = column.histogram.clone()?;
        let chart: Box<dyn Chart> = Box::new(Distribution {
            title: column.name.clone(),
            subtitle: effect(column).unwrap_or_else(|| finding(column)),
            edges: shares.edges,
            labels: shares.labels,
            reference: shares.reference,
            current: shares.current,
            names: Some(("training".to_string(), "new".to_string())),
        });
        Some(chart)
    };
    by_weight(found).into_iter().filter(|c| c.drifted).filter_map(one).take(DRAWN).collect()
}

/// Drifted columns first, then by how large the difference is.
fn by_weight(found: &DriftReport) -> Vec<&ColumnDrift> {
    let mut order: Vec<&ColumnDrift> = found.columns.iter().collect();
    let size = |c: &ColumnDrift| c.effect_size.filter(|e| e.is_finite()).unwrap_or(-1.0);
    order.sort_by(|a, b| b.drifted.cmp(&a.drifted).then(size(b).total_cmp(&size(a))));
    order
}

fn verdict(found: &DriftReport) -> Callout {
    let (drifted, tested) = (found.drifted_columns, found.tested_columns);
    let columns = if tested == 1 { "column" } else { "columns" };
    let (tone, title) = match (found.drifted, drifted) {
        (true, _) => (Tone::Warning, format!("The data drifted: {drifted} of {tested} {columns}")),
        (false, 0) if found.predictions_drifted() => {
            (Tone::Neutral, format!("The model's predictions drifted, none of {tested} {columns} did"))
        }
        (false, 0) => (Tone::Good, format!("No drift in {tested} {columns}")),
        (false, _) => (Tone::Neutral, format!("{drifted} of {tested} {columns} drifted, not the data as a whole")),
    };
    let files = match found.files.as_slice() {
        [] => String::new(),
        [one] => format!(" from {one}"),
        [first, rest @ ..] => format!(" from {first} and {} more files", rest.len()),
    };
    let version = match found.reference_version {
        Some(version) => format!(" of version {version}"),
        None => String::new(),
    };
    let text = format!(
        "{} new rows{files} against the {} training rows{version}; mode: {}.",
        grouped(found.rows),
        grouped(found.reference_rows),
        found.mode.name()
    );
    Callout { tone, title, text }
}

/// What a reader of the table must know about the mode.
fn limits(mode: DriftMode) -> &'static str {
    match mode {
        DriftMode::Calibrated => {
            "A column counts where its difference is beyond chance, with p-values adjusted for the number of tests, and \
             large enough to matter. Columns are looked at one by one; what changed between them shows in the test of \
             all together alone."
        }
        DriftMode::Evidently => {
            "Tests and thresholds are those that Evidently takes by default. P-values are not adjusted, so that of many \
             columns some count by chance, and distances know nothing of chance."
        }
        DriftMode::Nannyml => {
            "Distances and thresholds are those that NannyML takes by default. A distance knows nothing of chance: of \
             few rows it is large without any drift."
        }
    }
}

fn table<'a>(columns: impl Iterator<Item = &'a ColumnDrift>) -> Table {
    let mut table = Table::new([
        ("Column", Align::Start),
        ("Test", Align::Start),
        ("Statistic", Align::End),
        ("p", Align::End),
        ("Adjusted", Align::End),
        ("Effect", Align::End),
        ("Finding", Align::Start),
    ]);
    for c in columns {
        let name = if c.role == Role::Target { format!("{} (target)", c.name) } else { c.name.clone() };
        let chance = |p: Option<f64>| p.map_or("–".to_string(), probability);
        table.push([
            name,
            c.test.replace('_', " "),
            c.statistic.map_or("–".to_string(), number),
            chance(c.p_value),
            chance(c.adjusted_p_value),
            c.effect_size.map_or("–".to_string(), score),
            finding(c),
        ]);
    }
    table
}

/// What was found of a column, in words.
fn finding(c: &ColumnDrift) -> String {
    let mut found = Vec::new();
    if c.distribution_drifted {
        found.push("drifted".to_string());
    }
    if c.missing.drifted {
        found.push(format!("missing {} → {}", percent(c.missing.reference), percent(c.missing.current)));
    }
    if let Some(new) = c.new_categories.as_ref().filter(|n| n.drifted) {
        let examples: Vec<&str> = new.examples.iter().take(2).map(String::as_str).collect();
        found.push(format!(
            "{} new values in {} of the rows: {}",
            grouped(new.count),
            percent(new.share),
            examples.join(", ")
        ));
    }
    if !found.is_empty() {
        return found.join("; ");
    }
    if let Some(note) = &c.note {
        return note.clone();
    }
    let beyond_chance = c.adjusted_p_value.or(c.p_value).is_some_and(|p| p <= c.threshold);
    match (c.statistic, beyond_chance) {
        (None, _) => "not tested".to_string(),
        (_, true) => "too small to matter".to_string(),
        (_, false) => "no drift".to_string(),
    }
}

/// The effect in words: `21.0% of the rows lie elsewhere`, as both effect sizes read.
fn effect(c: &ColumnDrift) -> Option<String> {
    let size = c.effect_size?;
    Some(format!("{} of the rows lie elsewhere", percent(size))).filter(|_| size.is_finite())
}

/// A probability with three digits.
fn probability(p: f64) -> String {
    if p < 0.001 { "<0.001".to_string() } else { format!("{p:.3}") }
}

/// All features together.
fn together(m: &Multivariate) -> String {
    let rows = format!("{} training and {} new rows", grouped(m.reference_rows), grouped(m.current_rows));
    let Some(auc) = m.auc else {
        let why = m.note.as_deref().unwrap_or("too few rows");
        return format!("All features together could not be tested: {why}.");
    };
    let interval =
        m.interval.map_or(String::new(), |(low, high)| format!(", 95% interval {} to {}", score(low), score(high)));
    let means = match m.drifted {
        true => "it can tell them apart, so that the features differ together",
        false => "that is no difference beyond chance that matters",
    };
    let note = m.note.as_ref().map(|note| format!(" {}", super::sentence(note))).unwrap_or_default();
    format!(
        "All features together: a classifier that learns to tell {rows} apart reaches an AUC of {}{interval}, where 0.5 is \
         guessing and {} the least that matters; {means}.{note}",
        score(auc),
        score(m.floor)
    )
}
