//! `GET /openapi.json` and `GET /docs`

use crate::api::endpoint::Work;
use crate::api::{ALL, Endpoint, Response, openapi, pages};

/// The description.
pub const OPENAPI: Endpoint = Endpoint {
    paths: &["/openapi.json"],
    tag: "people",
    summary: "The description of this API, with examples for the model in office.",
    work: Work::Long,
    answer: |_, state| Ok(Response::json(&openapi::document(ALL, state))),
    ..Endpoint::READ
};

/// The page to read and try it.
pub const PAGE: Endpoint = Endpoint {
    paths: &["/docs", "/apidocs/", "/apidocs"],
    tag: "people",
    summary: "A page to read and try this API.",
    answers: "text/html",
    answer: |_, _| Ok(Response::new(200, "text/html; charset=utf-8", pages::docs())),
    ..Endpoint::READ
};
