//! What is kept of predictions: counts by label, and where the config wishes it a log.

use super::answers;
use super::meters::Meters;
use super::state::Office;
use crate::store::prediction_log::{PredictionLog, Record};
use crate::table::{Column, Matrix, Question, Table, Type, cell};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// Bytes of text that are logged of a row: the history is bounded in rows, so rows must be too.
const MOST_TEXT: usize = 64 << 10;
/// A longer identifier is none that labels come by.
const MOST_ID: usize = 1_000;

/// The account of one request.
pub struct Account {
    /// Counts.
    pub meters: Arc<Meters>,
    /// The log.
    pub log: Option<Arc<PredictionLog>>,
    /// The client's name for the request, or one given by the server.
    pub request_id: String,
    /// When it came.
    pub time: DateTime<Utc>,
}

impl Account {
    /// Takes what a model said of rows, of which the first is that one of the request.
    pub fn take(&self, office: &Office, rows: &Table, first: usize, said: &Matrix) {
        let mut counts = vec![0; office.names.len().max(1)];
        for row in said.iter_rows() {
            match office.question() {
                Question::Number => counts[0] += 1,
                Question::Classes(_) => counts[answers::winner(office, row)] += 1,
                Question::Labels(_) => {
                    let has = |(count, p): (&mut u64, &f64)| *count += u64::from(*p >= office.threshold);
                    counts.iter_mut().zip(row).for_each(has);
                }
            }
        }
        self.meters.predictions(office.version, said.rows() as u64, office.question().names(), &counts);
        if let Some(log) = &self.log {
            log.log((0..rows.rows()).map(|row| self.record(office, rows, first, row, said.row(row))).collect());
        }
    }

    fn record(&self, office: &Office, rows: &Table, first: usize, row: usize, said: &[f64]) -> Record {
        let mut output = Vec::new();
        answers::prediction(office, said, &mut output);
        let id = office.features.id().and_then(|id| match rows.column(id) {
            Some(Column::Texts(texts)) => texts.get(row).filter(|id| id.len() <= MOST_ID).map(str::to_string),
            _ => None,
        });
        Record {
            time: self.time,
            request_id: self.request_id.clone(),
            row: (first + row) as u64,
            model_version: office.version,
            id,
            inputs: inputs(office, rows, row),
            output: String::from_utf8_lossy(&output).into_owned(),
            score: match (office.question(), said) {
                (Question::Number, _) => None,
                (Question::Classes(_), [_, positive]) => Some(*positive),
                _ => said.iter().copied().reduce(f64::max),
            },
        }
    }
}

/// The features of a row as a JSON object, dates as they are written. Where its texts are longer than
/// is logged, they are cut, which three dots say.
fn inputs(office: &Office, rows: &Table, row: usize) -> String {
    let mut left = MOST_TEXT;
    let mut value = |name: &str, kind: Type| match rows.column(name) {
        Some(Column::Numbers(values)) => match values.get(row) {
            Some(days) if kind == Type::Date && days.is_finite() => json!(cell::date_text(*days)),
            number => json!(number),
        },
        Some(Column::Texts(texts)) => json!(texts.get(row).map(|text| cut(text, &mut left))),
        None => Value::Null,
    };
    let row: Map<String, Value> =
        office.features.columns().iter().map(|c| (c.name.clone(), value(&c.name, c.kind))).collect();
    Value::Object(row).to_string()
}

/// A text up to what is left, which it uses up.
fn cut<'a>(text: &'a str, left: &mut usize) -> Cow<'a, str> {
    let end = (0..=text.len().min(*left)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    *left -= end;
    match end == text.len() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{}...", &text[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_where_a_row_is_full() {
        let mut left = 7;
        let cuts: Vec<String> = ["abc", "", "déé", "x"].iter().map(|text| cut(text, &mut left).into_owned()).collect();
        assert_eq!((cuts, left), (["abc", "", "dé...", "x"].map(String::from).to_vec(), 0));
    }
}
