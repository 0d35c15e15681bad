//! The HTTP API: endpoints are functions from a request and the state to a response, a
//! file each; [`ALL`] is the registry that routing, OpenAPI document, docs and tests come from.
//!
//! - [`endpoint`]: what a route is, and finding it.
//! - [`message`], [`failure`]: requests, responses and what goes wrong, as values.
//! - [`openapi`]: the description made from the registry; [`schemas`]: of bodies.
//! - [`pages`]: what people see; [`overview`]: what the dashboard shows of the state.
//! - [`access`]: who may ask.
//! - [`rows`]: rows to predict, as clients send them.
//! - [`sample`]: rows as they might be.
//! - [`answers`]: what a model says of them, in parts.
//! - [`account`], [`meters`]: what is kept of requests and predictions.
//! - [`exposition`]: the text format that Prometheus reads.
//! - [`state`]: the model in office, picked up anew when it changes.
//! - [`live`]: logged predictions against labels that came later.
//! - [`runner`]: runs of the pipeline in the background.
//! - [`server`]: the one part that knows sockets.

pub mod access;
pub mod account;
pub mod answers;
pub mod endpoint;
pub mod endpoints;
pub mod exposition;
pub mod failure;
pub mod live;
pub mod message;
pub mod meters;
pub mod openapi;
pub mod overview;
pub mod pages;
pub mod rows;
pub mod runner;
pub mod sample;
pub mod schemas;
pub mod server;
pub mod state;

pub use endpoint::{Answer, Endpoint};
pub use failure::{Dialect, Failure};
pub use message::{Request, Response};
pub use state::State;

/// Every route, in the order of the documentation. A static, so that each route has one
/// address, by which what is counted of it is found.
pub static ALL: &[Endpoint] = &[
    endpoints::prediction::GET,
    endpoints::prediction::POST,
    endpoints::predict_proba::ENDPOINT,
    endpoints::get_prediction::ENDPOINT,
    endpoints::random::ENDPOINT,
    endpoints::scoring::ENDPOINT,
    endpoints::summarystats::ENDPOINT,
    endpoints::diagnostics::ENDPOINT,
    endpoints::add_data::ENDPOINT,
    endpoints::evaluate_model::ENDPOINT,
    endpoints::retrain::POST,
    endpoints::retrain::GET,
    endpoints::models::GET,
    endpoints::models::PUT,
    endpoints::metrics::ENDPOINT,
    endpoints::health::HEALTH,
    endpoints::health::PING,
    endpoints::health::VERSION,
    endpoints::invocations::ENDPOINT,
    endpoints::inference::metadata::SERVER,
    endpoints::inference::metadata::LIVE,
    endpoints::inference::metadata::READY,
    endpoints::inference::metadata::MODEL,
    endpoints::inference::metadata::MODEL_READY,
    endpoints::inference::infer::ENDPOINT,
    endpoints::kserve::MODELS,
    endpoints::kserve::MODEL,
    endpoints::kserve::PREDICT,
    endpoints::home::ENDPOINT,
    endpoints::report::ENDPOINT,
    endpoints::docs::PAGE,
    endpoints::docs::OPENAPI,
    endpoints::assets::STYLE,
    endpoints::assets::DASHBOARD,
    endpoints::assets::DOCS,
];
