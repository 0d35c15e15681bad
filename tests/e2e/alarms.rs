//! Alarms, each raised by runs in a temporary folder, and the history that they come from.

use crate::api::App;
use crate::project::{Project, Ran, command, customers};
use incumbent::store::history::{History, RunRecord, StageRecord};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

const HISTORY: &str = "production_deployment/history.sqlite";

fn project(alerts: Value) -> Project {
    let project = Project::new();
    project.config(json!({"alerts": alerts, "schedule": "0 * * * *"}));
    project
}

fn kinds(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let alarms = json["alarms"].as_array().unwrap_or_else(|| panic!("{json}"));
    alarms.iter().map(|a| a["kind"].as_str().unwrap().to_string()).collect()
}

fn sql(project: &Project, text: &str) {
    Connection::open(project.at(HISTORY)).unwrap().execute_batch(text).unwrap();
}

fn number(project: &Project, query: &str) -> i64 {
    Connection::open(project.at(HISTORY)).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
}

/// So many runs that merged and trained in so many seconds.
fn earlier(project: &Project, runs: usize, seconds: f64) {
    std::fs::create_dir_all(project.at("production_deployment")).unwrap();
    for n in 0..runs {
        let stage = |stage: &str, seconds, rows| StageRecord { stage: stage.to_string(), seconds, rows };
        let run = RunRecord {
            run_id: format!("earlier {n}"),
            command: "fullprocess".to_string(),
            started: format!("2026-01-01T0{n}:00:00Z"),
            seconds: 2.0 * seconds,
            decision: Some("kept_incumbent".to_string()),
            stages: vec![
                stage("ingestion", 0.001, Some(140)),
                stage("training", seconds, Some(120)),
                stage("diagnostics", seconds, None),
                stage("reporting", seconds, None),
            ],
            ..RunRecord::default()
        };
        assert!(History::append(&project.at(HISTORY), "t", &run).unwrap().is_none());
    }
}

#[test]
fn a_long_job_that_ends_early_is_told_everywhere() {
    let project = project(json!({"faster_than": 0.5, "slower_than": 3}));
    earlier(&project, 5, 3000.0);
    let ran = project.run("fullprocess", &["--json", "--quiet"]).expect(0).says(&[
        "warning: alarm faster_than: training took only ",
        "where 3000.00 s are usual; that is the median of the last 5 comparable runs, and the limit is 0.5 of that",
        "warning: alarm faster_than: the run took only ",
        "where 6000.00 s are usual",
        "hint: look whether the input was cut short or a stage had less to do than it should; alerts.faster_than in",
    ]);
    assert_eq!(kinds(&ran), ["faster_than"; 4], "training, diagnostics, reporting and the run\n{}", ran.err);
    let told = project.json("models/diagnostics.json")["alarms"].clone();
    assert_eq!(told, ran.json()["alarms"], "those of the end too");
    assert!(project.read("fullprocess.log").contains("alarm faster_than: the run took only"));
    assert_eq!(number(&project, "SELECT count(*) FROM alarms JOIN runs USING(run_id) WHERE kind = 'faster_than'"), 4);
    // A run with nothing to do is no run that trained too fast.
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    assert_eq!(project.json("models/diagnostics.json")["alarms"], told, "diagnostics are those of their run");
}

