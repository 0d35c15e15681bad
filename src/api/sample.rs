//! Rows as they might be, for examples, trials and load: each column is drawn by itself from
//! what the last diagnostics tell of it, so that no row is one of the data.

use super::State;
use crate::random::Random;
use crate::stages::summary::ColumnSummary;
use crate::table::{ColumnSchema, Type, cell};
use crate::transforms::Feature;
use serde_json::{Map, Value, json};

/// One such row: the features of the model in office in order.
pub struct Sample {
    cells: Vec<(String, Value)>,
}

impl Sample {
    /// Medians and most frequent texts.
    pub fn usual(state: &State) -> Sample {
        Sample::draw(state, None)
    }

    /// Drawn at random.
    pub fn random(state: &State, seed: u64) -> Sample {
        Sample::draw(state, Some(Random::new(seed)))
    }

    /// Medians and most frequent texts of all columns of the data, the target among them.
    pub fn labelled(state: &State) -> Sample {
        let schema = state.manifest().ok().flatten().map(|manifest| manifest.schema).unwrap_or_default();
        Sample::of(&schema.columns, &[], state, None)
    }

    fn draw(state: &State, random: Option<Random>) -> Sample {
        match state.office() {
            Ok(Some(office)) => {
                let steps = office.model.pipeline.preparation().features();
                Sample::of(office.features.columns(), steps, state, random)
            }
            _ => Sample { cells: Vec::new() },
        }
    }

    /// A cell for each of these columns; `steps` know names that the diagnostics may not.
    fn of(columns: &[ColumnSchema], steps: &[Feature], state: &State, mut random: Option<Random>) -> Sample {
        let known = state.diagnostics().ok().flatten().map(|d| d.columns).unwrap_or_default();
        let cell = |column: &ColumnSchema| {
            let levels = steps.iter().find(|f| f.column == column.name).map_or(&[][..], |f| f.transform.levels());
            let summary = known.iter().find(|k| k.name == column.name);
            (column.name.clone(), value(column.kind, summary, levels, random.as_mut()))
        };
        Sample { cells: columns.iter().map(cell).collect() }
    }

    /// Names and values.
    pub fn row(&self) -> Map<String, Value> {
        self.cells.iter().cloned().collect()
    }

    /// The values in order.
    pub fn values(&self) -> Vec<Value> {
        self.cells.iter().map(|(_, value)| value.clone()).collect()
    }

    /// The names in order.
    pub fn names(&self) -> Vec<&str> {
        self.cells.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A header and the row.
    pub fn csv(&self) -> String {
        let mut out = Vec::new();
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        crate::sources::fields::write_record(self.names().iter().map(|n| n.as_bytes()), &mut out);
        let cells: Vec<String> = self.cells.iter().map(|(_, value)| plain(value)).collect();
        crate::sources::fields::write_record(cells.iter().map(|c| c.as_bytes()), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

fn value(kind: Type, known: Option<&ColumnSummary>, levels: &[String], random: Option<&mut Random>) -> Value {
    match kind {
        Type::Number => json!(number(known, random)),
        Type::Date => {
            let day = number(known, random).as_f64().unwrap_or_default().round();
            json!(cell::date_text(day.max(0.0)).unwrap_or_else(|| "1970-01-01".to_string()))
        }
        Type::Category | Type::Text => {
            let frequent = known.map_or(&[][..], |k| k.frequent.as_slice());
            let names: Vec<&str> = match frequent {
                [] => levels.iter().map(String::as_str).collect(),
                some => some.iter().map(|(name, _)| name.as_str()).collect(),
            };
            let pick = random.map_or(0, |random| random.below(names.len().max(1)));
            json!(names.get(pick).copied().unwrap_or("a"))
        }
    }
}

/// Within two standard deviations of the mean and inside the extremes; whole where the
/// extremes and the median are.
fn number(known: Option<&ColumnSummary>, random: Option<&mut Random>) -> Value {
    let Some(seen) = known.and_then(|k| k.numbers) else { return json!(0) };
    let is_whole = [seen.min, seen.max, seen.median].iter().all(|v| v.fract() == 0.0);
    let spread = 2.0 * seen.std.unwrap_or(0.0);
    let drawn = match random {
        Some(random) => {
            let (low, high) = ((seen.mean - spread).max(seen.min), (seen.mean + spread).min(seen.max));
            low + random.unit() * (high - low)
        }
        None => seen.median,
    };
    match is_whole {
        true if drawn.abs() < 1e15 => json!(drawn.round() as i64),
        _ => json!((drawn * 100.0).round() / 100.0),
    }
}
