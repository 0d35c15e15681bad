//! What goes wrong around a run: pointers lost, places taken, reports interrupted.

use crate::project::{Project, command, customers};
use incumbent::store::lock::Lock;
use serde_json::json;

fn good() -> Project {
    let project = Project::new();
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.run("fullprocess", &[]).expect(0);
    project
}

#[test]
fn a_lost_or_damaged_pointer_is_told_and_repaired_by_rollback() {
    let project = good();
    for spoil in ["gone", "foreign", "a file"] {
        project.remove("production_deployment/current");
        match spoil {
            "foreign" => std::os::unix::fs::symlink("elsewhere", project.at("production_deployment/current")).unwrap(),
            "a file" => project.write("production_deployment/current", "1"),
            _ => {}
        }
        project.write("sourcedata/noise.csv", customers(7000, 9));
        project
            .run("fullprocess", &["--force"])
            .expect(65)
            .says(&["production_deployment/current", "deployment --rollback VERSION"]);
        project.run("deployment", &["--history"]).expect(0).says(&["warning: production_deployment/current"]);
        project.run("deployment", &["--rollback", "1"]).expect(0);
        assert!(project.at("production_deployment/trainedmodel.json").exists());
    }
    project.run("deployment", &["--rollback", ""]).expect(64);
}

#[test]
fn a_damaged_model_is_told_even_where_nothing_is_new() {
    let project = good();
    let path = "production_deployment/versions/1/trainedmodel.json";
    project.write(path, project.read(path) + "x");
    project.run("fullprocess", &["--quiet"]).expect(65).says(&[path, "checksum"]);
}

#[test]
fn a_place_that_is_taken_stops_a_run_before_anything_changes() {
    for taken in [
        "ingesteddata/rejected.csv",
        "models/trainedmodel.json",
        "models/latestscore.json",
        "production_deployment/trainedmodel.json",
    ] {
        let project = good();
        project.remove(taken);
        std::fs::create_dir(project.at(taken)).unwrap();
        project.write("sourcedata/c.csv", customers(2000, 30));
        let before = project.files();
        project.run("fullprocess", &[]).expect(73).says(&["a folder stands where the file should be"]);
        assert_eq!(project.files(), before, "{taken}");
        std::fs::remove_dir(project.at(taken)).unwrap();
        project.run("fullprocess", &["--force"]).expect(0);
    }
}

#[test]
fn interrupted_reports_are_made_up_for() {
    let project = good();
    project.remove("models/report.pdf");
    std::fs::create_dir(project.at("models/report.pdf")).unwrap();
    project.write("sourcedata/c.csv", customers(2000, 30));
    let ran = project.run("fullprocess", &["--json"]).expect(73);
    assert_eq!(ran.json()["decision"], "deployed", "the decision stands");
    std::fs::remove_dir(project.at("models/report.pdf")).unwrap();
    let next = project.run("fullprocess", &["--json"]).expect(0).says(&["were interrupted and are made up for"]);
    assert_eq!(next.json()["decision"], "no_new_data");
    assert!(project.at("models/report.pdf").is_file());
    project.run("fullprocess", &["--quiet"]).expect(0);
}

#[test]
fn a_deployment_missing_in_the_history_is_written_down_by_the_next_run() {
    let project = good();
    project.remove("production_deployment/history.sqlite");
    project.run("fullprocess", &[]).expect(0);
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    assert_eq!(history["events"][0]["version"], 1, "{history}");
}

#[test]
fn a_second_run_is_told_who_is_first() {
    let project = good();
    let first = Lock::take(&[&project.at("models")], "fullprocess run 1 (process 7)").unwrap();
    let before = project.files();
    project.run("fullprocess", &["--force"]).expect(75).says(&["fullprocess run 1 (process 7) holds the lock"]);
    project.run("deployment", &["--rollback", "1"]).expect(75).says(&["(process 7) holds the lock"]);
    assert_eq!(project.files(), before);
    // The file stays, the lock does not: as where the first was killed.
    drop(first);
    assert!(project.read("models/.lock").contains("(process 7)"));
    project.run("fullprocess", &["--force"]).expect(0);
}

#[test]
fn configs_that_share_a_folder_exclude_each_other() {
    let project = good();
    let lock = std::fs::File::options().write(true).open(project.at("ingesteddata/.lock")).unwrap();
    lock.lock().unwrap();
    project.config(json!({"prod_deployment_path": "other", "output_model_path": "othermodels"}));
    project.run("fullprocess", &[]).expect(75).says(&["holds the lock"]);
}

#[test]
fn a_changed_config_without_new_data_is_said() {
    let project = good();
    project.config(json!({"model": {"kind": "random_forest"}}));
    let idle = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(idle["decision"], "no_new_data");
    assert!(idle["reason"].as_str().unwrap().contains("the config has changed since: fullprocess --force"), "{idle}");
}

#[test]
fn an_output_folder_that_a_link_leads_among_the_inputs_is_refused() {
    let project = Project::new();
    std::fs::create_dir(project.at("sourcedata/out")).unwrap();
    std::os::unix::fs::symlink(project.at("sourcedata/out"), project.at("ingesteddata")).unwrap();
    project.run("fullprocess", &[]).expect(78).says(&["ingesteddata: this output folder lies inside sourcedata"]);
    assert_eq!(std::fs::read_dir(project.at("sourcedata/out")).unwrap().count(), 0);
}

#[test]
fn a_copy_of_a_file_breaks_no_rule() {
    let project = Project::new();
    project.config(json!({"data": {"rules": {"customer": {"unique": true}}}}));
    project.write("sourcedata/copy.csv", project.read("sourcedata/a.csv"));
    let ran = project.run("ingestion", &["--json"]).expect(0).json();
    assert_eq!(
        (ran["totals"]["rejected"].as_u64(), ran["totals"]["duplicate"].as_u64()),
        (Some(0), Some(100)),
        "{ran}"
    );
}

#[test]
fn what_the_incumbent_needs_is_said_as_such() {
    let project = good();
    for name in ["sourcedata/a.csv", "sourcedata/b.csv", "testdata/test.csv"] {
        project.write(name, project.read(name).replacen("calls", "contacts", 1));
    }
    project.remove("ingesteddata/ingestion.json");
    project.run("fullprocess", &[]).expect(65).says(&["\"calls\" is missing", "the incumbent, version 1, needs calls"]);
}

#[test]
fn a_run_that_is_killed_leaves_the_next_one_a_way() {
    let project = good();
    let model = project.read("production_deployment/trainedmodel.json");
    for milliseconds in [1, 3, 5, 8, 12, 18, 25, 40] {
        project.write("sourcedata/c.csv", customers(2000 + milliseconds, 30));
        let mut child = command("fullprocess").args(["--quiet"]).current_dir(project.path()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds as u64));
        let _ = child.kill();
        let _ = child.wait();
        assert!(project.json("production_deployment/trainedmodel.json")["fingerprint"].is_string());
        project.run("fullprocess", &["--quiet"]).expect(0);
        let left: Vec<String> = project.files().into_keys().filter(|n| n.ends_with("incumbent-tmp")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    assert_ne!(project.read("production_deployment/trainedmodel.json"), model);
}
