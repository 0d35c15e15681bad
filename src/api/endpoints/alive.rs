//! `GET /`

use crate::api::{Endpoint, Response};
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "GET",
    path: "/",
    summary: "Says that the app is alive.",
    answer: |_, _| Response::json(&json!({ "status": "Alive" })),
};
