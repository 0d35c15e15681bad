//! Arguments, exit codes, and where output goes.

use crate::project::{Project, command, customers};
use serde_json::json;
use std::process::Stdio;

const BINARIES: [&str; 9] =
    ["ingestion", "training", "scoring", "deployment", "diagnostics", "reporting", "apicalls", "app", "fullprocess"];

#[test]
fn every_binary_helps_and_tells_its_version() {
    let project = Project::new();
    for binary in BINARIES {
        let help = project.run(binary, &["--help"]).expect(0);
        for part in ["Example:", "Exit codes:", "  75  another run holds the lock", "--config", "--json", "--quiet"] {
            assert!(help.out.contains(part), "{binary}: {part}\n{}", help.out);
        }
        assert!(help.err.is_empty());
        let version = project.run(binary, &["--version"]).expect(0);
        assert_eq!(version.out.trim(), format!("{binary} {}", env!("CARGO_PKG_VERSION")));
        project.run(binary, &["--nonsense"]).expect(64).says(&["--nonsense"]);
    }
}

#[test]
fn a_config_that_is_not_there_is_told() {
    let project = Project::new();
    for binary in BINARIES {
        project
            .run(binary, &["--config", "none.json"])
            .expect(66)
            .says(&["error: none.json: failed to read the file", "hint: "]);
    }
}

#[test]
fn stages_in_the_wrong_order_are_told_what_is_missing() {
    let project = Project::new();
    project.run("training", &[]).expect(66).says(&["nothing was ingested yet", "hint: run ingestion first"]);
    project.run("ingestion", &[]).expect(0);
    project.run("scoring", &[]).expect(66).says(&["hint: run training first"]);
    project.run("training", &[]).expect(0);
    project.run("deployment", &[]).expect(66).says(&["hint: run scoring first"]);
    project.run("deployment", &["--rollback"]).expect(66).says(&["nothing was ever deployed"]);
}

