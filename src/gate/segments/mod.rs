//! Segments: the gate's metric in each group of test rows, so that a better score overall
//! does not hide a much worse one for some.
//!
//! - [`cut`]: a column's cells as groups of rows.
//! - [`Segments`]: what both models score in each.

mod cut;

pub use cut::{Group, cut};

use super::words;
use crate::metrics::{Direction, Metric, Observations, Prepared, Value};
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// What the segments must show.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The columns that cut the test rows, each on its own.
    pub columns: &'a [String],
    /// The loss that is borne in a segment, ≥ 0, in the unit of the metric.
    pub margin: f64,
    /// Rows that a segment needs to be judged.
    pub least_rows: u64,
}

/// Both models in every segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    /// The gate's metric.
    pub metric: String,
    /// Which way it is better.
    pub direction: Direction,
    /// The columns that cut the test rows.
    pub columns: Vec<String>,
    /// The loss that is borne, in the unit of the metric.
    pub margin: f64,
    /// Rows that a segment needs to be judged.
    pub least_rows: u64,
    /// Those judged, and the first hundred of those that are not.
    pub segments: Vec<Segment>,
    /// How many segments are not judged, those not listed among them.
    pub not_judged: u64,
}

/// Both models in one segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The column.
    pub name: String,
    /// What its cells share: a value, `31 to 44`, or `missing`.
    pub value: String,
    /// Test rows.
    pub rows: u64,
    /// The incumbent's score on them; `None` where it is undefined or the rows are too few.
    pub old: Option<f64>,
    /// The challenger's.
    pub new: Option<f64>,
    /// Why the segment is not judged; `None` where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_judged: Option<String>,
}

/// Segments without a judgement that are listed; identifiers would make one of each row.
const LISTED: usize = 100;

impl Segments {
    /// Scores both models in every segment of the test rows. `rows` and both observations are
    /// of the same rows in the same order, as in [`super::Comparison::paired`]. Columns that
    /// the table does not have are passed over: whoever reads it tells them.
    pub fn of(
        metric: &dyn Metric,
        rows: &Table,
        champion: &Observations,
        challenger: &Observations,
        terms: &Terms<'_>,
    ) -> Segments {
        let (old, new) = (Prepared::new(champion), Prepared::new(challenger));
        let mut found = Segments {
            metric: metric.name().to_string(),
            direction: metric.direction(),
            columns: terms.columns.to_vec(),
            margin: terms.margin,
            least_rows: terms.least_rows,
            segments: Vec::new(),
            not_judged: 0,
        };
        let mut weights = vec![0.0; old.rows()];
        for name in terms.columns {
            let Some((schema, cells)) = rows.columns().find(|(schema, _)| schema.name == *name) else { continue };
            for group in cut(cells, schema.kind) {
                let segment = if (group.rows.len() as u64) < terms.least_rows {
                    let why = format!("fewer than {} rows", terms.least_rows);
                    Segment { not_judged: Some(why), ..Segment::new(name, &group) }
                } else {
                    weights.fill(0.0);
                    group.rows.iter().filter(|row| **row < old.rows()).for_each(|row| weights[*row] = 1.0);
                    let scores = (metric.compute(&old, &weights), metric.compute(&new, &weights));
                    Segment::new(name, &group).scored(&scores.0, &scores.1)
                };
                found.not_judged += u64::from(segment.not_judged.is_some());
                if segment.not_judged.is_none() || found.not_judged as usize <= LISTED {
                    found.segments.push(segment);
                }
            }
        }
        found
    }

    /// Those that are judged.
    pub fn judged(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| segment.not_judged.is_none())
    }

    /// How much worse the challenger is in a segment: negative where it is better; `None`
    /// where the segment is not judged.
    pub fn loss(&self, segment: &Segment) -> Option<f64> {
        Some(-self.direction.gain(segment.old?, segment.new?)).filter(|_| segment.not_judged.is_none())
    }

    /// The judged segment in which the challenger loses most, or gains least, with that loss.
    pub fn worst(&self) -> Option<(&Segment, f64)> {
        let losses = self.judged().filter_map(|segment| Some((segment, self.loss(segment)?)));
        losses.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The segment that keeps the incumbent in office, with the loss: the worst one, where it
    /// loses more than the margin. A loss that is the margin but for rounding does not.
    pub fn falls(&self) -> Option<(&Segment, f64)> {
        self.worst().filter(|(_, loss)| self.is_beyond(*loss))
    }

    /// How many judged segments lose more than the margin.
    pub fn fallen(&self) -> usize {
        self.judged().filter(|segment| self.loss(segment).is_some_and(|loss| self.is_beyond(loss))).count()
    }

    fn is_beyond(&self, loss: f64) -> bool {
        loss > self.margin + 1e-12
    }

    /// What was judged and found, a lower-case fragment.
    pub fn sentence(&self) -> String {
        words::segments(self)
    }
}

