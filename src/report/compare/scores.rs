//! How the two score, what they get wrong, and what they lean on.

use super::signed;
use crate::error::Result;
use crate::numbers::{grouped, percent};
use crate::report::document::{Align, Block, Section, Table};
use crate::report::sections::importance::with_spread;
use crate::report::sections::scores::{interval, side_by_side, value};
use crate::report::sections::{confusion, paragraph};
use crate::stages::comparing::{Compared, Difference, Side};
use crate::table::Task;

/// Most classes of which every kind of prediction has a row of its own.
const FEW: usize = 4;
/// Columns that are told, the weightiest first.
const TOLD: usize = 15;

/// Every metric of both, and how far apart they are.
pub(super) fn metrics(found: &Compared) -> Section {
    let [first, second] = &found.versions;
    let mut blocks = vec![paragraph(
        "The difference is the second version less the first. Its interval and its p-value come from the rows that \
         both answered, so that they say more than the two intervals beside each other.",
    )];
    if first.evaluation.task() != Task::Regression {
        let named = [first, second].map(|side| (format!("version {}", side.deployed.version), &side.evaluation));
        let subtitle = format!("{} rows, 95% bootstrap intervals", grouped(first.evaluation.rows));
        blocks.push(Block::Chart(Box::new(side_by_side(&named, subtitle))));
    }
    let mut table = Table::new([
        ("Metric".to_string(), Align::Start),
        (version(first), Align::End),
        (version(second), Align::End),
        ("Difference".to_string(), Align::End),
        ("95% interval".to_string(), Align::End),
        ("p".to_string(), Align::End),
        ("Better".to_string(), Align::Start),
    ]);
    for difference in &found.differences {
        let [a, b] = [first, second].map(|side| side.evaluation.score(&difference.metric));
        let (Some(a), Some(b)) = (a, b) else { continue };
        let label = match difference.metric == first.evaluation.metric {
            true => format!("{} (gate)", difference.label),
            false => difference.label.clone(),
        };
        let size = difference.interval.bounds().map(|(low, high)| low.abs().max(high.abs()));
        let size = size.or(difference.difference.get()).unwrap_or_default();
        let shown = |v: f64| signed(&difference.metric, v, size);
        table.push([
            label,
            value(a),
            value(b),
            difference.difference.get().map_or_else(none, shown),
            difference.interval.bounds().map_or_else(none, |(low, high)| format!("{} – {}", shown(low), shown(high))),
            difference.p_two_sided.get().map_or_else(none, p_value),
            better(difference, found),
        ]);
    }
    blocks.push(Block::Table(table));
    blocks.push(Block::Table(intervals(found)));
    Section::new("Scores", blocks)
}

/// The interval of each score alone.
fn intervals(found: &Compared) -> Table {
    let [first, second] = &found.versions;
    let columns = [first, second].map(|side| (format!("{}, 95% interval", version(side)), Align::End));
    let mut table = Table::new([("Metric".to_string(), Align::Start)].into_iter().chain(columns));
    for score in &first.evaluation.metrics {
        let other = second.evaluation.score(&score.name).map_or_else(none, interval);
        table.push([score.label.clone(), interval(score), other]);
    }
    table
}

fn better(difference: &Difference, found: &Compared) -> String {
    let [first, second] = &found.versions;
    match (difference.second_is_better(), difference.is_clear()) {
        (Some(is_second), true) => version(if is_second { second } else { first }),
        (Some(_), false) => "not sure".to_string(),
        (None, _) => "neither".to_string(),
    }
}

/// Right and wrong predictions of both.
///
/// # Errors
/// A matrix is not square; that is a bug.
pub(super) fn predictions(found: &Compared, target: &str) -> Result<Section> {
    let mut blocks = Vec::new();
    for side in &found.versions {
        let kind = format!("version {}, {}", side.deployed.version, side.kind);
        blocks.push(Block::Chart(confusion::chart(&side.evaluation, &kind, target)?));
    }
    blocks.extend(counts(found).map(Block::Table));
    Ok(Section::new("Right and wrong predictions", blocks))
}

