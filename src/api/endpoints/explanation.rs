//! Reasons for predictions, as JSON: `explain=true` in the query.

use crate::api::State;
use crate::api::state::Office;
use crate::error::{Error, Result};
use crate::models::Reasons;
use crate::table::Table;
use serde_json::{Map, Value, json};

/// Rows explained in one answer.
const MOST_ROWS: usize = 1000;

/// Whether reasons are asked for.
///
/// # Errors
/// The parameter is neither true nor false.
pub fn wanted(parameter: Option<&str>) -> Result<bool> {
    match parameter {
        Some("true" | "1") => Ok(true),
        Some("false" | "0") | None => Ok(false),
        Some(_) => Err(Error::data("query", "explain is true or false")),
    }
}

/// For each row and output: the score, and what it is the sum of, the weightiest first.
///
/// # Errors
/// Too many rows, or a model that cannot give reasons.
pub fn explain(office: &Office, table: &Table, state: &State) -> Result<Value> {
    if table.rows() > MOST_ROWS {
        return Err(Error::data("query", format!("reasons are given for up to {MOST_ROWS} rows at once"))
            .hint("ask without explain, or for fewer rows"));
    }
    let reasons = office.model.pipeline.reasons(table, state.config().threads)?.ok_or_else(|| {
        Error::data("query", format!("a {} model gives no reasons", office.model.pipeline.kind()))
            .hint("ask without explain")
    })?;
    Ok((0..table.rows()).map(|row| of_row(&reasons, row)).collect())
}

fn of_row(reasons: &Reasons, row: usize) -> Value {
    let of = |(output, name): (usize, &Option<String>)| {
        let (base, values) = (reasons.base[output], reasons.contributions[output].row(row));
        let mut parts: Vec<(&String, f64)> = reasons.columns.iter().zip(values.iter().copied()).collect();
        parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let contributions: Map<String, Value> = parts.into_iter().map(|(name, v)| (name.clone(), json!(v))).collect();
        let score = base + values.iter().sum::<f64>();
        let mut told = Map::new();
        if let Some(name) = name {
            told.insert("of".to_string(), json!(name));
        }
        told.extend([("score", json!(score)), ("base", json!(base))].map(|(k, v)| (k.to_string(), v)));
        told.insert("contributions".to_string(), Value::Object(contributions));
        Value::Object(told)
    };
    reasons.outputs.iter().enumerate().map(of).collect()
}
