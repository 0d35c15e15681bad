//! `GET /scoring`

use super::office;
use crate::api::{Endpoint, Request, Response, State};
use serde_json::{Value, json};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/scoring",
    summary: "The deployed model's score, with its metric, interval and time.",
    answer,
};

fn answer(_: &Request, state: &State) -> Response {
    let office = match office(state) {
        Ok(office) => office,
        Err(response) => return response,
    };
    let mut body = json!({
        "version": office.version,
        "model_version": office.version,
        "score": office.score.evaluation.value.get(),
        "deployed": office.deployed,
    });
    if let (Value::Object(body), Ok(Value::Object(score))) = (&mut body, serde_json::to_value(&office.score)) {
        body.extend(score);
    }
    Response::json(&body)
}
