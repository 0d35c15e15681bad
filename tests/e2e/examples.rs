//! The examples run, and reach what their READMEs say.

use crate::project::Project;
use serde_json::{Value, json};
use std::path::Path;

/// Runs an example with its outputs in a temporary folder; its score, and the first figure of
/// the model in bold in its README.
fn run(name: &str, change: impl Fn(&mut Value)) -> (f64, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let mut config: Value = serde_json::from_str(&read("config.json")).unwrap();
    for (key, place) in [("input_folder_path", "training"), ("test_data_path", "test")] {
        config[key] = json!(folder.join(place));
    }
    change(&mut config);
    let project = Project::new();
    project.write("config.json", config.to_string());
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(run["decision"], "first_deployment");
    let kind = config["model"]["kind"].as_str().unwrap();
    let readme = read("README.md");
    let row = readme.split_once(&format!("| **{kind}** | ")).unwrap_or_else(|| panic!("{name}: no figures")).1;
    (run["new_score"].as_f64().unwrap(), row.split_once(" |").unwrap().0.replace(',', ""))
}

fn reaches(name: &str, change: impl Fn(&mut Value)) {
    let (score, told) = run(name, change);
    let digits = told.split_once('.').map_or(0, |(_, digits)| digits.len());
    assert_eq!(format!("{score:.digits$}"), told, "{name}");
}

#[test]
fn attrition() {
    reaches("attrition", |_| {});
}

#[test]
fn deposits() {
    reaches("deposits", |_| {});
}

#[test]
fn surnames() {
    reaches("surnames", |_| {});
}

#[test]
fn products() {
    // The threshold does not show in the ROC-AUC, and choosing it takes five more fits.
    reaches("products", |config| config["model"]["threshold"] = json!(0.5));
}

#[test]
fn wide() {
    reaches("wide", |_| {});
}
