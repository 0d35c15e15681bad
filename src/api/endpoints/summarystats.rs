//! `GET /summarystats`

use super::diagnostics::{NONE_YET, found};
use crate::api::endpoint::Work;
use crate::api::{Answer, Endpoint, Request, Response, State};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/summarystats"],
    summary: "Mean, median, standard deviation, extremes and missing share of each column, from the last diagnostics.",
    work: Work::Long,
    statuses: &[NONE_YET],
    answer,
    ..Endpoint::READ
};

fn answer(_: &Request, state: &State) -> Answer {
    let found = found(state)?;
    Ok(Response::json(&json!({ "time": found.time, "rows": found.rows, "columns": found.columns })))
}
