//! How the model really does: logged predictions joined with the labels that came later.

use super::State;
use super::state::Office;
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::metrics::{self, Evaluation, Observations, Reads};
use crate::stages::target;
use crate::store::prediction_log::{self, LiveRow, LiveVersion};
use crate::table::{Builder, Cell, ColumnSchema, Matrix, Question, Role, Schema, Table, Type};
use serde_json::{Value, json};

/// For each version whose predictions have labels: how many, and every metric that looks at what
/// was predicted (probabilities of all classes are not in the log), among the `most` newest.
///
/// # Errors
/// The log cannot be read.
pub fn performance(state: &State, office: &Office, most: usize) -> Result<Vec<Value>> {
    let Some(live) = prediction_log::live(&state.history_path(), most)? else { return Ok(Vec::new()) };
    Ok(live.versions.iter().map(|version| told(version, state, office)).collect())
}

fn told(version: &LiveVersion, state: &State, office: &Office) -> Value {
    match evaluate(version, state, office) {
        Ok((evaluation, rows)) => {
            let looks_at_labels = |name: &str| metrics::by_name(name).is_ok_and(|m| m.reads() == Reads::Classes);
            let is_quantity = matches!(office.question(), Question::Number);
            let metrics: Vec<Value> = evaluation
                .metrics
                .iter()
                .filter(|m| is_quantity || looks_at_labels(&m.name))
                .map(|m| json!({ "name": m.name, "value": m.value.get(), "interval": m.interval.bounds().map(|(l, h)| [l, h]) }))
                .collect();
            json!({
                "model_version": version.version,
                "labels": version.rows.len(),
                "rows": rows,
                "metric": evaluation.metric,
                "value": evaluation.value.get(),
                "interval": evaluation.interval.bounds().map(|(low, high)| [low, high]),
                "metrics": metrics,
            })
        }
        // Labels of another question than today's, for example.
        Err(e) => json!({
            "model_version": version.version,
            "labels": version.rows.len(),
            "rows": 0,
            "reason": e.problems().first().map(|p| p.what.clone()),
        }),
    }
}

/// The evaluation and the rows it is about: those whose prediction and label are answers to the
/// question of the model in office.
fn evaluate(version: &LiveVersion, state: &State, office: &Office) -> Result<(Evaluation, usize)> {
    let question = office.question();
    let pairs: Vec<(&LiveRow, Vec<f64>)> =
        version.rows.iter().filter_map(|row| Some((row, answers(row, office)?))).collect();
    if pairs.is_empty() {
        return Err(Error::data("", "no prediction is one that the model in office could make"));
    }
    let schema = &office.model.document.schema;
    let labels = truth(&pairs, schema, question);
    let truth = target::read(&labels, schema, question, "labels")?;
    let rows = pairs.len();
    let data = pairs.into_iter().flat_map(|(_, answers)| answers).collect();
    let said = Matrix::from_rows(rows, question.outputs(), data)
        .ok_or_else(|| Error::internal("predictions do not fit the question"))?;
    let metric = metrics::default_for(question.task());
    let observations = Observations::new(truth, said, 0.5)?;
    let (seed, threads) = (state.config().model.seed, state.config().threads);
    let model = office.model.fingerprint.clone();
    let evaluation = Evaluation::of(&observations, metric, Fingerprint::of(b"live"), model, seed, threads)?;
    Ok((evaluation, rows))
}

/// A prediction as the answers of a model that is sure of it.
fn answers(row: &LiveRow, office: &Office) -> Option<Vec<f64>> {
    let output: Value = serde_json::from_str(&row.output).ok()?;
    let place = |value: &Value| {
        let text = value.to_string();
        office.names.iter().position(|name| *name == text)
    };
    match office.question() {
        Question::Number => Some(vec![output.as_f64()?]),
        Question::Classes(classes) => {
            // A label that no class is of says nothing about this model.
            classes.contains(&row.label).then_some(())?;
            place(&output).map(|at| one_hot(office.names.len(), |i| i == at))
        }
        Question::Labels(_) => {
            let has: Vec<usize> = output.as_array()?.iter().filter_map(place).collect();
            Some(one_hot(office.names.len(), |i| has.contains(&i)))
        }
    }
}

fn one_hot(width: usize, is_hot: impl Fn(usize) -> bool) -> Vec<f64> {
    (0..width).map(|i| f64::from(u8::from(is_hot(i)))).collect()
}

/// The labels as the target columns of a table.
fn truth(pairs: &[(&LiveRow, Vec<f64>)], schema: &Schema, question: &Question) -> Table {
    let columns: Vec<ColumnSchema> = schema.targets().cloned().collect();
    let kind = if matches!(question, Question::Number) { Type::Number } else { Type::Category };
    let typed = columns.iter().map(|c| ColumnSchema { kind, role: Role::Target, ..c.clone() });
    let mut builder = Builder::new(Schema { columns: typed.collect() });
    for (row, _) in pairs {
        let several: Vec<String> = serde_json::from_str(&row.label).unwrap_or_default();
        for (place, column) in columns.iter().enumerate() {
            builder.push(
                place,
                match question {
                    Question::Number => row.label.parse().map_or(Cell::Missing, Cell::Number),
                    Question::Classes(_) => Cell::Text(&row.label),
                    Question::Labels(_) => Cell::Text(if several.contains(&column.name) { "1" } else { "0" }),
                },
            );
        }
        builder.end_row();
    }
    builder.finish()
}