#[test]
fn a_job_that_takes_too_long_is_told() {
    let project = Project::new();
    project.config(json!({"alerts": {"slower_than": 3}, "diagnostics": {"newest_versions": "always"}}));
    earlier(&project, 5, 0.01);
    // A registry that is slow to answer, as the program asks it.
    project.write("bin/cargo", "#!/bin/sh\nexec sleep 1.5\n");
    std::fs::set_permissions(project.at("bin/cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", project.at("bin").display(), std::env::var("PATH").unwrap());
    let mut fullprocess = command("fullprocess");
    fullprocess.arg("--json").current_dir(project.path()).env("PATH", path);
    let ran = Ran::of(&fullprocess.output().unwrap()).expect(0).says(&[
        "warning: alarm slower_than: diagnostics took ",
        "where 0.01 s are usual; that is the median of the last 5 comparable runs, and the limit is 3 times that",
        "warning: alarm slower_than: the run took ",
    ]);
    assert!(kinds(&ran).iter().all(|kind| kind == "slower_than"), "{}", ran.err);
}

#[test]
fn too_few_runs_and_trivial_durations_raise_nothing() {
    for (runs, seconds) in [(4, 3000.0), (5, 0.4)] {
        let project = project(json!({"faster_than": 1, "slower_than": 1e6}));
        earlier(&project, runs, seconds);
        assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    }
}

#[test]
fn files_with_few_rows_are_told_and_a_dry_run_records_nothing() {
    let project = project(json!({"min_new_rows": 100}));
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    project.write("sourcedata/c.csv", customers(3000, 30));
    let before = (project.files(), std::fs::read(project.at(HISTORY)).unwrap());
    let dry = project.run("fullprocess", &["--json", "--dry-run"]).expect(0);
    assert_eq!(dry.json()["alarms"][0], json!({"kind": "min_new_rows", "what": "30 new rows in 1 new file"}));
    assert_eq!((project.files(), std::fs::read(project.at(HISTORY)).unwrap()), before);
    let ran = project.run("fullprocess", &["--json"]).expect(0).says(&[
        "warning: alarm min_new_rows: 30 new rows in 1 new file; at least 100 are expected",
        "hint: look whether the files were delivered whole; alerts.min_new_rows in the config sets the limit",
    ]);
    assert_eq!(kinds(&ran), ["min_new_rows"]);
    assert_eq!(project.json("models/diagnostics.json")["alarms"], ran.json()["alarms"]);
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0], "nothing is new");
}

#[test]
fn data_that_stays_away_is_told_on_the_page_and_to_monitoring() {
    let project = project(json!({"max_days_without_data": 3}));
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    let app = App::start(&project);
    let gauge = |value: u8| format!("incumbent_alarms{{kind=\"max_days_without_data\"}} {value}\n");
    app.send("GET", "/metrics", &[], "").expect(200).says(&[&gauge(0)]);
    sql(&project, "UPDATE runs SET started = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-10 days')");
    // A run that is forced to train brings no data.
    assert_eq!(kinds(&project.run("fullprocess", &["--json", "--force"]).expect(0)), ["max_days_without_data"]);
    let idle = project.run("fullprocess", &["--json"]).expect(0).says(&["no new data has come for 10.0 days"]);
    assert_eq!((kinds(&idle), &idle.json()["decision"]), (vec!["max_days_without_data".into()], &json!("no_new_data")));
    app.send("GET", "/metrics", &[], "").expect(200).says(&[&gauge(1), "incumbent_alarms{kind=\"slower_than\"} 0\n"]);
    let page = app.send("GET", "/", &[("accept", "text/html")], "").expect(200);
    assert!(page.body.contains("Alarms of the last run") && page.body.contains("No new data has come for 10.0 days."));
    project.write("sourcedata/c.csv", customers(3000, 30));
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    assert!(!app.send("GET", "/", &[("accept", "text/html")], "").body.contains("Alarms of the last run"));
}

