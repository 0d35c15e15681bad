//! The reports: a page, a PDF, plots; two versions side by side.

use crate::api::App;
use crate::project::{Project, customers};
use serde_json::json;
use std::path::Path;

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A project with two versions, of unlike algorithms and data; each takes office unless it is
/// much worse.
fn two_versions() -> Project {
    let project = Project::new();
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.run("fullprocess", &[]).expect(0);
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "model": {"kind": "boosting", "seed": 3}}));
    project.write("sourcedata/c.csv", customers(2000, 60));
    let second = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((second["decision"].as_str(), second["version"].as_u64()), (Some("deployed"), Some(2)), "{second}");
    project
}

#[test]
fn a_run_writes_the_report_and_every_plot_of_it() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let page = project.read("models/report.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.len() < 300_000, "{} bytes", page.len());
    assert!(page.contains("Version 1 is in office") && page.contains("Content-Security-Policy"));
    for gone in ["<script", "http://", "https://", "NaN"] {
        assert!(!page.contains(gone), "{gone}");
    }
    let plots = names(&project.at("models/plots"));
    assert!(plots.contains(&"scores.svg".to_string()), "{plots:?}");
    assert_eq!(page.matches("<figure").count(), plots.len(), "every chart of the page is a file: {plots:?}");
    for name in &plots {
        let plot = project.read(&format!("models/plots/{name}"));
        assert!(plot.starts_with("<svg xmlns") && plot.ends_with("</svg>\n"), "{name}");
    }
    let matrix = project.read("models/confusionmatrix.svg");
    assert_eq!(matrix, project.read("models/plots/right-and-wrong-predictions.svg"));

    // What is not made any more goes, what is not ours stays.
    project.write("models/plots/gone.svg", "<svg/>");
    project.write("models/plots/notes.txt", "mine");
    let would = project.run("reporting", &["--dry-run"]).expect(0).out;
    assert!(would.contains("would write") && would.contains("models/report.html"), "{would}");
    assert!(project.at("models/plots/gone.svg").exists());
    let written = project.run("reporting", &["--json"]).expect(0).json();
    let listed: Vec<&str> = written["written"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert!(listed.iter().all(|name| project.at(name).is_file()), "{listed:?}");
    assert!(listed.contains(&"models/report.html") && listed.contains(&"models/plots/scores.svg"), "{listed:?}");
    let now: Vec<String> = names(&project.at("models/plots")).into_iter().filter(|n| n != "notes.txt").collect();
    assert_eq!(now, plots);
    assert!(project.at("models/plots/notes.txt").exists());
}

#[test]
fn the_app_shows_the_report_under_a_policy_of_its_own() {
    let project = Project::new();
    let app = App::start(&project);
    app.send("GET", "/report", &[], "").expect(503);
    project.run("fullprocess", &[]).expect(0);
    let reply = app.send("GET", "/report", &[], "").expect(200);
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'unsafe-inline'"), "{policy}");
    assert!(!policy.contains("script-src"), "{policy}");
    let home = app.send("GET", "/", &[("Accept", "text/html")], "").expect(200);
    assert!(home.header("content-security-policy").unwrap().contains("script-src 'self'"));
}

#[test]
fn two_versions_stand_side_by_side() {
    let project = two_versions();
    let before = project.files();
    let dry = project.run("reporting", &["--compare", "1", "2", "--dry-run", "--json"]).expect(0).json();
    assert_eq!((dry["dry_run"].as_bool(), &project.files()), (Some(true), &before), "a dry run writes nothing");
    let found = project.run("reporting", &["--compare", "1", "v2", "--json"]).expect(0).json();
    assert_eq!(found["written"], json!(["models/compare-1-2.html", "models/compare-1-2.pdf"]));
    for (key, value) in found.as_object().unwrap() {
        assert!(["written", "dry_run"].contains(&key.as_str()) || *value == dry[key], "{key}");
    }
    let [first, second] = [&found["versions"][0], &found["versions"][1]];
    assert_eq!((first["version"].as_u64(), second["version"].as_u64()), (Some(1), Some(2)));
    assert_eq!((first["kind"].as_str(), second["kind"].as_str()), (Some("logistic_regression"), Some("boosting")));
    assert_eq!(first["evaluation"]["test_fingerprint"], second["evaluation"]["test_fingerprint"]);
    let f1 = found["differences"].as_array().unwrap().iter().find(|d| d["metric"] == "f1").unwrap();
    let score = |side: &serde_json::Value| side["evaluation"]["value"].as_f64().unwrap();
    assert!((f1["difference"]["value"].as_f64().unwrap() - (score(second) - score(first))).abs() < 1e-12, "{f1}");
    assert_eq!(found["files"]["second_only"][0]["name"], "c.csv");
    assert_eq!((&found["files"]["first_only"], &found["files"]["both"]), (&json!([]), &json!(2)));
    assert!(found["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "kind" && p["second"] == "boosting"));
    let page = project.read("models/compare-1-2.html");
    for part in ["Version 1 and version 2", "c.csv", "class=\"beside\"", "What the models lean on"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(std::fs::read(project.at("models/compare-1-2.pdf")).unwrap().starts_with(b"%PDF"));
    assert!(!page.contains("The same model"));

    let same = project.run("reporting", &["--compare", "2", "2", "--json"]).expect(0).json();
    assert_eq!(same["same_model"], true);
    assert!(same["verdict"].as_str().unwrap().contains("compared with itself"), "{same}");
}

#[test]
fn versions_that_cannot_be_compared_are_refused() {
    let project = two_versions();
    project.run("reporting", &["--compare", "1", "7"]).expect(66).says(&["version 7", "these are there: 1, 2"]);
    project.run("reporting", &["--compare", "1", "x"]).expect(64).says(&["--compare", "\"x\"", "--history"]);
    project.run("reporting", &["--compare", "1"]).expect(64);
    // Another question under the same roof.
    let production = project.at("production_deployment");
    std::fs::rename(&production, project.at("aside")).unwrap();
    project.config(json!({"data": {"target": "plan"}}));
    project.run("fullprocess", &[]).expect(0);
    std::fs::rename(production.join("versions/1"), project.at("aside/versions/3")).unwrap();
    std::fs::remove_dir_all(&production).unwrap();
    std::fs::rename(project.at("aside"), &production).unwrap();
    let mut manifest = project.json("production_deployment/versions/3/manifest.json");
    manifest["version"] = json!(3);
    project.write("production_deployment/versions/3/manifest.json", manifest.to_string());
    let refused = project.run("reporting", &["--compare", "1", "3"]).expect(65);
    refused.says(&["version 1 and version 3 answer different questions", "hint: "]);
    assert!(!project.at("models/compare-1-3.html").exists());
}

#[test]
fn the_commands_in_the_document_about_reports_work() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md")).unwrap();
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 2, "the document shows commands");
    let project = two_versions();
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        project.run(words[0], &words[1..]).expect(0);
    }
    for name in text.split("`models/").skip(1).filter_map(|rest| rest.split('`').next()) {
        assert!(project.at("models").join(name).exists(), "{name} is not written");
    }
}
