//! Predictions.

use super::super::{NO_MODEL, prediction};
use super::tensor::{self, Input};
use super::{Output, PREDICT, PROBABILITIES, asked, outputs};
use crate::api::answers::{self, Section};
use crate::api::endpoint::{Media, Work};
use crate::api::rows::Sink;
use crate::api::sample::Sample;
use crate::api::schemas;
use crate::api::state::Office;
use crate::api::{Answer, Dialect, Endpoint, Failure, Request, State};
use crate::table::Question;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/v2/models/{m}/infer", "/v2/models/{m}/versions/{v}/infer"],
    tag: "protocols",
    summary: "Predictions as the Open Inference Protocol gives them: an input of shape [n] or [n, 1] for each feature, or \
              one of shape [n, features]; data nested or flat.",
    work: Work::ByBody,
    dialect: Dialect::Inference,
    bodies: &[Media {
        content_type: "application/json",
        name: "an input for each feature",
        schema: |_| {
            let shape = json!({ "type": "array", "items": { "type": "integer", "minimum": 0 } });
            let input = json!({
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "shape": shape,
                    "datatype": { "type": "string" },
                    "data": { "type": "array" },
                },
                "required": ["name", "shape", "datatype", "data"],
            });
            schemas::only("inputs", json!({ "type": "array", "minItems": 1, "items": input }))
        },
        example: |state| {
            let input = |(name, value): (String, serde_json::Value)| {
                let datatype = if value.is_number() { "FP64" } else { "BYTES" };
                json!({ "name": name, "shape": [1], "datatype": datatype, "data": [value] })
            };
            let inputs: Vec<serde_json::Value> = Sample::usual(state).row().into_iter().map(input).collect();
            json!({ "inputs": inputs }).to_string()
        },
    }],
    statuses: &[
        (400, "the inputs cannot be used"),
        (404, "the model has another name, or the version is not in office"),
        NO_MODEL,
    ],
    answer,
    ..Endpoint::READ
};

#[derive(Deserialize)]
struct Inference<'a> {
    id: Option<String>,
    #[serde(borrow)]
    inputs: Vec<Input<'a>>,
    #[serde(default)]
    outputs: Option<Vec<Wanted>>,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
}

fn answer(request: &Request, state: &State) -> Answer {
    let office = asked(request, state)?;
    let inference: Inference<'_> = serde_json::from_slice(&request.body).map_err(|e| match e.classify() {
        Category::Data => Failure::data(format!("the body is no inference request: {e}")),
        _ => Failure::syntax(format!("it is no valid JSON: {e}")),
    })?;
    let all = outputs(&office);
    let wanted: Vec<&Output> = match &inference.outputs {
        Some(names) if !names.is_empty() => names
            .iter()
            .map(|wanted| {
                let known: Vec<&str> = all.iter().map(|o| o.name).collect();
                let found = all.iter().find(|output| output.name == wanted.name);
                found.ok_or_else(|| Failure::data(format!("output {:?} is none of {known:?}", wanted.name)))
            })
            .collect::<Result<_, _>>()?,
        _ => all.iter().collect(),
    };
    let mut sink = Sink::new(&office.features);
    tensor::rows(&inference.inputs, &mut sink)?;
    let table = sink.finish()?;
    let mut head = json!({ "model_name": state.config().api.model_name, "model_version": office.version.to_string() });
    if let Some(id) = inference.id {
        head["id"] = json!(id);
    }
    let head = head.to_string();
    // The outputs are the last member of the same object.
    let mut sections = vec![Section::Text(format!("{},\"outputs\":[", head.trim_end_matches('}')).into())];
    for (i, output) in wanted.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let shape: Vec<usize> = [table.rows()].into_iter().chain(output.width).collect();
        sections.push(Section::Text(
            format!(
                "{comma}{{\"name\":\"{}\",\"shape\":{shape:?},\"datatype\":\"{}\",\"data\":",
                output.name, output.datatype
            )
            .into(),
        ));
        sections.push(Section::Rows(match (output.name, office.question(), output.datatype) {
            (PROBABILITIES, ..) => Box::new(flat),
            (PREDICT, Question::Labels(_), _) => Box::new(marks),
            (PREDICT, _, "BYTES") => Box::new(text),
            _ => Box::new(answers::prediction),
        }));
        sections.push(Section::Text("}".into()));
    }
    sections.push(Section::Text("]}\n".into()));
    prediction::respond(office, table, sections, request, state)
}

/// All answers of a row, one after the other.
fn flat(_: &Office, row: &[f64], out: &mut Vec<u8>) {
    answers::joined(row.iter(), out, |value, out| answers::number(*value, out));
}

/// 1 for each label that a row has, else 0.
fn marks(office: &Office, row: &[f64], out: &mut Vec<u8>) {
    answers::joined(row.iter(), out, |p, out| out.push(if *p >= office.threshold { b'1' } else { b'0' }));
}

/// The predicted class as a text, whatever it looks like.
fn text(office: &Office, row: &[f64], out: &mut Vec<u8>) {
    let name = &office.question().names()[answers::winner(office, row)];
    out.extend_from_slice(json!(name).to_string().as_bytes());
}
