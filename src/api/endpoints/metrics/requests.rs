//! Requests and predictions since the app started.

use crate::api::State;
use crate::api::exposition::Exposition;
use crate::api::meters::{BOUNDS, RouteCounts};

/// What stands for the route of requests that have none, and for their method: clients choose
/// both, and each would be a series of its own.
const UNMATCHED: &str = "unmatched";

/// Writes them.
pub fn write(out: &mut Exposition, state: &State) {
    let routes = state.meters().routes();
    let mut requests = out.counter(
        "incumbent_http_requests_total",
        "Requests by method, route and status; status other stands for rare ones.",
    );
    for route in &routes {
        let [method, path] = names(route);
        for (status, count) in &route.statuses {
            let status = if *status == 0 { "other".to_string() } else { status.to_string() };
            requests.sample(&[("method", method), ("route", path), ("status", &status)], *count as f64);
        }
    }
    let mut durations = out.histogram(
        "incumbent_http_request_duration_seconds",
        "Time from the head of a request until its answer stands, by method and route.",
    );
    for route in &routes {
        let [method, path] = names(route);
        durations.buckets(&[("method", method), ("route", path)], &BOUNDS, &route.buckets, route.seconds);
    }
    let mut predictions = out.counter(
        "incumbent_predictions_total",
        "Predictions by version of the model and predicted label; without label where a quantity is predicted.",
    );
    for (version, labels) in state.meters().predicted() {
        let version = version.to_string();
        for (label, count) in labels {
            match label.as_str() {
                "" => predictions.sample(&[("version", &version)], count as f64),
                label => predictions.sample(&[("version", &version), ("label", label)], count as f64),
            };
        }
    }
    let Some(log) = state.log() else { return };
    out.counter("incumbent_prediction_log_written_total", "Predictions that were written into the log.")
        .sample(&[], log.written() as f64);
    out.counter("incumbent_prediction_log_dropped_total", "Predictions that the log lost.")
        .sample(&[], log.dropped() as f64);
    out.gauge("incumbent_prediction_log_queued", "Predictions that wait to be written into the log.")
        .sample(&[], log.queued() as f64);
}

fn names(route: &RouteCounts) -> [&'static str; 2] {
    if route.path.is_empty() { [UNMATCHED; 2] } else { [route.method, route.path] }
}
