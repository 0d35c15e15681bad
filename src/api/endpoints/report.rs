//! `GET /report`

use crate::api::endpoint::Work;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::report::html;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/report"],
    tag: "people",
    summary: "The report of the newest model, as the last run wrote it.",
    work: Work::Long,
    answers: "text/html",
    statuses: &[(503, "there is no report yet")],
    answer,
    ..Endpoint::READ
};

fn answer(_: &Request, state: &State) -> Answer {
    match state.report() {
        // The file holds its own style, which the policy of the other pages would refuse.
        Ok(Some(page)) => Ok(Response::new(200, "text/html; charset=utf-8", page)
            .header("content-security-policy", format!("{}; frame-ancestors 'none'", html::POLICY))),
        Ok(None) => Err(Failure::new(503, "no report yet", "run reporting or fullprocess")),
        Err(_) => Err(Failure::new(500, "the report cannot be read", "run reporting again")),
    }
}
