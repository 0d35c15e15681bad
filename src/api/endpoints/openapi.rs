//! `GET /openapi.json`

use crate::api::endpoint::Work;
use crate::api::{ALL, Endpoint, Response, openapi};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/openapi.json"],
    tag: "people",
    summary: "The description of this API, with examples for the model in office.",
    work: Work::Long,
    answer: |_, state| Ok(Response::json(&openapi::document(ALL, state))),
    ..Endpoint::READ
};
