//! `POST /retrain` and `GET /retrain`

use crate::api::access::Access;
use crate::api::endpoint::{Media, Work};
use crate::api::rows::json::{self, Document};
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::run::reload_config;
use serde_json::json;

/// Starts a run.
pub const POST: Endpoint = Endpoint {
    method: "POST",
    paths: &["/retrain"],
    tag: "pipeline",
    summary: "Starts a run of the pipeline in the background, as fullprocess does; {\"force\": true} trains although \
              nothing is new.",
    access: Access::Write,
    work: Work::Long,
    bodies: &[Media {
        content_type: "application/json",
        name: "whether to train although nothing is new",
        schema: |_| {
            let force = json!({ "force": { "type": "boolean" } });
            json!({ "type": "object", "properties": force, "additionalProperties": false })
        },
        example: |_| json!({ "force": false }).to_string(),
    }],
    body_optional: true,
    statuses: &[
        (202, "the run has begun; its id is told"),
        (400, "the body is no such object"),
        (409, "a run is under way"),
        (500, "the config was changed and is wrong now"),
    ],
    answer: start,
    ..Endpoint::READ
};

/// What came of it.
pub const GET: Endpoint = Endpoint {
    paths: &["/retrain"],
    tag: "pipeline",
    summary: "The last run that this app started: whether it is under way, and what came of it.",
    answer: |_, state| {
        Ok(Response::json(&match state.runner().last() {
            None => json!({ "running": false, "run_id": null, "outcome": null }),
            Some(run) => json!({ "running": run.outcome.is_none(), "run_id": run.id, "outcome": run.outcome }),
        }))
    },
    ..Endpoint::READ
};

fn start(request: &Request, state: &State) -> Answer {
    let force = if request.body.is_empty() { false } else { force(request)? };
    // A run goes by the config as it is now, as one of cron would.
    let config = reload_config(state.config()).map_err(|e| {
        let told = e.problems().first().map(|p| p.sentence()).unwrap_or_default();
        Failure::new(500, "the config cannot be used", format!("{told}; fullprocess --check tells more"))
    })?;
    let run_id = state.runner().start(&config, force)?;
    let body = json!({ "status": "accepted", "run_id": run_id, "follow": "/retrain" });
    Ok(Response::json(&body).status(202).header("location", "/retrain"))
}

fn force(request: &Request) -> Result<bool, Failure> {
    match json::document(&request.body)? {
        Document::Object(members) => {
            if let Some(name) = members.keys().find(|name| *name != "force") {
                let name = crate::table::cell::shorten(name);
                return Err(Failure::data(format!("{name:?} is unknown; the body may have \"force\" only")));
            }
            members.get("force").map_or(Ok(false), |raw| json::value("force", raw))
        }
        Document::Other(_) => Err(Failure::data("the body is an object, {\"force\": true} or {}")),
    }
}
