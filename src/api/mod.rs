//! The HTTP API: endpoints are functions from a request and the state to a response, a
//! file each; [`ALL`] is the registry that routing, docs and tests come from.
//!
//! - [`message`]: requests and responses as values.
//! - [`state`]: the model in office, picked up anew when it changes.
//! - [`server`]: the one part that knows sockets.

pub mod endpoints;
pub mod message;
pub mod server;
pub mod state;

pub use message::{Request, Response};
pub use state::State;

/// One route.
pub struct Endpoint {
    /// `GET` or another method, in capitals.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// What it answers, in one sentence.
    pub summary: &'static str,
    /// Answers a request.
    pub answer: fn(&Request, &State) -> Response,
}

/// Every route, in the order of the documentation.
pub const ALL: &[Endpoint] = &[
    endpoints::alive::ENDPOINT,
    endpoints::prediction::ENDPOINT,
    endpoints::scoring::ENDPOINT,
    endpoints::summarystats::ENDPOINT,
    endpoints::diagnostics::ENDPOINT,
    endpoints::health::ENDPOINT,
];

/// Finds the endpoint of a request and lets it answer.
pub fn answer(request: &Request, state: &State) -> Response {
    let here: Vec<&Endpoint> = ALL.iter().filter(|e| e.path == request.path).collect();
    if here.is_empty() {
        let paths: Vec<&str> = ALL.iter().map(|e| e.path).collect();
        return Response::problem(404, "no such route", &format!("the routes are {}", paths.join(", ")));
    }
    // HEAD is GET without the body, which the server leaves out.
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    match here.iter().find(|e| e.method == method) {
        Some(endpoint) => (endpoint.answer)(request, state),
        None => {
            let allowed = here.iter().map(|e| e.method).collect::<Vec<_>>().join(", ");
            Response::problem(405, "wrong method", &format!("this route takes {allowed}")).header("allow", allowed)
        }
    }
}
