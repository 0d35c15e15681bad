//! `GET /prediction`

use super::{explanation, office, problem, rows};
use crate::api::state::Office;
use crate::api::{Endpoint, Request, Response, State};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::stages::scoring::threshold;
use crate::table::{Matrix, Question, Table, cell};
use serde_json::{Value, json};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/prediction",
    summary: "Predictions for the test data; for ?filename= (and ?dirtype=) inside the configured folders; or for one \
              row of feature values in the query. ?explain=true adds what each column contributes to each score.",
    answer,
};

fn answer(request: &Request, state: &State) -> Response {
    let office = match office(state) {
        Ok(office) => office,
        Err(response) => return response,
    };
    match respond(request, state, &office) {
        Ok(body) => Response::json(&body),
        Err(e) => problem(&e),
    }
}

fn respond(request: &Request, state: &State, office: &Office) -> Result<Value> {
    let (explained, request) = explanation::wanted(request, office)?;
    let table = table(&request, state, office)?;
    let mut body = predict(office, &table, state.config())?;
    if explained {
        body["explanations"] = explanation::explain(office, &table, state)?;
    }
    Ok(body)
}

fn table(request: &Request, state: &State, office: &Office) -> Result<Table> {
    match request.parameter("filename") {
        Some(_) if request.query.iter().any(|(n, _)| n != "filename" && n != "dirtype") => {
            Err(Error::data("query", "with filename there is room for dirtype only"))
        }
        Some(name) => rows::of_file(name, request.parameter("dirtype"), state, office),
        None if request.query.is_empty() => rows::of_test_data(state, office),
        None => rows::of_query(request, state, office),
    }
}

/// Answers for the rows of a table: labels and probabilities, or numbers.
fn predict(office: &Office, table: &Table, config: &Config) -> Result<Value> {
    let pipeline = &office.model.pipeline;
    let answers = pipeline.predict(table, config.threads)?;
    let threshold = threshold(&office.model, config);
    let version = office.version;
    let names: Vec<Value> = pipeline.question().names().iter().map(|name| label(name)).collect();
    let rows = answers.iter_rows();
    Ok(match pipeline.question() {
        Question::Number => json!({ "predictions": answers.as_slice(), "model_version": version }),
        Question::Classes(_) => json!({
            "predictions": winners(&answers, threshold).filter_map(|code| names.get(code)).collect::<Vec<_>>(),
            "probabilities": rows.collect::<Vec<_>>(),
            "classes": names,
            "model_version": version,
        }),
        Question::Labels(_) => json!({
            "predictions": rows.map(|row| having(row, &names, threshold)).collect::<Vec<_>>(),
            "probabilities": answers.iter_rows().collect::<Vec<_>>(),
            "labels": names,
            "model_version": version,
        }),
    })
}

/// The labels whose probability reaches the threshold.
fn having<'a>(row: &[f64], names: &'a [Value], threshold: f64) -> Vec<&'a Value> {
    row.iter().zip(names).filter(|(p, _)| **p >= threshold).map(|(_, name)| name).collect()
}

/// The predicted class of each row: for a yes/no question the positive one from the
/// threshold on, else the most probable one, the first of equals.
fn winners(probabilities: &Matrix, threshold: f64) -> impl Iterator<Item = usize> {
    probabilities.iter_rows().map(move |row| match row {
        [_, positive] => usize::from(*positive >= threshold),
        _ => row.iter().enumerate().fold(0, |best, (i, p)| if row.get(best).is_none_or(|b| p > b) { i } else { best }),
    })
}

/// A label as JSON: a number where it is one, as it stood in the data.
fn label(class: &str) -> Value {
    match (class.parse::<i64>(), cell::number(class)) {
        (Ok(whole), _) => json!(whole),
        (_, Some(number)) => json!(number),
        _ => json!(class),
    }
}