#[test]
fn results_go_to_standard_output_and_messages_to_standard_error() {
    let project = Project::new();
    let ran = project.run("fullprocess", &[]).expect(0);
    assert!(ran.out.starts_with("first_deployment: ") && ran.out.lines().count() == 1, "{}", ran.out);
    assert!(ran.err.contains("ingestion   2 files, 140 rows read: 120 kept, 20 duplicate, 0 rejected"), "{}", ran.err);
    let quiet = project.run("fullprocess", &["--quiet"]).expect(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let json = project.run("fullprocess", &["--json", "--force"]).expect(0).json();
    for key in ["run_id", "decision", "reason", "old_score", "new_score", "metric", "version", "stages"] {
        assert!(!json[key].is_null(), "{key} in {json}");
    }
    let names: Vec<&str> = json["stages"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ingestion", "training", "scoring", "diagnostics", "reporting", "apicalls"]);
    for binary in ["ingestion", "training", "scoring", "deployment", "diagnostics", "reporting", "apicalls"] {
        project.run(binary, &["--json"]).expect(0).json();
    }
    let failed = project.run("fullprocess", &["--json", "--config", "none.json"]).expect(66).json();
    assert_eq!(failed["decision"], "failed");
    assert_eq!(failed["error"]["exit_code"], 66);
}

#[test]
fn the_working_directory_does_not_matter() {
    let project = Project::new();
    let config = project.at("config.json");
    let output = command("fullprocess").arg("--config").arg(&config).current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(project.at("production_deployment/trainedmodel.json").exists() && project.at("fullprocess.log").exists());
}

#[test]
fn a_second_run_at_once_is_told_who_holds_the_lock() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let lock = std::fs::File::options().write(true).open(project.at("production_deployment/.lock")).unwrap();
    lock.lock().unwrap();
    let holder = project.read("production_deployment/.lock");
    for (binary, arguments) in
        [("fullprocess", vec!["--force"]), ("training", vec![]), ("fullprocess", vec!["--dry-run"])]
    {
        project.run(binary, &arguments).expect(75).says(&[holder.trim(), "holds the lock", "hint: "]);
    }
    drop(lock);
    project.run("fullprocess", &["--force"]).expect(0);
}

#[test]
fn the_doctor_looks_and_changes_nothing() {
    let project = Project::new();
    project.config(serde_json::json!({"schedule": "*/10 * * * *"}));
    let before = project.files();
    let checked = project.run("fullprocess", &["--check"]).expect(0);
    for part in ["config", "folders", "rights", "disk", "lock", "schedule", "every 10 minutes", "runs", "clock"] {
        assert!(checked.out.contains(part), "{part} in\n{}", checked.out);
    }
    assert_eq!(project.files(), before);
    assert!(!project.at("production_deployment").exists());
    project.remove("sourcedata");
    let checked = project.run("fullprocess", &["--check"]).expect(66);
    assert!(checked.out.contains("BAD  folders") && checked.out.contains("sourcedata"), "{}", checked.out);
}

#[test]
fn the_doctor_holds_the_config_against_the_data() {
    let project = Project::new();
    let checked = project.run("fullprocess", &["--check"]).expect(0).out;
    for told in [
        "2 files, 140 rows read: 120 kept, 20 duplicate",
        "5 columns, 3 of them features; the target \"churned\" is yes or no",
        "100 test rows can be used",
    ] {
        assert!(checked.contains(told), "{told} in\n{checked}");
    }
    let doctor_says = |code: i32, told: &[&str]| {
        let before = project.files();
        let checked = project.run("fullprocess", &["--check"]).expect(code).out;
        for told in told {
            assert!(checked.contains(told), "{told} in\n{checked}");
        }
        assert_eq!(project.files(), before);
        project.run("fullprocess", &["--force"]).expect(code).says(told);
    };
    // Before anything was ingested, and after.
    for _ in 0..2 {
        project.config(serde_json::json!({
            "data": {"id": ["custmer"], "rules": {"fees": {"min": 0}}},
            "model": {"kind": "boosting", "monotone": {"cals": "increasing"}},
            "gate": {"segments": ["pln"]},
        }));
        doctor_says(
            78,
            &[
                "config.json: /data/id/0: no column is called \"custmer\"",
                "did you mean \"customer\"?",
                "config.json: /data/rules/fees: no column is called \"fees\"",
                "config.json: /model/monotone/cals: no column is called \"cals\"",
                "config.json: /gate/segments/0: no column of the test data is called \"pln\"",
            ],
        );
        project.config(serde_json::json!({"data": {"ignore": ["churned"]}}));
        doctor_says(78, &["config.json: /data/ignore/0: column \"churned\" is the target"]);
        project.config(serde_json::json!({
            "gate": {"metric": "r2"}, "model": {"kind": "linear_regression"}
        }));
        doctor_says(78, &["config.json: /gate/metric: ", "config.json: /model/kind: ", "the target is yes or no"]);
        project.config(serde_json::json!({"data": {"positive": "yes"}}));
        doctor_says(78, &["config.json: /data/positive", "its values are 0, 1"]);
        project.config(serde_json::json!({}));
        project.run("fullprocess", &[]).expect(0);
    }
}

/// What the run refuses before it trains, the doctor refuses too, in the same words and with the same
/// exit code.
#[test]
fn the_doctor_holds_the_data_against_itself() {
    type Spoil = fn(&Project);
    let cases: [(bool, Spoil, i32, &str); 9] = [
        (false, |p| p.remove("testdata/test.csv"), 66, "testdata: there is no test data"),
        (
            false,
            |p| p.write("testdata/test.csv", customers(0, 9).replace("churned", "gone")),
            65,
            "\"churned\" is missing",
        ),
        (false, |p| p.write("testdata/test.csv", "garbage\n\0"), 65, "testdata/test.csv"),
        (false, |p| p.write("testdata/test.csv", customers(0, 0)), 65, "there is no row"),
        (
            false,
            |p| {
                p.remove("sourcedata/a.csv");
                p.remove("sourcedata/b.csv");
            },
            66,
            "there is no input file in the folder",
        ),
        (false, |p| p.config(json!({"data": {"features": []}})), 65, "no feature left to learn from"),
        (false, |p| p.config(json!({"data": {"types": {"plan": "number"}}})), 65, "sourcedata"),
        (true, |p| p.write("sourcedata/c.csv", customers(500, 9).replace("fee,", "charge,")), 65, "sourcedata/c.csv"),
        (
            true,
            |p| p.config(json!({"data": {"target": "plan"}})),
            65,
            "challenger and incumbent answer different questions",
        ),
    ];
    for (after_a_run, spoil, code, told) in cases {
        let project = Project::new();
        if after_a_run {
            project.run("fullprocess", &[]).expect(0);
        }
        spoil(&project);
        let before = project.files();
        let checked = project.run("fullprocess", &["--check"]).expect(code).out;
        assert!(checked.contains("BAD  data") && checked.contains(told), "{told} in\n{checked}");
        assert_eq!(project.files(), before);
        project.run("fullprocess", &["--force"]).expect(code).says(&[told]);
    }
}

#[test]
fn crontab_and_systemd_texts_name_absolute_paths() {
    let project = Project::new();
    project.run("fullprocess", &["--crontab"]).expect(78).says(&["/schedule", "hint: add one to the config"]);
    project.config(serde_json::json!({"schedule": "*/10 * * * *"}));
    let crontab = project.run("fullprocess", &["--crontab", "--quiet"]).expect(0).out;
    let line = crontab.lines().find(|l| l.starts_with("*/10 * * * * /")).unwrap_or_else(|| panic!("{crontab}"));
    assert!(line.contains(project.at("config.json").to_str().unwrap()), "{line}");
    let units = project.run("fullprocess", &["--systemd"]).expect(0).out;
    assert!(
        units.contains("OnCalendar=") && units.contains("ExecStart=") && units.contains("Persistent=true"),
        "{units}"
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let project = Project::new();
    let mut child = command("fullprocess")
        .current_dir(project.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
