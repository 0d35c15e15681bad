//! Who is in office, and how that changes.

use crate::project::{Project, customers};
use serde_json::json;

#[test]
fn a_tie_keeps_the_incumbent() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let set = project.read("production_deployment/versions/1/manifest.json");
    let again = project.run("fullprocess", &["--force", "--json"]).expect(0).json();
    assert_eq!((again["decision"].as_str(), again["version"].as_u64()), (Some("kept_incumbent"), Some(1)));
    assert_eq!(again["old_score"], again["new_score"]);
    assert!(again["reason"].as_str().unwrap().contains("a tie keeps the incumbent"), "{again}");
    assert_eq!(project.read("production_deployment/versions/1/manifest.json"), set);
    let idle = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(idle["decision"], "no_new_data", "files of a run that kept the incumbent are not new at the next");
}

#[test]
fn the_incumbent_is_scored_again_where_the_test_data_changed() {
    let project = Project::new();
    let first = project.run("fullprocess", &["--json"]).expect(0).json();
    project.write("testdata/test.csv", customers(5000, 40));
    project.write("sourcedata/c.csv", customers(2000, 3));
    let second = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_ne!(second["old_score"], first["new_score"], "the old score was taken on other rows");
    assert!(second["reason"].as_str().unwrap().contains("40 test rows"), "{second}");
}

#[test]
fn changed_test_data_alone_scores_the_incumbent_again() {
    let project = Project::new();
    let first = project.run("fullprocess", &["--json"]).expect(0).json();
    project.write("testdata/test.csv", customers(5000, 40));
    let idle = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(idle["decision"], "no_new_data");
    assert!(idle["reason"].as_str().unwrap().contains("the incumbent is scored again: f1"), "{idle}");
    assert_ne!(idle["old_score"], first["new_score"]);
    let next = project.run("fullprocess", &["--json"]).expect(0).json();
    assert!(!next["reason"].as_str().unwrap().contains("scored again"), "once is enough: {next}");
}

#[test]
fn stage_by_stage_is_the_same_as_at_once() {
    let (steps, whole) = (Project::new(), Project::new());
    for binary in ["ingestion", "training", "scoring", "deployment", "diagnostics", "reporting", "apicalls"] {
        steps.run(binary, &[]).expect(0);
    }
    whole.run("fullprocess", &[]).expect(0);
    for name in ["ingesteddata/finaldata.csv", "models/latestscore.txt", "production_deployment/latestscore.txt"] {
        assert_eq!(steps.read(name), whole.read(name), "{name}");
    }
    let model = |p: &Project| p.json("production_deployment/trainedmodel.json")["fingerprint"].clone();
    assert_eq!(model(&steps), model(&whole));
    for name in ["confusionmatrix.png", "report.pdf", "apireturns.json", "diagnostics.json"] {
        assert!(steps.at("models").join(name).exists() && whole.at("models").join(name).exists(), "{name}");
    }
}

#[test]
fn history_and_rollback() {
    let project = Project::new();
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/c.csv", customers(2000, 30));
    assert_eq!(project.run("fullprocess", &["--json"]).expect(0).json()["decision"], "deployed");
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    assert_eq!((history["current"].as_u64(), history["versions"].as_array().unwrap().len()), (Some(2), 2));
    let model = project.read("production_deployment/trainedmodel.json");
    let before = project.files();
    project.run("deployment", &["--rollback", "--dry-run"]).expect(0);
    assert_eq!(project.files(), before);
    project.run("deployment", &["--rollback"]).expect(0);
    assert_ne!(project.read("production_deployment/trainedmodel.json"), model);
    project.run("reporting", &[]).expect(0);
    assert!(project.read("models/report.html").contains("Version 1 is back in office"), "not the newest one");
    project
        .run("deployment", &["--rollback"])
        .expect(66)
        .says(&["it replaced no other when it was deployed", "deployment --rollback VERSION"]);
    project
        .run("deployment", &["--rollback", "7"])
        .expect(66)
        .says(&["version 7: no such version", "these are there: 1, 2"]);
    project.run("deployment", &["--rollback", "seven"]).expect(64);
    project.run("deployment", &["--rollback", "2"]).expect(0);
    let again = project.run("deployment", &["--rollback", "2", "--dry-run"]).expect(0).out;
    assert!(again.contains("version 2 was in office and stays"), "{again}");
    assert_eq!(project.read("production_deployment/trainedmodel.json"), model);
    let shown = project.run("deployment", &["--history"]).expect(0).out;
    let of_line: Vec<&str> =
        shown.lines().map(|line| line.split_once("  20").map_or(line, |(what, _)| what.trim_end())).collect();
    assert_eq!(of_line, ["  version 1", "* version 2", "  rollback", "  rollback", "* in office"], "{shown}");
    assert!(shown.contains("to version 1 from version 2") && shown.contains("to version 2 from version 1"), "{shown}");
}

#[test]
fn a_dry_run_changes_nothing_at_all() {
    let project = Project::new();
    let before = project.files();
    let dry = project.run("fullprocess", &["--dry-run", "--json"]).expect(0).json();
    assert_eq!((dry["decision"].as_str(), dry["dry_run"].as_bool()), (Some("first_deployment"), Some(true)));
    assert_eq!(project.files(), before);
    for name in ["production_deployment", "models", "ingesteddata", "fullprocess.log"] {
        assert!(!project.at(name).exists(), "{name}");
    }
}

#[test]
fn a_damaged_model_in_office_is_never_replaced_unseen() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let path = "production_deployment/versions/1/trainedmodel.json";
    let broken = project.read(path).replacen("0.", "1.", 1);
    project.write(path, &broken);
    project.run("fullprocess", &["--force"]).expect(65).says(&[path, "checksum", "hint: go back to a whole version"]);
    assert_eq!(project.read(path), broken);
}

#[test]
fn on_drift_trains_only_where_the_incumbent_falls() {
    let project = Project::new();
    project.config(json!({"gate": {"retrain": "on_drift"}}));
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/c.csv", customers(3000, 150));
    let same = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(same["decision"], "no_drift", "{same}");
    assert_eq!(project.run("fullprocess", &["--json"]).expect(0).json()["decision"], "no_new_data");
    let flipped = customers(4000, 150).replace(",0\n", ",x\n").replace(",1\n", ",0\n").replace(",x\n", ",1\n");
    project.write("sourcedata/d.csv", flipped);
    let fallen =
        project.run("fullprocess", &["--json"]).expect(0).says(&["it has fallen, so a challenger is trained"]).json();
    assert!(["kept_incumbent", "deployed"].contains(&fallen["decision"].as_str().unwrap()), "{fallen}");
}

#[test]
fn a_damaged_history_is_set_aside_and_the_run_goes_on() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    project.write("production_deployment/history.sqlite", "no database".repeat(200));
    project.run("fullprocess", &["--force"]).expect(0).says(&["the history cannot be read and was set aside"]);
    let aside = std::fs::read_dir(project.at("production_deployment")).unwrap();
    assert!(aside.flatten().any(|e| e.file_name().to_string_lossy().starts_with("history.damaged-")));
}
