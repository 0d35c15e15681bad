//! What the newest model leans on.

use super::{Findings, number};
use crate::error::Result;
use crate::numbers::grouped;
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

/// The columns by what the score loses without them.
pub fn chart(columns: &[ColumnImportance], metric: &str) -> Bars {
    let shown = match columns.len() {
        all if all > DRAWN => format!("the {DRAWN} weightiest of {all} columns"),
        1 => "1 column".to_string(),
        all => format!("{all} columns"),
    };
    let item = |c: &ColumnImportance| Item {
        name: c.column.clone(),
        value: c.drop,
        spread: Some(c.std),
        text: with_spread(c.drop, c.std),
        before: None,
    };
    Bars {
        title: "What the score loses without a column".to_string(),
        subtitle: format!("How much worse {metric} gets when its cells are dealt out anew, five times; {shown}"),
        bars: columns.iter().take(DRAWN).map(item).collect(),
        names: None,
    }
}

/// A value with no more digits than its spread lets one believe: `0.116 ± 0.009`.
pub(in crate::report) fn with_spread(value: f64, spread: f64) -> String {
    if !(spread > 0.0 && spread.is_finite()) {
        return number(value);
    }
    let digits = (-spread.log10().floor()).clamp(0.0, 9.0) as usize;
    let plain = |v: f64| match format!("{:.digits$}", v.abs()) {
        whole if digits == 0 => grouped(whole.parse().unwrap_or_default()),
        text => text,
    };
    let shown = plain(value);
    let zero = shown.chars().all(|c| matches!(c, '0' | '.'));
    format!("{}{shown} ± {}", if value < 0.0 && !zero { "\u{2212}" } else { "" }, plain(spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_spread() {
        assert_eq!(with_spread(0.1157, 0.008988), "0.116 ± 0.009");
        assert_eq!(with_spread(1757.3, 21.8), "1,757 ± 22");
        assert_eq!(with_spread(-0.2, 1.5), "0 ± 2");
        assert_eq!(with_spread(-0.26, 0.15), "\u{2212}0.3 ± 0.1");
        assert_eq!(with_spread(0.5, 0.0), "0.5000");
    }
}
