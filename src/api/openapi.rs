//! The description of the API, made from the registry and, for examples, the model in office.

use super::access::Access;
use super::endpoint::{Endpoint, Media};
use super::{Dialect, State};
use serde_json::{Map, Value, json};

/// Files that pages load are no part of what is described.
const ASSETS: &str = "assets";

/// The document, OpenAPI 3.1.
pub fn document(all: &[Endpoint], state: &State) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in all.iter().filter(|endpoint| endpoint.tag != ASSETS) {
        for path in endpoint.paths {
            let methods = paths.entry(*path).or_insert_with(|| json!({}));
            methods[endpoint.method.to_ascii_lowercase()] = operation(endpoint, path, state);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "incumbent",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The model in office: predictions, scores, diagnostics, and the way to the next one.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": { "type": "string" },
                        "title": { "type": "string" },
                        "status": { "type": "integer" },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, path: &str, state: &State) -> Value {
    let captured = path.split(['{', '}']).skip(1).step_by(2).map(|name| {
        let meaning = if name == "m" { "the name of the model" } else { "a version" };
        let example = match name {
            "m" => json!(state.config().api.model_name),
            _ => json!(state.office().ok().flatten().map_or("1".to_string(), |office| office.version.to_string())),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": meaning, "example": example })
    });
    let asked = endpoint.parameters.iter().map(|p| {
        json!({ "name": p.name, "in": "query", "required": false, "schema": parameter(p.kind), "description": p.meaning })
    });
    let parameters: Vec<Value> = captured.chain(asked).collect();
    let mut operation = json!({
        "x-changes": endpoint.access == Access::Write,
        "operationId": format!("{} {path}", endpoint.method),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": responses(endpoint),
    });
    if !endpoint.bodies.is_empty() {
        operation["requestBody"] =
            json!({ "required": !endpoint.body_optional, "content": content(endpoint.bodies, state) });
    }
    let needed = match endpoint.access {
        Access::Open => false,
        Access::Read => state.config().api.token_for_reads,
        Access::Write => true,
    };
    if needed && state.has_token() {
        operation["security"] = json!([{ "token": [] }]);
    }
    operation
}

/// The schema of a parameter: numbers are counts.
fn parameter(kind: &str) -> Value {
    if kind == "integer" { json!({ "type": kind, "minimum": 1 }) } else { json!({ "type": kind }) }
}

/// The bodies by media type, each form with an example.
fn content(bodies: &[Media], state: &State) -> Value {
    let mut content = Map::new();
    for body in bodies {
        let is_json = body.content_type == "application/json";
        let entry =
            content.entry(body.content_type).or_insert_with(|| json!({ "schema": { "anyOf": [] }, "examples": {} }));
        if let Some(any) = entry["schema"]["anyOf"].as_array_mut() {
            any.push((body.schema)(state));
        }
        let example = (body.example)(state);
        let value = serde_json::from_str(&example).ok().filter(|_| is_json).unwrap_or(Value::String(example));
        entry["examples"][body.name] = json!({ "value": value });
    }
    Value::Object(content)
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    let is_json = endpoint.answers == "application/json";
    let schema = if is_json { json!({}) } else { json!({ "type": "string" }) };
    let mut good = json!({ "description": "the answer", "content": {} });
    good["content"][endpoint.answers] = json!({ "schema": schema });
    if endpoint.statuses.iter().all(|(status, _)| *status >= 300) {
        responses.insert("200".to_string(), good);
    }
    let failure = match endpoint.dialect {
        Dialect::Problem => {
            json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } })
        }
        Dialect::MlFlow | Dialect::Inference => json!({ "application/json": { "schema": { "type": "object" } } }),
    };
    for (status, meaning) in endpoint.statuses {
        let content = if *status < 300 { json!({ endpoint.answers: { "schema": {} } }) } else { json!({}) };
        responses.insert(status.to_string(), json!({ "description": meaning, "content": content }));
    }
    responses.insert(
        "default".to_string(),
        json!({ "description": "what went wrong: the request, the token, a limit, or the server", "content": failure }),
    );
    Value::Object(responses)
}
