//! Missing cells: how many, in which columns, and whether that changed.

use super::{Findings, paragraph};
use crate::error::Result;
use crate::numbers::{grouped, percent};
use crate::report::charts::{Bars, bars::Item};
use crate::report::document::{Block, Section};

/// Columns that are drawn, those that lack most first.
const DRAWN: usize = 20;

/// The section; empty where no column is known.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let columns = &f.diagnostics.columns;
    if columns.is_empty() {
        return Ok(Section::default());
    }
    let (cells, missing) = columns.iter().fold((0, 0), |sum, c| (sum.0 + c.rows, sum.1 + c.missing));
    let mut blocks = Vec::new();
    match missing {
        0 => blocks.push(paragraph(format!("No cell is missing: {} of {}.", grouped(0), grouped(cells)))),
        _ => {
            let lacking = columns.iter().filter(|c| c.missing > 0).count();
            blocks.push(paragraph(format!(
                "{} of {} cells are missing ({}), in {lacking} of {} columns.",
                grouped(missing),
                grouped(cells),
                percent(missing as f64 / cells.max(1) as f64),
                columns.len()
            )));
        }
    }
    blocks.extend(chart(f).map(|chart| Block::Chart(Box::new(chart))));
    Ok(Section::new("Missing cells", blocks))
}

/// The share of missing cells of the columns that lack any: in the rows the model in office
/// learnt from and in the new ones where both are known, else in all rows.
pub fn chart(f: &Findings<'_>) -> Option<Bars> {
    let tested = f.diagnostics.drift.as_ref().filter(|d| d.rows > 0 && !d.columns.is_empty());
    let mut shares: Vec<(&str, Option<f64>, f64)> = match tested {
        Some(drift) => {
            let one = |c: &'_ crate::drift::ColumnDrift| (Some(c.missing.reference), c.missing.current);
            drift.columns.iter().map(|c| (c.name.as_str(), one(c).0, one(c).1)).collect()
        }
        None => f.diagnostics.columns.iter().map(|c| (c.name.as_str(), None, c.missing_share)).collect(),
    };
    shares.retain(|(_, then, now)| then.unwrap_or_default() > 0.0 || *now > 0.0);
    shares.sort_by(|a, b| {
        let most = |s: &(&str, Option<f64>, f64)| s.1.unwrap_or_default().max(s.2);
        most(b).total_cmp(&most(a)).then_with(|| a.0.cmp(b.0))
    });
    let all = shares.len();
    if all == 0 {
        return None;
    }
    let item = |(name, then, now): (&str, Option<f64>, f64)| Item {
        name: name.to_string(),
        value: 100.0 * now,
        before: then.map(|share| 100.0 * share),
        spread: None,
        text: match then {
            Some(then) => format!("{} → {}", percent(then), percent(now)),
            None => percent(now),
        },
    };
    let shown = if all > DRAWN { format!("; the {DRAWN} columns of {all} that lack most") } else { String::new() };
    let of = if tested.is_some() { "percent of the rows then and now" } else { "percent of all rows" };
    Some(Bars {
        title: "Missing cells by column".to_string(),
        subtitle: format!("{}{shown}", super::sentence(of).trim_end_matches('.')),
        bars: shares.into_iter().take(DRAWN).map(item).collect(),
        names: tested.map(|_| ("training rows of the model in office".to_string(), "new rows".to_string())),
    })
}