impl Segment {
    fn new(name: &str, group: &Group) -> Segment {
        Segment {
            name: name.to_string(),
            value: group.value.clone(),
            rows: group.rows.len() as u64,
            old: None,
            new: None,
            not_judged: None,
        }
    }

    fn scored(self, old: &Value, new: &Value) -> Segment {
        let lacks = |who: &str, score: &Value| Some(format!("the {who} has no score, for {}", score.reason()?));
        let not_judged = lacks("incumbent", old).or_else(|| lacks("challenger", new));
        Segment { old: old.get(), new: new.get(), not_judged, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::by_name;
    use crate::table::{Builder, Cell, ColumnSchema, Role, Schema, Type};

    /// 60 rows of north, 60 of south, 4 of west; all positive but the even ones of north.
    fn table() -> (Table, Vec<u32>) {
        let column = ColumnSchema { name: "region".into(), kind: Type::Category, role: Role::Ignored };
        let mut builder = Builder::new(Schema { columns: vec![column] });
        let regions = [("north", 60), ("south", 60), ("west", 4)];
        for (region, rows) in regions {
            for _ in 0..rows {
                builder.push(0, Cell::Text(region));
                builder.end_row();
            }
        }
        (builder.finish(), (0..124).map(|i| u32::from(i >= 60 || i % 2 == 1)).collect())
    }

    fn of(metric: &str, margin: f64, wrong_old: &[usize], wrong_new: &[usize]) -> Segments {
        let (table, truth) = table();
        let said = |wrong: &[usize]| {
            let p = |(i, t): (usize, &u32)| if wrong.contains(&i) == (*t == 1) { 0.2 } else { 0.8 };
            let scores: Vec<f64> = truth.iter().enumerate().map(p).collect();
            Observations::yes_no(["n".into(), "y".into()], truth.clone(), &scores, 0.5).unwrap()
        };
        let columns = ["region".to_string()];
        let terms = Terms { columns: &columns, margin, least_rows: 30 };
        Segments::of(by_name(metric).unwrap(), &table, &said(wrong_old), &said(wrong_new), &terms)
    }

    #[test]
    fn the_worst_segment_is_found_and_small_ones_are_told() {
        let found = of("accuracy", 0.05, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], &[60, 61, 62, 63, 64, 65]);
        let (south, loss) = found.falls().unwrap();
        assert_eq!((south.value.as_str(), south.rows, south.old), ("south", 60, Some(1.0)));
        assert!((loss - 0.1).abs() < 1e-12);
        assert_eq!((found.judged().count(), found.not_judged), (2, 1));
        assert_eq!(found.segments[2].not_judged.as_deref(), Some("fewer than 30 rows"));
        assert_eq!((found.segments[2].old, found.segments[2].rows), (None, 4));
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Segments>(&text).unwrap(), found);
    }

    #[test]
    fn the_margin_is_borne_and_the_direction_honoured() {
        // 6 of 60 rows is a loss of 0.1 exactly.
        let wrong = [60, 61, 62, 63, 64, 65];
        assert_eq!(of("accuracy", 0.1, &[], &wrong).falls(), None);
        assert!(of("accuracy", 0.09, &[], &wrong).falls().is_some());
        assert!(of("brier", 0.05, &[], &wrong).falls().is_some());
        assert_eq!(of("brier", 0.05, &wrong, &[]).falls(), None);
        assert!(of("brier", 0.05, &wrong, &[]).worst().unwrap().1 <= 0.0);
    }

    #[test]
    fn undefined_scores_are_not_judged_and_say_why() {
        // South has one class only.
        let found = of("roc_auc", 0.05, &[], &[1]);
        let south = &found.segments[1];
        assert!(south.not_judged.as_deref().unwrap().contains("the incumbent has no score, for"), "{south:?}");
        assert_eq!((found.judged().count(), found.not_judged), (1, 2));
    }
}