#[test]
fn scheduled_runs_that_did_not_take_place_are_told() {
    let project = project(json!({"missed_schedule": true}));
    assert_eq!(
        kinds(&project.run("fullprocess", &["--json"]).expect(0)),
        [""; 0],
        "nobody knows how old the schedule is"
    );
    assert_eq!(kinds(&project.run("fullprocess", &["--json"]).expect(0)), [""; 0]);
    sql(&project, "UPDATE runs SET started = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days')");
    let ran = project.run("fullprocess", &["--json"]).expect(0).says(&["did not take place, the first due at "]);
    assert_eq!(kinds(&ran), ["missed_schedule"]);
    let what = ran.json()["alarms"][0]["what"].as_str().unwrap().to_string();
    let count: usize = what.split(' ').next().unwrap().parse().unwrap();
    assert!((47..=48).contains(&count), "{what}");
    // A run that fails has alarms too: an empty list where it did not come so far.
    project.remove("testdata");
    assert_eq!(kinds(&project.run("fullprocess", &["--json", "--force"]).expect(66)), [""; 0]);
}

#[test]
fn trends_of_the_last_runs_stand_in_the_diagnostics() {
    let project = Project::new();
    project.write("sourcedata/a.csv", customers(0, 80).replace("c1,gold,27,", "c1,gold,,"));
    for run in 0..3 {
        project.write("sourcedata/c.csv", customers(3000 + run, 30));
        project.run("fullprocess", &[]).expect(0);
        project.run("fullprocess", &[]).expect(0);
    }
    let trends = project.json("models/diagnostics.json")["trends"].clone();
    let points = |measure: &str, name: &str| {
        let found = trends.as_array().unwrap().iter().find(|t| t["measure"] == measure && t["name"] == name);
        let found = found.unwrap_or_else(|| panic!("{measure} of {name} in {trends}"));
        found["points"].as_array().unwrap().len()
    };
    assert_eq!((points("score", "f1 of the challenger"), points("score", "f1 of the incumbent")), (3, 2));
    assert_eq!((points("missing_share", "fee"), points("latency", "/health")), (3, 2), "this run's calls come later");
    assert_eq!((points("stage_seconds", "training"), points("stage_seconds", "total")), (3, 2));
    let times: Vec<&str> =
        trends[0]["points"].as_array().unwrap().iter().map(|p| p["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
}

#[test]
fn a_history_of_version_1_serves_and_is_brought_up() {
    let project = project(json!({"max_days_without_data": 3}));
    project.run("fullprocess", &[]).expect(0);
    sql(
        &project,
        "DROP TABLE drift; DROP TABLE measures; DROP TABLE alarms; DROP INDEX scores_by_run;
                   DROP INDEX runs_by_start; DROP INDEX runs_at_work; PRAGMA user_version = 1",
    );
    let app = App::start(&project);
    app.send("GET", "/metrics", &[], "").expect(200).says(&["incumbent_alarms{kind=\"min_new_rows\"} 0\n"]);
    app.send("GET", "/", &[("accept", "text/html")], "").expect(200).says(&["First deployment"]);
    assert_eq!(number(&project, "PRAGMA user_version"), 1, "readers change nothing");
    sql(&project, "UPDATE runs SET started = '2026-01-01T00:00:00Z'");
    let ran = project.run("fullprocess", &["--json"]).expect(0);
    assert_eq!(kinds(&ran), ["max_days_without_data"]);
    assert!(!ran.err.contains("history"), "{}", ran.err);
    assert_eq!((number(&project, "PRAGMA user_version"), number(&project, "SELECT count(*) FROM runs")), (2, 2));
}

#[test]
fn a_history_of_a_newer_version_is_left_alone_and_the_run_goes_on() {
    let project = project(json!({"min_new_rows": 1000}));
    project.run("fullprocess", &[]).expect(0);
    sql(&project, "PRAGMA user_version = 3");
    let before = std::fs::read(project.at(HISTORY)).unwrap();
    project.write("sourcedata/c.csv", customers(3000, 30));
    let ran = project.run("fullprocess", &["--json"]).expect(0).says(&[
        "history.sqlite: the history is of a newer version and is left as it is; it has version 3, and this program",
        "hint: use the newer program that wrote it",
    ]);
    assert_eq!(kinds(&ran), ["min_new_rows"]);
    assert_eq!(std::fs::read(project.at(HISTORY)).unwrap(), before);
}
