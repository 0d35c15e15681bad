//! Signed deployments: who has no key that is trusted brings no model into office.
//!
//! - `refusals`: what somebody can write who has no key, and who refuses it.
//! - `keys`: how keys are made, named, exchanged and kept.

mod keys;
mod refusals;

use crate::project::{Project, Ran, customers};
use serde_json::{Value, json};

/// A new pair of keys in a file of the project; the public one.
fn keygen(project: &Project, file: &str) -> String {
    let made = project.run("deployment", &["--keygen", file, "--json"]).expect(0).json();
    made["public_key"].as_str().unwrap().to_string()
}

/// A config in which every challenger wins, with that section.
fn configure(project: &Project, signature: Value) {
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "signature": signature}));
}

/// Two signed versions, the second in office. The key lies in `key.pem`.
fn signed() -> (Project, String) {
    let project = Project::new();
    let public = keygen(&project, "key.pem");
    configure(&project, json!({"public_keys": [public], "key_file": "key.pem"}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    deploys_another(&project, 2000).expect(0);
    (project, public)
}

/// A run with new rows.
fn deploys_another(project: &Project, first: usize) -> Ran {
    project.write(&format!("sourcedata/rows{first}.csv"), customers(first, 30));
    project.run("fullprocess", &["--json"])
}

/// Where a file of a version lies.
fn of_version(version: u64, name: &str) -> String {
    format!("production_deployment/versions/{version}/{name}")
}
