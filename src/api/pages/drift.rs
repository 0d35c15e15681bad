//! How much each column has changed.

use super::dashboard::{finite, shown};
use super::html::{bar, empty, identifier, name, prose, section as panel, table, time};
use super::view::{Drift, DriftColumn};
use crate::numbers::grouped;
use crate::report::sections::sentence;
use std::fmt::Write;

/// Columns listed.
const MOST: usize = 30;

/// The panel.
pub(super) fn section(drift: Option<&Drift>) -> String {
    let found = drift.filter(|d| !d.columns.is_empty());
    let Some(drift) = found else {
        let when = "Drift is looked at when a model is in office and new data has come.";
        let body = match drift.and_then(|drift| drift.nothing.as_deref()) {
            Some(why) => empty(&format!("Nothing was compared in the last run: {}.", prose(why)), when),
            None => empty("No comparison yet.", when),
        };
        return panel("drift", "", "Drift by column", "", &body);
    };
    let mut columns: Vec<&DriftColumn> = drift.columns.iter().collect();
    // Drifted ones first, so that none of them is among those left out.
    columns.sort_by(|a, b| {
        let size = |c: &DriftColumn| finite(c.effect).unwrap_or(-1.0);
        let drifted = |c: &DriftColumn| c.drifted == Some(true);
        drifted(b).cmp(&drifted(a)).then(size(b).total_cmp(&size(a))).then_with(|| a.name.cmp(&b.name))
    });
    // What does not count as drift fills less than half of a bar, however little all has moved.
    let least = drift.floor.map_or(0.0, |floor| 2.0 * floor);
    let largest = columns.iter().filter_map(|c| finite(c.effect)).fold(least, f64::max);
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let drifted = columns.iter().filter(|c| c.drifted == Some(true)).count();
    let untold = columns.iter().filter(|c| c.drifted.is_none()).count();
    // Where nothing is judged, a column of verdicts would say so in every row.
    let is_judged = untold < columns.len();
    let rows: String = columns.iter().take(MOST).map(|column| row(column, scale, is_judged)).collect();
    let all = grouped(columns.len() as u64);
    let mut caption = match is_judged {
        true => format!("{} of {all} columns drifted", grouped(drifted as u64)),
        false if columns.len() == 1 => "1 column".to_string(),
        false => format!("{all} columns, those that moved farthest first"),
    };
    if is_judged && untold > 0 {
        let _ = write!(caption, "; of {} it cannot be told", grouped(untold as u64));
    }
    if columns.len() > MOST {
        let _ = write!(caption, "; {} more are not listed", grouped((columns.len() - MOST) as u64));
    }
    let mut note = drift.method.as_deref().map_or(String::new(), |m| prose(&sentence(m)).to_string());
    if let Some(when) = &drift.time {
        let _ = write!(note, " Looked at {}.", time(when));
    }
    let last = if is_judged { "Verdict" } else { "<span class=\"hidden\">Note</span>" };
    let head = format!(
        "<th scope=\"col\">Column</th><th scope=\"col\" class=\"number\">Effect</th>\
         <th scope=\"col\" class=\"bars\"><span class=\"hidden\">Effect as a bar</span></th><th scope=\"col\">{last}</th>"
    );
    panel("drift", "", "Drift by column", note.trim(), &table("drift-table", &caption, &head, &rows))
}

fn row(column: &DriftColumn, scale: f64, is_judged: bool) -> String {
    let (class, verdict) = match column.drifted {
        Some(true) => ("drifted", "<strong>drifted</strong>"),
        Some(false) => ("steady", "steady"),
        None if is_judged => ("untold", "cannot be told"),
        None => ("share", ""),
    };
    let note = column.note.as_deref().filter(|n| !n.trim().is_empty());
    let note = note.map_or(String::new(), |n| format!("<p class=\"why\">{}</p>", name(n)));
    format!(
        "<tr><th scope=\"row\" class=\"name\">{}</th><td class=\"number\">{}</td><td class=\"bars\">{}</td>\
         <td class=\"verdict\">{verdict}{note}</td></tr>\n",
        identifier(&column.name),
        shown(column.effect),
        bar(finite(column.effect).unwrap_or_default() / scale, class)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, effect: f64, drifted: Option<bool>) -> DriftColumn {
        DriftColumn { name: name.into(), effect: Some(effect), drifted, note: None }
    }

    #[test]
    fn drifted_columns_come_first_and_the_rest_is_counted() {
        let mut columns: Vec<DriftColumn> =
            (0..40).map(|i| column(&format!("steady {i}"), f64::from(i), Some(false))).collect();
        columns.push(column("small", 0.01, Some(true)));
        columns.push(column("odd", f64::NAN, None));
        let html = section(Some(&Drift { columns, ..Drift::default() }));
        assert!(html.contains("1 of 42 columns drifted; of 1 it cannot be told; 12 more are not listed"), "{html}");
        let place = |text: &str| html.find(text).unwrap();
        assert!(place("small") < place("steady 39") && place("steady 39") < place("steady 38"));
        assert!(!html.contains("odd") && !html.contains("NaN"));
    }

    #[test]
    fn little_movement_is_no_long_bar() {
        let columns = vec![column("fee", 0.02, Some(false)), column("age", 0.01, Some(false))];
        let html = section(Some(&Drift { columns, floor: Some(0.1), ..Drift::default() }));
        assert!(html.contains("<rect width=\"10.0\"") && html.contains("<rect width=\"5.0\""), "{html}");
    }

    #[test]
    fn where_nothing_was_compared_it_is_said_why() {
        let html = section(Some(&Drift { nothing: Some("no file was new".into()), ..Drift::default() }));
        assert!(html.contains("Nothing was compared in the last run: no file was new."), "{html}");
        assert!(section(None).contains("No comparison yet."));
    }

    #[test]
    fn where_nothing_is_judged_there_are_no_verdicts() {
        let html = section(Some(&Drift { columns: vec![column("fee", 0.5, None)], ..Drift::default() }));
        assert!(html.contains("1 column") && !html.contains("cannot be told") && !html.contains("Verdict"), "{html}");
    }
}
