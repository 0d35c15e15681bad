//! The columns of the training data.

use super::{Findings, number, paragraph};
use crate::error::Result;
use crate::numbers::{grouped, percent};
use crate::report::document::{Align, Block, Section, Table};
use crate::stages::summary::ColumnSummary;
use crate::table::{Role, Type, cell};

/// Columns that are told one by one.
const MOST: usize = 40;

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let columns = shown(f);
    let mut numbers = Table::new([
        ("Column", Align::Start),
        ("Missing", Align::End),
        ("Mean", Align::End),
        ("Median", Align::End),
        ("Std", Align::End),
        ("Min", Align::End),
        ("Max", Align::End),
    ]);
    let mut texts = Table::new([
        ("Column", Align::Start),
        ("Missing", Align::End),
        ("Different", Align::End),
        ("Most frequent", Align::Start),
    ]);
    for column in &columns {
        let missing = if column.missing == 0 { "–".to_string() } else { percent(column.missing_share) };
        match column.numbers {
            Some(n) => {
                let std = n.std.map_or("–".to_string(), number);
                let [mean, median, min, max] = [n.mean, n.median, n.min, n.max].map(|v| match column.kind {
                    Type::Date => day(v),
                    _ => number(v),
                });
                numbers.push([name(column), missing, mean, median, std, min, max]);
            }
            None => {
                let shown = if column.role == Role::Id { String::new() } else { frequent(column) };
                texts.push([name(column), missing, column.distinct.map(grouped).unwrap_or_default(), shown]);
            }
        }
    }
    let mut blocks = vec![paragraph(format!(
        "{} distinct rows of {}; columns that the model does not see are marked.",
        grouped(f.diagnostics.rows),
        match f.manifest.files.len() {
            1 => "1 file".to_string(),
            n => format!("{n} files"),
        }
    ))];
    let left_out = f.diagnostics.columns.len() - columns.len();
    if left_out > 0 {
        blocks.push(paragraph(format!(
            "The target and the columns that drifted, lack cells or weigh most are shown; {left_out} more are in \
             diagnostics.json."
        )));
    }
    for table in [numbers, texts] {
        if !table.rows.is_empty() {
            blocks.push(Block::Table(table));
        }
    }
    Ok(Section::new("Training data", blocks))
}

/// All columns in their order; of very many, those that somebody would look for first.
fn shown<'a>(f: &'a Findings<'_>) -> Vec<&'a ColumnSummary> {
    let columns = &f.diagnostics.columns;
    let place = |name: &str| f.importance.iter().position(|c| c.column == name).unwrap_or(usize::MAX);
    let drifted = |name: &str| {
        let drift = f.diagnostics.drift.as_ref();
        drift.is_some_and(|d| d.columns.iter().any(|c| c.drifted && c.name == name))
    };
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_cached_key(|i| {
        let c = &columns[*i];
        let half_missing = (c.missing_share * 2.0) as u8;
        (c.role != Role::Target, !drifted(&c.name), std::cmp::Reverse(half_missing), place(&c.name), c.missing == 0, *i)
    });
    order.truncate(MOST);
    order.sort_unstable();
    order.into_iter().map(|i| &columns[i]).collect()
}

/// Days since 1970-01-01 as a date.
fn day(days: f64) -> String {
    cell::date_text(days).unwrap_or_else(|| "–".to_string())
}

fn name(column: &ColumnSummary) -> String {
    match column.role {
        Role::Feature => column.name.clone(),
        Role::Target => format!("{} (target)", column.name),
        Role::Id => format!("{} (identifier)", column.name),
        Role::Ignored => format!("{} (ignored)", column.name),
    }
}

fn frequent(column: &ColumnSummary) -> String {
    let present = (column.rows - column.missing).max(1) as f64;
    let told = column.frequent.iter().take(3).map(|(text, n)| format!("{text} {}", percent(*n as f64 / present)));
    told.collect::<Vec<_>>().join(", ")
}
