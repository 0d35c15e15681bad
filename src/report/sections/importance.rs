//! What the newest model leans on.

use super::{Findings, number};
use crate::error::Result;
use crate::report::charts::{Bars, bars::Item};
use crate::report::document::{Block, Section};
use crate::stages::importance::ColumnImportance;

/// Columns that are drawn, the weightiest first.
const DRAWN: usize = 15;

/// The section; without blocks where nothing was measured.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let blocks = match f.importance {
        [] => Vec::new(),
        columns => vec![Block::Chart(Box::new(chart(columns, &f.challenger.metric)))],
    };
    Ok(Section::new("What the model leans on", blocks))
}

fn chart(columns: &[ColumnImportance], metric: &str) -> Bars {
    let shown = match columns.len() {
        all if all > DRAWN => format!("the {DRAWN} weightiest of {all} columns"),
        1 => "1 column".to_string(),
        all => format!("{all} columns"),
    };
    let item = |c: &ColumnImportance| Item {
        name: c.column.clone(),
        value: c.drop,
        spread: Some(c.std),
        text: format!("{} ± {}", number(c.drop), number(c.std)),
    };
    Bars {
        title: "What the score loses without a column".to_string(),
        subtitle: format!("How much worse {metric} gets when its cells are dealt out anew, five times; {shown}"),
        bars: columns.iter().take(DRAWN).map(item).collect(),
    }
}