/// Counts of both beside each other: of every pair of classes where they are few, of right
/// predictions where they are many.
fn counts(found: &Compared) -> Option<Table> {
    let [first, second] = &found.versions;
    let (a, b) = (first.evaluation.confusion.as_ref()?, second.evaluation.confusion.as_ref()?);
    let all_pairs = a.classes.len() <= FEW;
    let names: &[&str] = if all_pairs { &["Was", "Predicted"] } else { &["Class", "Rows"] };
    let mut columns: Vec<(String, Align)> = names.iter().map(|name| ((*name).to_string(), Align::Start)).collect();
    columns.extend([first, second].map(|side| (version(side), Align::End)));
    columns.push(("Change".to_string(), Align::End));
    let mut table = Table::new(columns);
    let count = |n: Option<&u64>| n.copied().unwrap_or_default();
    for (actual, class) in a.classes.iter().enumerate() {
        let (old, new) = (&a.counts[actual], b.counts.get(actual)?);
        let rows: u64 = old.iter().sum();
        for (predicted, said) in a.classes.iter().enumerate().filter(|(p, _)| all_pairs || *p == actual) {
            let (old, new) = (count(old.get(predicted)), count(new.get(predicted)));
            let beside = if all_pairs { said.clone() } else { grouped(rows) };
            let shown = |n: u64| match all_pairs || rows == 0 {
                true => grouped(n),
                false => format!("{} right, {}", grouped(n), percent(n as f64 / rows as f64)),
            };
            table.push([class.clone(), beside, shown(old), shown(new), change(old, new)]);
        }
    }
    Some(table)
}

/// How much more or less, with its sign.
fn change(old: u64, new: u64) -> String {
    match new.cmp(&old) {
        std::cmp::Ordering::Less => format!("\u{2212}{}", grouped(old - new)),
        std::cmp::Ordering::Equal => "0".to_string(),
        std::cmp::Ordering::Greater => format!("+{}", grouped(new - old)),
    }
}

/// What each leans on.
pub(super) fn leaning(found: &Compared) -> Section {
    let [first, second] = &found.versions;
    let of = |side: &Side, column: &str| side.importance.iter().find(|c| c.column == column).cloned();
    let mut columns: Vec<&str> = Vec::new();
    for found in first.importance.iter().chain(&second.importance) {
        if !columns.contains(&found.column.as_str()) {
            columns.push(&found.column);
        }
    }
    let weight =
        |column: &str| [first, second].iter().filter_map(|s| of(s, column)).map(|c| c.drop).fold(0.0, f64::max);
    columns.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    if columns.is_empty() {
        return Section::default();
    }
    let mut table =
        Table::new([("Column".to_string(), Align::Start), (version(first), Align::End), (version(second), Align::End)]);
    for column in columns.iter().take(TOLD) {
        let shown = |side: &Side| of(side, column).map_or("not used".to_string(), |c| with_spread(c.drop, c.std));
        table.push([column.to_string(), shown(first), shown(second)]);
    }
    let told = match columns.len() {
        all if all > TOLD => format!(" The {TOLD} weightiest of {} columns are shown.", grouped(all as u64)),
        _ => String::new(),
    };
    let text = format!(
        "How much worse {} gets when the cells of a column are dealt out anew, five times, with the spread of the \
         five.{told}",
        first.evaluation.metric
    );
    Section::new("What the models lean on", vec![paragraph(text), Block::Table(table)])
}

pub(super) fn version(side: &Side) -> String {
    format!("Version {}", side.deployed.version)
}

fn none() -> String {
    "–".to_string()
}

/// A p-value as it is usually read.
fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_string() } else { format!("{p:.3}") }
}
