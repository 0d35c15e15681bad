//! `GET /`

use crate::api::endpoint::Work;
use crate::api::{Answer, Endpoint, Request, Response, State, overview, pages};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/"],
    tag: "people",
    summary: "The dashboard; {\"status\": \"Alive\"} where JSON is asked for.",
    work: Work::Long,
    answers: "text/html",
    answer,
    ..Endpoint::READ
};

fn answer(request: &Request, state: &State) -> Answer {
    // Browsers name HTML first; whoever names JSON and no HTML is a program.
    if request.asks_for("application/json") && !request.asks_for("text/html") {
        return Ok(Response::json(&json!({ "status": "Alive" })));
    }
    let page = pages::dashboard(&overview::of(state));
    Ok(Response::new(200, "text/html; charset=utf-8", page))
}
