//! `GET /models` and `PUT /models/current`

use super::{NO_MODEL, no_model};
use crate::api::access::Access;
use crate::api::endpoint::{Media, Work};
use crate::api::rows::json::{self, Document};
use crate::api::schemas;
use crate::api::state::Office;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::error::Kind;
use crate::event::Silent;
use crate::run::Context;
use crate::run::deployment;
use crate::run::listening::Both;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// All versions.
pub const GET: Endpoint = Endpoint {
    paths: &["/models"],
    tag: "pipeline",
    summary: "Every deployed version: when, why, how it scored, and which one is in office.",
    work: Work::Long,
    answer: list,
    ..Endpoint::READ
};

/// Another one into office.
pub const PUT: Endpoint = Endpoint {
    method: "PUT",
    paths: &["/models/current"],
    tag: "pipeline",
    summary: "Puts another version in office: {\"version\": 3}, or {\"version\": \"previous\"} for the one before.",
    access: Access::Write,
    work: Work::Long,
    bodies: &[
        Media {
            content_type: "application/json",
            name: "the one before",
            schema: |_| schemas::exactly("version", json!({ "const": "previous" })),
            example: |_| json!({ "version": "previous" }).to_string(),
        },
        Media {
            content_type: "application/json",
            name: "a version",
            schema: |_| schemas::exactly("version", json!({ "type": "integer", "minimum": 0 })),
            example: |_| json!({ "version": 1 }).to_string(),
        },
    ],
    statuses: &[
        (400, "the body is no such object"),
        (404, "there is no such version"),
        (409, "a run is under way, or the version is damaged or its signature refused"),
        NO_MODEL,
    ],
    answer: switch,
    ..Endpoint::READ
};

fn list(_: &Request, state: &State) -> Answer {
    let production = state.production();
    let broken = |_| Failure::internal("the versions cannot be listed; fullprocess --check tells more");
    let current = production.current().unwrap_or(None);
    let versions = production.versions().map_err(broken)?;
    let one = |version: &u64| match production.signed_manifest(*version) {
        Ok((m, signed_by)) => json!({
            "version": m.version,
            "in_office": Some(m.version) == current,
            "time": m.time,
            "run_id": m.run_id,
            "replaces": m.replaces,
            "reason": m.reason,
            "model_fingerprint": m.model_fingerprint,
            "signed_by": signed_by,
            "evidence": m.evidence,
        }),
        // Its details are for the administrator.
        Err(_) => json!({ "version": version, "in_office": Some(*version) == current, "damaged": true }),
    };
    let models: Vec<Value> = versions.iter().map(one).collect();
    Ok(Response::json(&json!({ "current": current, "name": state.config().api.model_name, "models": models })))
}

fn switch(request: &Request, state: &State) -> Answer {
    let wanted = match json::document(&request.body)? {
        Document::Object(members) if members.len() == 1 => members.get("version").copied().map(version).transpose()?,
        _ => None,
    };
    let wanted = wanted.ok_or_else(|| Failure::data("the body is {\"version\": 3} or {\"version\": \"previous\"}"))?;
    let before = state.renewed().map_err(|_| broken())?.ok_or_else(no_model)?;
    if wanted == Some(before.version) {
        return Ok(told(&before, before.version));
    }
    // A slip of a client is no run: it is found out before anything is written down.
    let to = match wanted {
        Some(version) => Some(version),
        None => state.production().manifest(before.version).map_err(|_| broken())?.replaces,
    };
    let to = to.ok_or_else(|| {
        Failure::not_found("the version in office replaced no other when it was deployed; name the one to go to")
    })?;
    state.production().load(to).map_err(|e| match e.kind {
        Kind::Missing => e.into(),
        _ => refused(state, to),
    })?;
    let ctx = Context::new(state.config(), "app", false, &Silent);
    let both = Both::new(&Silent, &ctx);
    let ctx = ctx.listened_by(&both);
    let _lock = ctx.lock()?;
    deployment::switch(&ctx, Some(to), "switched over HTTP").map_err(|_| refused(state, to))?;
    let office = state.renewed().map_err(|_| broken())?.ok_or_else(broken)?;
    Ok(told(&office, before.version))
}

fn told(office: &Office, previous: u64) -> Response {
    Response::json(&json!({
        "version": office.version,
        "previous": previous,
        "deployed": office.deployed,
        "metric": office.score.evaluation.metric,
        "score": office.score.evaluation.value.get(),
    }))
}

fn broken() -> Failure {
    Failure::internal("the version in office cannot be loaded; fullprocess --check tells more")
}

/// Why a version is not taken: its signature, or else it is damaged.
fn refused(state: &State, version: u64) -> Failure {
    let signature = state.production().refusal(version).ok().flatten();
    let why = signature.map_or("is damaged".to_string(), |refusal| refusal.what());
    Failure::new(409, "the version cannot be put in office", format!("it {why}; fullprocess --check tells more"))
}

/// The number of a version, or `None` for the one before.
fn version(raw: &RawValue) -> Result<Option<u64>, Failure> {
    match serde_json::from_str(raw.get()) {
        Ok(Value::String(word)) if word == "previous" => Ok(None),
        // JSON knows one kind of number: 3.0 is 3.
        Ok(Value::Number(number)) if number.as_f64().is_some_and(|n| n >= 0.0 && n.fract() == 0.0) => {
            Ok(number.as_f64().map(|n| n as u64))
        }
        _ => Err(Failure::data("version is a whole number, or \"previous\"")),
    }
}
