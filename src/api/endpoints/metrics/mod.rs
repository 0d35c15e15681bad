//! `GET /metrics`: what a monitoring system asks for, in the text format of Prometheus.
//!
//! - [`requests`]: requests and predictions since the app started.
//! - [`model`]: the model in office, and the data under it.
//! - [`runs`]: the runs of the pipeline.
//! - [`process`]: this process.
//!
//! What is not known has no sample: an alert can ask for it with `absent()`.

mod model;
mod process;
mod requests;
mod runs;

use crate::api::endpoint::Work;
use crate::api::exposition::{CONTENT_TYPE, Exposition};
use crate::api::{Endpoint, Response, State};
use chrono::DateTime;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/metrics"],
    tag: "health",
    summary: "Metrics for Prometheus: requests, predictions, the model in office, columns of the data, the last \
              runs, and the process.",
    work: Work::Probe,
    answers: "text/plain",
    answer: |_, state| Ok(Response::new(200, CONTENT_TYPE, text(state))),
    ..Endpoint::READ
};

fn text(state: &State) -> String {
    let mut out = Exposition::default();
    out.gauge("incumbent_build_info", "The program that answers.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    requests::write(&mut out, state);
    let history = state.history();
    model::write(&mut out, state);
    if let Some(history) = &history {
        runs::write(&mut out, state, history);
    }
    process::write(&mut out);
    out.finish()
}

/// Seconds since 1970 of a time as artefacts have it.
fn seconds(time: &str) -> Option<f64> {
    Some(DateTime::parse_from_rfc3339(time).ok()?.timestamp_millis() as f64 / 1000.0)
}
