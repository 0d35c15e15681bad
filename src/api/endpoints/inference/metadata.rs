//! What there is and whether it is ready.

use super::super::NO_MODEL;
use super::{asked, outputs};
use crate::api::access::Access;
use crate::api::{Answer, Dialect, Endpoint, Request, Response, State};
use crate::table::Type;
use serde_json::{Value, json};

const BASE: Endpoint =
    Endpoint { tag: "protocols", access: Access::Open, dialect: Dialect::Inference, ..Endpoint::READ };
const NO_SUCH: (u16, &str) = (404, "the model has another name, or the version is not in office");

/// The server.
pub const SERVER: Endpoint = Endpoint {
    paths: &["/v2", "/v2/"],
    summary: "Name and version of the server.",
    answer: |_, _| {
        let version = env!("CARGO_PKG_VERSION");
        Ok(Response::json(&json!({ "name": "incumbent", "version": version, "extensions": [] })))
    },
    ..BASE
};

/// Whether it lives.
pub const LIVE: Endpoint = Endpoint {
    paths: &["/v2/health/live"],
    summary: "The server lives, whether or not a model is in office.",
    answer: |_, state| Ok(Response::json(&json!({ "live": true, "ready": is_ready(state) }))),
    ..BASE
};

/// Whether it can answer.
pub const READY: Endpoint = Endpoint {
    paths: &["/v2/health/ready"],
    summary: "A model is in office and can be asked.",
    statuses: &[NO_MODEL],
    answer: |_, state| {
        let ready = is_ready(state);
        Ok(Response::json(&json!({ "live": true, "ready": ready })).status(if ready { 200 } else { 503 }))
    },
    ..BASE
};

/// Whether one model can answer.
pub const MODEL_READY: Endpoint = Endpoint {
    paths: &["/v2/models/{m}/ready", "/v2/models/{m}/versions/{v}/ready"],
    summary: "The model, or that version of it, is in office.",
    statuses: &[NO_SUCH, NO_MODEL],
    answer: |request, state| {
        asked(request, state)?;
        Ok(Response::json(&json!({ "name": state.config().api.model_name, "ready": true })))
    },
    ..BASE
};

/// One model.
pub const MODEL: Endpoint = Endpoint {
    paths: &["/v2/models/{m}", "/v2/models/{m}/versions/{v}"],
    summary: "Inputs and outputs of the model.",
    access: Access::Read,
    statuses: &[NO_SUCH, NO_MODEL],
    answer: model,
    ..BASE
};

fn is_ready(state: &State) -> bool {
    matches!(state.office(), Ok(Some(_)))
}

fn model(request: &Request, state: &State) -> Answer {
    let office = asked(request, state)?;
    let datatype = |kind| if kind == Type::Number { "FP64" } else { "BYTES" };
    let inputs: Vec<Value> = office
        .features
        .columns()
        .iter()
        .map(|c| json!({ "name": c.name, "datatype": datatype(c.kind), "shape": [-1] }))
        .collect();
    let outputs: Vec<Value> = outputs(&office)
        .iter()
        .map(|o| {
            let shape: Vec<i64> = [-1].into_iter().chain(o.width.map(|width| width as i64)).collect();
            json!({ "name": o.name, "datatype": o.datatype, "shape": shape })
        })
        .collect();
    Ok(Response::json(&json!({
        "name": state.config().api.model_name,
        "versions": [office.version.to_string()],
        "platform": "incumbent",
        "inputs": inputs,
        "outputs": outputs,
        "parameters": { "kind": office.model.pipeline.kind(), "labels": office.question().names() },
    })))
}
