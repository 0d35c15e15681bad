//! `GET /diagnostics`

use crate::api::endpoint::Work;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::stages::diagnostics::Diagnostics;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/diagnostics"],
    summary: "The last diagnostics: columns, drift, performance on new rows, trends, alarms, timings, dependencies. Nothing is run to answer.",
    work: Work::Long,
    statuses: &[NONE_YET],
    answer,
    ..Endpoint::READ
};

/// 503, for routes that read the diagnostics.
pub const NONE_YET: (u16, &str) = (503, "there are no diagnostics yet");

fn answer(_: &Request, state: &State) -> Answer {
    let found = found(state)?;
    let body =
        serde_json::to_value(found).map_err(|_| Failure::internal("the diagnostics cannot be written as JSON"))?;
    Ok(Response::json(&body))
}

/// The last diagnostics.
///
/// # Errors
/// 503 where there are none yet, 500 where they cannot be read.
pub fn found(state: &State) -> Result<Diagnostics, Failure> {
    match state.diagnostics() {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Failure::new(503, "no diagnostics yet", "run diagnostics or fullprocess")),
        Err(_) => Err(Failure::new(500, "the diagnostics cannot be read", "run diagnostics again")),
    }
}
