//! `GET /health`

use crate::api::{Endpoint, Request, Response, State};
use crate::run::GRACE;
use crate::schedule;
use chrono::{DateTime, Local, Utc};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/health",
    summary: "Whether a model is in office, its score, the last decision, and the age of the last good run.",
    answer,
};

fn answer(_: &Request, state: &State) -> Response {
    let (status, office) = match state.office() {
        Ok(Some(office)) => ("ok", Some(office)),
        Ok(None) => ("no_model", None),
        Err(_) => ("broken_model", None),
    };
    let success = state.last_success();
    let time = success.as_ref().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
    let local = time.map(|t| t.with_timezone(&Local));
    let missed = |s: &str| schedule::missed(s, local, &Local::now(), GRACE).is_some();
    let body = json!({
        "status": status,
        "model_version": office.as_ref().map(|o| o.version),
        "metric": office.as_ref().map(|o| o.score.evaluation.metric.clone()),
        "score": office.as_ref().and_then(|o| o.score.evaluation.value.get()),
        "last_decision": state.last_run().map(|l| l.decision.name()),
        "last_run": success,
        "last_run_age_seconds": time.map(|t| (Utc::now() - t.with_timezone(&Utc)).num_seconds().max(0)),
        // Only a schedule says how old is too old.
        "stale": state.config().schedule.as_deref().map(missed),
        "program": crate::dependencies::PROGRAM,
    });
    let mut response = Response::json(&body);
    if office.is_none() {
        response.status = 503;
    }
    response
}
