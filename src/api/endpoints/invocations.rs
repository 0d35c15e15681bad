//! `POST /invocations`: the protocol of MLflow's scoring server, of 1.x and of 2.x and 3.x.

use super::{NO_MODEL, office, prediction};
use crate::api::answers::{self, Section};
use crate::api::endpoint::{Media, Work};
use crate::api::rows::json::{self, Document};
use crate::api::rows::{Features, Sink, folders};
use crate::api::sample::Sample;
use crate::api::schemas;
use crate::api::{Answer, Dialect, Endpoint, Failure, Request, State};
use crate::table::Table;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/invocations"],
    tag: "protocols",
    summary: "Predictions as MLflow's scoring server gives them: dataframe_split, dataframe_records, instances, inputs \
              or CSV; and the bare forms of MLflow 1.x, which are answered with a bare list.",
    work: Work::ByBody,
    dialect: Dialect::MlFlow,
    bodies: &[
        Media {
            content_type: "application/json",
            name: "dataframe_split",
            schema: |state| schemas::only("dataframe_split", frame_schema(state)),
            example: |state| split(state, "dataframe_split"),
        },
        Media {
            content_type: "application/json",
            name: "dataframe_records",
            schema: |state| schemas::only("dataframe_records", schemas::rows(state)),
            example: |state| json!({ "dataframe_records": [Sample::usual(state).row()] }).to_string(),
        },
        Media {
            content_type: "application/json",
            name: "instances",
            schema: |state| schemas::only("instances", schemas::rows(state)),
            example: |state| json!({ "instances": [Sample::usual(state).row()] }).to_string(),
        },
        Media {
            content_type: "application/json",
            name: "inputs",
            schema: |state| schemas::only("inputs", schemas::columns(state)),
            example: |state| {
                let row = Sample::usual(state).row().into_iter().map(|(name, value)| (name, json!([value])));
                json!({ "inputs": row.collect::<serde_json::Map<_, _>>() }).to_string()
            },
        },
        Media {
            content_type: "application/json",
            name: "split of MLflow 1.x",
            schema: frame_schema,
            example: |state| split(state, ""),
        },
        Media {
            content_type: "text/csv",
            name: "CSV with a header",
            schema: schemas::text,
            example: |state| Sample::usual(state).csv(),
        },
    ],
    statuses: &[(400, "the rows cannot be used; the answer has error_code and message"), NO_MODEL],
    answer,
    ..Endpoint::READ
};

fn split(state: &State, name: &str) -> String {
    let sample = Sample::usual(state);
    let frame = json!({ "columns": sample.names(), "data": [sample.values()] });
    if name.is_empty() { frame.to_string() } else { json!({ name: frame }).to_string() }
}

fn frame_schema(state: &State) -> serde_json::Value {
    let names: Vec<String> = Sample::usual(state).names().iter().map(|n| n.to_string()).collect();
    json!({
        "type": "object",
        "properties": { "columns": { "const": names }, "data": schemas::values(state) },
        "required": ["columns", "data"],
    })
}

/// The forms of 2.x and 3.x, of which a body has exactly one.
const FORMS: [&str; 4] = ["dataframe_split", "dataframe_records", "instances", "inputs"];

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let (table, is_bare) = match request.is_csv() {
        true => (folders::of_body(&request.body, &office.features)?, false),
        false => of_json(&request.body, &office.features)?,
    };
    let (before, after) = if is_bare { ("", "\n") } else { ("{\"predictions\":", "}\n") };
    let sections =
        vec![Section::Text(before.into()), Section::Rows(Box::new(answers::prediction)), Section::Text(after.into())];
    prediction::respond(office, table, sections, request, state)
}

/// The rows, and whether they came in a form of 1.x.
fn of_json(body: &[u8], features: &Features) -> Result<(Table, bool), Failure> {
    // Records become a data frame: what one lacks and another has is a missing cell.
    let mut sink = Sink::new(features).with_gaps(body.len());
    let is_bare = match json::document(body)? {
        Document::Object(members) => {
            let given: Vec<&str> = FORMS.into_iter().filter(|form| members.contains_key(*form)).collect();
            match given.as_slice() {
                [] if members.contains_key("data") => {
                    frame(&members, &mut sink)?;
                    true
                }
                [form] => {
                    of_form(form, members[*form], &mut sink)?;
                    parameters(&members)?;
                    false
                }
                _ => {
                    let found: Vec<&str> = members.keys().map(String::as_str).take(10).collect();
                    let forms = FORMS.join(", ");
                    return Err(Failure::syntax(format!("it must have exactly one of {forms}; it has {found:?}")));
                }
            }
        }
        Document::Other(rows) if rows.get().starts_with('[') => {
            json::rows(rows, None, &mut sink)?;
            true
        }
        Document::Other(_) => return Err(Failure::syntax("it must be an object or a list of records")),
    };
    Ok((sink.finish()?, is_bare))
}

fn of_form(form: &str, raw: &RawValue, sink: &mut Sink<'_>) -> Result<(), Failure> {
    match form {
        "dataframe_split" => frame(&json::value(form, raw)?, sink),
        "inputs" if raw.get().starts_with('{') => json::columns(raw, sink),
        _ => json::rows(raw, None, sink),
    }
}

/// A data frame in pandas' orientation `split`; its index is passed over.
fn frame(members: &BTreeMap<String, &RawValue>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let columns: Option<Vec<String>> = members.get("columns").map(|raw| json::value("columns", raw)).transpose()?;
    let data = members.get("data").ok_or_else(|| Failure::data("\"data\" is missing beside \"columns\""))?;
    json::rows(data, columns.as_deref(), sink)
}

/// `params` may stand beside the rows; these models have none.
fn parameters(members: &BTreeMap<String, &RawValue>) -> Result<(), Failure> {
    match members.get("params") {
        Some(raw) if !matches!(raw.get().as_bytes().first(), Some(b'{' | b'n')) => {
            Err(Failure::data("params is an object of names and values"))
        }
        _ => Ok(()),
    }
}
