//! `GET /health` and its kin.

use super::NO_MODEL;
use crate::api::access::Access;
use crate::api::endpoint::Work;
use crate::api::{Endpoint, Request, Response, State};
use serde_json::json;

/// For people and schedulers.
pub const HEALTH: Endpoint = Endpoint {
    paths: &["/health", "/health_check", "/check_service"],
    tag: "health",
    summary: "Whether a model is in office, its score, the last decision, and the age of the last good run.",
    access: Access::Open,
    work: Work::Probe,
    statuses: &[NO_MODEL],
    answer: |_, state| Ok(health(state)),
    ..Endpoint::READ
};

/// As MLflow's scoring server answers it: an empty line. As [`HEALTH`] where JSON is asked for.
pub const PING: Endpoint = Endpoint {
    paths: &["/ping"],
    summary: "An empty line where a model is in office; the same as /health where JSON is asked for.",
    answers: "text/plain",
    answer: |request, state| Ok(plain(request, state, status(state), "\n")),
    ..HEALTH
};

/// As MLflow's scoring server answers it: the version of the program. As [`HEALTH`] where JSON
/// is asked for.
pub const VERSION: Endpoint = Endpoint {
    paths: &["/version"],
    summary: "The version of the program; the same as /health where JSON is asked for.",
    statuses: &[],
    answers: "text/plain",
    answer: |request, state| Ok(plain(request, state, 200, concat!(env!("CARGO_PKG_VERSION"), "\n"))),
    ..HEALTH
};

fn plain(request: &Request, state: &State, status: u16, text: &str) -> Response {
    match request.asks_for("application/json") {
        true => health(state).status(status),
        false => Response::new(status, "text/plain; charset=utf-8", text),
    }
}

/// 503 until a model is in office.
fn status(state: &State) -> u16 {
    if matches!(state.office(), Ok(Some(_))) { 200 } else { 503 }
}

fn health(state: &State) -> Response {
    let (status, office) = match state.office() {
        Ok(Some(office)) => ("ok", Some(office)),
        Ok(None) => ("no_model", None),
        Err(_) => ("broken_model", None),
    };
    let freshness = state.freshness();
    let body = json!({
        "status": status,
        "model_version": office.as_ref().map(|o| o.version),
        "metric": office.as_ref().map(|o| o.score.evaluation.metric.clone()),
        "score": office.as_ref().and_then(|o| o.score.evaluation.value.get()),
        "last_decision": state.last_run().map(|l| l.decision.name()),
        "last_run": freshness.last_success,
        "last_exit_code": freshness.last_exit_code,
        "last_run_age_seconds": freshness.age_seconds,
        "stale": freshness.stale,
        "program": crate::dependencies::PROGRAM,
    });
    Response::json(&body).status(if office.is_some() { 200 } else { 503 })
}
