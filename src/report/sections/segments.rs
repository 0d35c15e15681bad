//! Both models in groups of the test rows, where the config names columns to look at.

use super::{Findings, paragraph, sentence};
use crate::error::Result;
use crate::gate::{Segment, Segments};
use crate::numbers::grouped;
use crate::report::document::{Align, Block, Section, Table};
use crate::report::sections::scores;

/// Segments that are told, those first in which the challenger does worst.
const TOLD: usize = 40;

/// The section; empty where the decision was not taken in segments.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(segments) = f.last.and_then(|last| last.segments.as_ref()) else { return Ok(Section::default()) };
    let mut blocks = vec![
        paragraph(format!(
            "The test rows, cut by each of {}. In no segment of {} rows or more may the challenger be worse by more than \
             {} on {}.",
            segments.columns.join(", "),
            grouped(segments.least_rows),
            segments.margin,
            segments.metric
        )),
        paragraph(sentence(&segments.sentence())),
    ];
    let all = segments.segments.len();
    if all > 0 {
        blocks.push(Block::Table(table(segments)));
    }
    if all > TOLD {
        blocks.push(paragraph(format!(
            "{TOLD} of {} segments are shown; lastrun.json has the others.",
            grouped(all as u64)
        )));
    }
    Ok(Section::new("Segments", blocks))
}

fn table(segments: &Segments) -> Table {
    let mut table = Table::new([
        ("Column", Align::Start),
        ("Segment", Align::Start),
        ("Rows", Align::End),
        ("Incumbent", Align::End),
        ("Challenger", Align::End),
        ("Finding", Align::Start),
    ]);
    let gain = |s: &Segment| s.old.zip(s.new).map(|(old, new)| segments.direction.gain(old, new));
    let mut order: Vec<&Segment> = segments.segments.iter().collect();
    // A stable sort: what is not judged stays last, in its own order.
    order.sort_by(|a, b| match (gain(a), gain(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    for segment in order.into_iter().take(TOLD) {
        let value = |score: Option<f64>| score.map_or("–".to_string(), |v| scores::text(&segments.metric, v));
        let finding = match (&segment.not_judged, gain(segment)) {
            (Some(why), _) => format!("not judged: {why}"),
            (None, Some(gain)) if gain < -segments.margin => "worse beyond the margin".to_string(),
            (None, Some(gain)) if gain < 0.0 => "worse within the margin".to_string(),
            (None, _) => "not worse".to_string(),
        };
        let (name, cells) = (segment.name.clone(), segment.value.clone());
        table.push([name, cells, grouped(segment.rows), value(segment.old), value(segment.new), finding]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Direction;

    #[test]
    fn the_worst_segment_stands_first_and_those_not_judged_last() {
        let segment = |value: &str, old: f64, new: f64| Segment {
            name: "region".into(),
            value: value.into(),
            rows: 40,
            old: Some(old),
            new: Some(new),
            not_judged: None,
        };
        let few =
            Segment { old: None, new: None, not_judged: Some("fewer than 30 rows".into()), ..segment("x", 0.0, 0.0) };
        let found = Segments {
            metric: "f1".into(),
            direction: Direction::HigherIsBetter,
            columns: vec!["region".into()],
            margin: 0.05,
            least_rows: 30,
            segments: vec![few, segment("north", 0.5, 0.6), segment("south", 0.6, 0.4), segment("west", 0.5, 0.48)],
            not_judged: 1,
        };
        let rows = table(&found).rows;
        let told: Vec<(&str, &str)> = rows.iter().map(|row| (row[1].as_str(), row[5].as_str())).collect();
        assert_eq!(
            told,
            [
                ("south", "worse beyond the margin"),
                ("west", "worse within the margin"),
                ("north", "not worse"),
                ("x", "not judged: fewer than 30 rows"),
            ]
        );
    }
}
