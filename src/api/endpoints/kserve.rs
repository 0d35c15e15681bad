//! `POST /v1/models/{m}:predict` and its kin: KServe's first protocol.

use super::{NO_MODEL, office, prediction};
use crate::api::access::Access;
use crate::api::answers::{self, Section};
use crate::api::endpoint::{Media, Work};
use crate::api::rows::Sink;
use crate::api::rows::json::{self, Document};
use crate::api::sample::Sample;
use crate::api::schemas;
use crate::api::{Answer, Dialect, Endpoint, Failure, Request, Response, State};
use serde_json::json;

/// Predictions.
pub const PREDICT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/v1/models/{m}:predict"],
    tag: "protocols",
    summary: "Predictions as KServe v1 gives them: {\"instances\": [[…]]} in the order of the features, or objects.",
    work: Work::ByBody,
    dialect: Dialect::Inference,
    bodies: &[
        Media {
            content_type: "application/json",
            name: "values",
            schema: |state| schemas::only("instances", schemas::values(state)),
            example: |state| json!({ "instances": [Sample::usual(state).values()] }).to_string(),
        },
        Media {
            content_type: "application/json",
            name: "objects",
            schema: |state| schemas::only("instances", schemas::rows(state)),
            example: |state| json!({ "instances": [Sample::usual(state).row()] }).to_string(),
        },
    ],
    statuses: &[(400, "the rows cannot be used"), (404, "the model has another name"), NO_MODEL],
    answer: predict,
    ..Endpoint::READ
};

/// One model.
pub const MODEL: Endpoint = Endpoint {
    paths: &["/v1/models/{m}"],
    tag: "protocols",
    summary: "Whether the model is ready, as KServe v1 says it.",
    access: Access::Open,
    dialect: Dialect::Inference,
    statuses: &[(404, "the model has another name"), NO_MODEL],
    answer: |request, state| {
        named(request, state)?;
        office(state)?;
        Ok(Response::json(&json!({ "name": state.config().api.model_name, "ready": true })))
    },
    ..Endpoint::READ
};

/// All models: there is one.
pub const MODELS: Endpoint = Endpoint {
    paths: &["/v1/models"],
    tag: "protocols",
    summary: "The name of the model, as KServe v1 lists it.",
    access: Access::Open,
    dialect: Dialect::Inference,
    answer: |_, state| Ok(Response::json(&json!({ "models": [state.config().api.model_name] }))),
    ..Endpoint::READ
};

/// Makes sure that the path names our model.
///
/// # Errors
/// 404 where it names another.
pub fn named(request: &Request, state: &State) -> Result<(), Failure> {
    let own = &state.config().api.model_name;
    match request.captured("m") {
        Some(name) if name == own => Ok(()),
        _ => Err(Failure::not_found(format!("there is one model, {own:?}"))),
    }
}

fn predict(request: &Request, state: &State) -> Answer {
    named(request, state)?;
    let office = office(state)?;
    let mut sink = Sink::new(&office.features).with_gaps(request.body.len());
    match json::document(&request.body)? {
        Document::Object(members) => match members.get("instances") {
            Some(rows) => json::rows(rows, None, &mut sink)?,
            None => return Err(Failure::data("\"instances\" is missing")),
        },
        Document::Other(_) => return Err(Failure::data("the body is an object with \"instances\"")),
    }
    let table = sink.finish()?;
    let sections = vec![
        Section::Text("{\"predictions\":".into()),
        Section::Rows(Box::new(answers::prediction)),
        Section::Text("}\n".into()),
    ];
    prediction::respond(office, table, sections, request, state)
}
