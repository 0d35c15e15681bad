//! `GET /random`

use super::{NO_MODEL, office, prediction};
use crate::api::answers::{self, Section};
use crate::api::endpoint::Work;
use crate::api::rows::{Sink, json};
use crate::api::sample::Sample;
use crate::api::{Answer, Endpoint, Request, State};
use serde_json::json;
use std::hash::{BuildHasher, RandomState};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/random"],
    summary: "A prediction for a random plausible row: each feature is drawn by itself from what the last diagnostics \
              tell of it.",
    work: Work::Long,
    statuses: &[NO_MODEL],
    answer,
    ..Endpoint::READ
};

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let sample = Sample::random(state, RandomState::new().hash_one(&request.id));
    let row = json!(sample.row()).to_string();
    let mut sink = Sink::new(&office.features);
    json::record(row.as_bytes(), &mut sink)?;
    let table = sink.finish()?;
    let mut sections = vec![
        Section::Text(format!("{{\"row\":{row},\"predictions\":").into()),
        Section::Rows(Box::new(answers::prediction)),
    ];
    sections.extend(prediction::probabilities(&office));
    sections.push(Section::Text(format!(",\"model_version\":{}}}\n", office.version).into()));
    prediction::respond(office, table, sections, request, state)
}
