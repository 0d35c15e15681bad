//! `GET /`

use crate::api::access::Access;
use crate::api::{Answer, Endpoint, Request, Response, State};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/"],
    tag: "people",
    summary: "The dashboard; {\"status\": \"Alive\"} where JSON is asked for.",
    access: Access::Open,
    answer,
    ..Endpoint::READ
};

fn answer(_: &Request, _: &State) -> Answer {
    Ok(Response::json(&json!({ "status": "Alive" })))
}
