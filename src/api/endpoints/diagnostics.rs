//! `GET /diagnostics`

use crate::api::{Endpoint, Request, Response, State};
use crate::stages::diagnostics::Diagnostics;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/diagnostics",
    summary: "The last diagnostics: columns, timings, dependencies. Nothing is run to answer.",
    answer,
};

fn answer(_: &Request, state: &State) -> Response {
    match found(state).map(serde_json::to_value) {
        Ok(Ok(value)) => Response::json(&value),
        Ok(Err(_)) => Response::problem(500, "the request failed", "the diagnostics cannot be written as JSON"),
        Err(response) => response,
    }
}

/// The last diagnostics, or the answer to give where there are none.
pub fn found(state: &State) -> Result<Diagnostics, Response> {
    match state.diagnostics() {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Response::problem(503, "no diagnostics yet", "run diagnostics or fullprocess")),
        Err(_) => Err(Response::problem(500, "the diagnostics cannot be read", "run diagnostics again")),
    }
}
