//! `GET /scoring`

use super::{NO_MODEL, office};
use crate::api::{Answer, Endpoint, Request, Response, State};
use serde_json::{Value, json};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/scoring"],
    summary: "The deployed model's score, with its metric, interval and time.",
    statuses: &[NO_MODEL],
    answer,
    ..Endpoint::READ
};

fn answer(_: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let mut body = json!({
        "version": office.version,
        "model_version": office.version,
        "score": office.score.evaluation.value.get(),
        "deployed": office.deployed,
    });
    if let (Value::Object(body), Ok(Value::Object(score))) = (&mut body, serde_json::to_value(&office.score)) {
        body.extend(score);
    }
    Ok(Response::json(&body))
}
