//! Files that a newer program wrote: refused with a word that says so, and left as they are.

use super::folder;
use crate::api::App;
use crate::project::Project;
use incumbent::fingerprint::Fingerprint;
use rusqlite::Connection;
use serde_json::{Value, json};

/// The version in office in the fixture.
fn in_office(project: &Project) -> String {
    let target = std::fs::read_link(project.at("production_deployment/current")).unwrap();
    format!("production_deployment/{}", target.to_str().unwrap())
}

fn fixture() -> Project {
    Project::of(&folder().join("v1/yes_no"))
}

/// Makes a file one of the ninety-ninth version of its format.
fn raise(project: &Project, name: &str) {
    let text = project.read(name);
    let [narrow, wide] = ["\"format_version\":1,", "\"format_version\": 1,"];
    let raised = text.replacen(narrow, "\"format_version\":99,", 1).replacen(wide, "\"format_version\": 99,", 1);
    assert_ne!(raised, text, "{name}");
    project.write(name, raised);
}

/// The same of a file of a deployed set, whose manifest knows of it.
fn raise_in_set(project: &Project, set: &str, name: &str) {
    let file = format!("{set}/{name}");
    raise(project, &file);
    let mut manifest = project.json(&format!("{set}/manifest.json"));
    let bytes = std::fs::read(project.at(&file)).unwrap();
    let entries = manifest["files"].as_array_mut().unwrap();
    let entry: &mut Value = entries.iter_mut().find(|entry| entry["name"] == name).unwrap();
    *entry = json!({"name": name, "bytes": bytes.len(), "sha256": Fingerprint::of(&bytes)});
    project.write(&format!("{set}/manifest.json"), manifest.to_string());
}

const TOLD: [&str; 2] = ["has format version 99; this program reads versions up to 1", "use the newer program"];

#[test]
fn files_of_the_future_are_refused_and_left_as_they_are() {
    let run: (&str, &[&str]) = ("fullprocess", &["--force"]);
    let report: (&str, &[&str]) = ("reporting", &[]);
    let deploy: (&str, &[&str]) = ("deployment", &[]);
    for (name, (binary, arguments)) in [
        ("ingesteddata/ingestion.json", run),
        ("production_deployment/lastrun.json", run),
        ("models/trainedmodel.json", report),
        ("models/trainedmodel.json", deploy),
        ("models/trainingsketch.json", deploy),
        ("models/latestscore.json", report),
        ("models/diagnostics.json", report),
    ] {
        let project = fixture();
        raise(&project, name);
        let before = project.files();
        project.run(binary, arguments).expect(65).says(&[name, TOLD[0], TOLD[1]]);
        assert!(project.files() == before, "{name}: {binary} changed something");
    }
}

#[test]
fn a_set_of_the_future_is_refused_and_an_earlier_one_comes_back() {
    for name in ["trainedmodel.json", "manifest.json"] {
        let project = fixture();
        let set = in_office(&project);
        match name {
            "manifest.json" => raise(&project, &format!("{set}/{name}")),
            _ => raise_in_set(&project, &set, name),
        }
        project.run("fullprocess", &["--force"]).expect(65).says(&[name, TOLD[0], TOLD[1]]);
        project.run("fullprocess", &["--check"]).expect(65);
        let number: u64 = set.rsplit('/').next().unwrap().parse().unwrap();
        project.run("deployment", &["--rollback", "1"]).expect(0);
        project.run("deployment", &["--rollback", &number.to_string()]).expect(65).says(&[TOLD[0], TOLD[1]]);
        project.run("fullprocess", &["--quiet"]).expect(0);
    }
}

#[test]
fn a_score_of_the_future_is_not_taken_for_one_of_today() {
    let project = fixture();
    raise_in_set(&project, &in_office(&project), "latestscore.json");
    let app = App::start(&project);
    assert!(app.said().contains(TOLD[0]), "{}", app.said());
    app.send("GET", "/scoring", &[], "").expect(500);
}

#[test]
fn a_history_of_the_future_is_left_alone_and_the_run_goes_on() {
    let project = fixture();
    let path = project.at("production_deployment/history.sqlite");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    let ran = project.run("fullprocess", &["--force"]).expect(0);
    ran.says(&["the history is of a newer version and is left as it is", "it has version 99"]);
    assert!(std::fs::read(&path).unwrap() == before);
}
