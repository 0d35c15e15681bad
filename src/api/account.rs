//! What is kept of predictions: counts by label, and where the config wishes it a log.

use super::answers;
use super::meters::Meters;
use super::state::Office;
use crate::store::prediction_log::{PredictionLog, Record};
use crate::table::{Column, Matrix, Question, Table, Type, cell};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::sync::Arc;

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
            Some(Column::Texts(texts)) => texts.get(row).map(str::to_string),
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

/// The features of a row as a JSON object, dates as they are written.
fn inputs(office: &Office, rows: &Table, row: usize) -> String {
    let value = |name: &str, kind: Type| match rows.column(name) {
        Some(Column::Numbers(values)) => match values.get(row) {
            Some(days) if kind == Type::Date && days.is_finite() => json!(cell::date_text(*days)),
            number => json!(number),
        },
        Some(Column::Texts(texts)) => json!(texts.get(row)),
        None => Value::Null,
    };
    let row: Map<String, Value> =
        office.features.columns().iter().map(|c| (c.name.clone(), value(&c.name, c.kind))).collect();
    Value::Object(row).to_string()
}
