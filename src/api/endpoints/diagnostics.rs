//! `GET /diagnostics`

use crate::api::endpoint::Work;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::stages::diagnostics::Diagnostics;
use crate::stages::shift::ColumnShift;
use serde_json::{Value, json};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/diagnostics"],
    summary: "The last diagnostics: columns, timings, dependencies. Nothing is run to answer.",
    work: Work::Long,
    statuses: &[NONE_YET],
    answer,
    ..Endpoint::READ
};

/// 503, for routes that read the diagnostics.
pub const NONE_YET: (u16, &str) = (503, "there are no diagnostics yet");

fn answer(_: &Request, state: &State) -> Answer {
    let found = found(state)?;
    let shifts = shifts(state, &found);
    let mut body =
        serde_json::to_value(found).map_err(|_| Failure::internal("the diagnostics cannot be written as JSON"))?;
    body["shift"] = shifts;
    Ok(Response::json(&body))
}

/// How far each column has moved since the run that deployed the model; null where that cannot be
/// told.
pub fn shifts(state: &State, found: &Diagnostics) -> Value {
    let (Ok(Some(office)), Some(history)) = (state.office(), state.history()) else { return Value::Null };
    let told = |s: &ColumnShift| json!({ "column": s.name, "shift_in_standard_deviations": s.shift, "missing_share_change": s.missing_change });
    let since = json!({ "version": office.version, "run_id": office.run_id });
    let columns: Vec<Value> = state.column_shifts(&office, found, &history).iter().map(told).collect();
    json!({ "since": since, "columns": columns })
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
