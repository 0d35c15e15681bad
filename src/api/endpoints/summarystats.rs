//! `GET /summarystats`

use super::diagnostics::found;
use crate::api::{Endpoint, Request, Response, State};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/summarystats",
    summary: "Mean, median, standard deviation, extremes and missing share of each column, from the last diagnostics.",
    answer,
};

fn answer(_: &Request, state: &State) -> Response {
    match found(state) {
        Ok(d) => Response::json(&json!({ "time": d.time, "rows": d.rows, "columns": d.columns })),
        Err(response) => response,
    }
}
