//! Files that runs and the app read again, changed: told or harmless. Where a checksum guards one,
//! it is computed anew.

use super::folder::load;
use super::mutation::{Change, Twist, changed, changes, twisted, twists};
use super::{bodies, confined, run};
use crate::project::{Project, customers};
use incumbent::api::{ALL, Request, State};
use incumbent::error::Kind;
use incumbent::event::Silent;
use incumbent::fingerprint::Fingerprint;
use incumbent::run::fullprocess;
use proptest::prelude::*;
use serde_json::{Value, json};

const SET: &str = "production_deployment/versions/1";
const FILES: [&str; 9] = [
    "production_deployment/versions/1/trainedmodel.json",
    "production_deployment/versions/1/trainingsketch.json",
    "production_deployment/versions/1/latestscore.json",
    "production_deployment/versions/1/manifest.json",
    "production_deployment/lastrun.json",
    "ingesteddata/ingestion.json",
    "models/trainedmodel.json",
    "models/latestscore.json",
    "models/diagnostics.json",
];

#[derive(Debug, Clone)]
enum How {
    Bytes(Vec<Change>),
    Parts(Vec<Twist>),
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![1 => changes().prop_map(How::Bytes), 4 => twists().prop_map(How::Parts)]
}

/// Changes a file, and what vouches for it.
fn spoil(project: &Project, name: &str, how: &How) {
    let whole = std::fs::read(project.at(name)).unwrap();
    let bytes = match how {
        How::Bytes(changes) => changed(&whole, changes),
        How::Parts(twists) => {
            let mut document: Value = serde_json::from_slice(&whole).unwrap();
            if document["content"].is_object() {
                document["content"] = twisted(&document["content"], twists);
                document["fingerprint"] = json!(Fingerprint::of(document["content"].to_string().as_bytes()));
            } else {
                document = twisted(&document, twists);
            }
            document.to_string().into_bytes()
        }
    };
    project.write(name, &bytes);
    if let Some(file) = name.strip_prefix(SET).filter(|file| *file != "/manifest.json") {
        let mut manifest = project.json(&format!("{SET}/manifest.json"));
        for entry in manifest["files"].as_array_mut().unwrap() {
            if entry["name"] == file[1..] {
                entry["bytes"] = json!(bytes.len());
                entry["sha256"] = json!(Fingerprint::of(&bytes));
            }
        }
        project.write(&format!("{SET}/manifest.json"), manifest.to_string());
    }
}

/// Every read of the app, answered in the shape of its protocol.
fn look(project: &Project) {
    let state = State::new(load(project.path()));
    for endpoint in ALL.iter().filter(|endpoint| endpoint.method == "GET") {
        let path = bodies::path(endpoint);
        for query in ["", "?plan=gold&fee=60&calls=8&explain=true", "?filename=test.csv"] {
            // A set that cannot be loaded is a failure of the server, and told as one.
            bodies::answered(Request::new("GET", &format!("{path}{query}")), &state, 599);
        }
    }
}

/// A run over all of it.
fn goes_on(project: &Project) -> Option<Kind> {
    let output = fullprocess::run(&load(project.path()), false, true, &Silent, |_| ());
    let error = output.error?;
    assert_ne!(error.kind, Kind::Internal, "{}", error.message());
    assert!(error.problems().iter().all(|p| !p.place.is_empty() && !p.what.is_empty()), "{}", error.message());
    Some(error.kind)
}

#[test]
fn changed_artefacts_are_told_or_harmless() {
    if confined::elsewhere("fuzz::artefacts::changed_artefacts_are_told_or_harmless") {
        return;
    }
    let whole = Project::new();
    whole.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "threads": 2, "model": {"kind": "boosting", "params": {"n_trees": 5}}}));
    assert_eq!(goes_on(&whole), None);
    look(&whole);
    whole.write("sourcedata/c.csv", customers(2000, 40));
    let strategy = (prop::sample::select(&FILES[..]), how());
    run(4, &strategy, |(name, how)| {
        let project = whole.copy();
        spoil(&project, name, &how);
        let told = format!("{name}: {how:?}");
        let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            look(&project);
            goes_on(&project);
            look(&project);
        }));
        prop_assert!(lived.is_ok(), "{}", told);
        Ok(())
    });
}
