//! What every route owes: its method, its media type, its limits, its failures.

use super::App;
use crate::project::Project;
use incumbent::api::access::Access;
use incumbent::api::{ALL, Dialect, Endpoint};
use serde_json::{Value, json};

/// The first path of a route with something in the place of its names.
fn path(endpoint: &Endpoint) -> String {
    endpoint.paths[0].replace("{m}", "incumbent").replace("{v}", "1")
}

pub fn is_failure(endpoint: &Endpoint, body: &Value) -> bool {
    match endpoint.dialect {
        Dialect::Problem => body["title"].is_string() && body["status"].is_number() && body["detail"].is_string(),
        Dialect::MlFlow => body["error_code"].is_string() && body["message"].is_string(),
        Dialect::Inference => body["error"].is_string(),
    }
}

#[test]
fn every_route_keeps_to_its_contract() {
    let project = Project::new();
    project.config(json!({"api": {"max_body_bytes": 100_000}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start_with(&project, &["--listen", "127.0.0.1:0"], &[("INCUMBENT_TOKEN", "abc")]);
    let token = ("Authorization", "Bearer abc");
    let (_, description) = app.get("/openapi.json");
    for endpoint in ALL {
        let path = path(endpoint);
        let name = format!("{} {path}", endpoint.method);
        // The wrong method.
        let reply = app.send("DELETE", &path, &[token], "").expect(405);
        assert!(reply.header("allow").unwrap().contains(&endpoint.method.to_lowercase()), "{name}: {reply:?}");
        assert!(is_failure(endpoint, &reply.json()), "{name}: {reply:?}");
        // Described, with an example that works.
        let operation = &description["paths"][endpoint.paths[0]][endpoint.method.to_lowercase()];
        assert!(operation["summary"].is_string() || endpoint.tag == "assets", "{name}");
        if endpoint.access == Access::Write {
            let reply = app.send(endpoint.method, &path, &[], "").expect(401);
            assert!(is_failure(endpoint, &reply.json()), "{name}: {reply:?}");
            assert!(operation["security"].is_array(), "{name}");
        }
        if endpoint.bodies.is_empty() {
            let reply = app.send(endpoint.method, &path, &[token], "");
            assert!(reply.status < 500 || reply.status == 503, "{name}: {reply:?}");
            continue;
        }
        for (content_type, content) in operation["requestBody"]["content"].as_object().unwrap() {
            for (form, example) in content["examples"].as_object().unwrap() {
                let value = &example["value"];
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
                let reply = app.send(endpoint.method, &path, &[token, ("Content-Type", content_type)], text);
                // Some need what this project does not have: a file, a single feature, a version before.
                let known = [200, 202, 400, 404, 409];
                assert!(known.contains(&reply.status), "{name}, {form}: {reply:?}");
                assert!(reply.status < 300 || is_failure(endpoint, &reply.json()), "{name}, {form}: {reply:?}");
            }
        }
        let wrong = [
            (415, "application/xml", b"<a/>".to_vec()),
            (400, "application/json", b"{\"a\":".to_vec()),
            (400, "application/json", b"\xff".to_vec()),
            (413, "application/json", vec![b' '; 100_001]),
        ];
        for (status, content_type, body) in wrong {
            let reply = app.send(endpoint.method, &path, &[token, ("Content-Type", content_type)], body);
            assert!(reply.status == status, "{name}, {content_type}, {status}: {reply:?}");
            assert!(is_failure(endpoint, &reply.json()), "{name}: {reply:?}");
        }
        super::until("a run that an example began has ended", || app.get("/retrain").1["running"] == false);
    }
}
