//! A clock that went back, and zones whose clocks change.

use super::{challenged, deploys};
use crate::project::{Project, Ran, command, customers};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde_json::json;

/// Long after every clock that this test will see.
const FUTURE: &str = "2090-01-02T03:04:05Z";

/// Makes all that a run left look as if the clock had been far ahead.
fn from_the_future(project: &Project) {
    for name in ["production_deployment/lastrun.json", "ingesteddata/ingestion.json", "models/latestscore.json"] {
        let mut content = project.json(name);
        content["time"] = json!(FUTURE);
        project.write(name, content.to_string());
    }
    let history = Connection::open(project.at("production_deployment/history.sqlite")).unwrap();
    assert!(history.execute("UPDATE runs SET started = ?1", [FUTURE]).unwrap() > 0);
    assert!(history.execute("UPDATE deployments SET time = ?1", [FUTURE]).unwrap() > 0);
}

#[test]
fn a_clock_that_went_back_is_told_and_stops_nothing() {
    let project = challenged();
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "schedule": "0 5 * * *"}));
    from_the_future(&project);
    project.write("sourcedata/added-20900102T030405Z.csv", customers(4000, 5));
    let check = project.run("fullprocess", &["--check"]);
    assert!(check.out.contains("before the last run at 2090-01-02T03:04:05"), "{}{}", check.out, check.err);
    deploys(&project);
    let merged = project.read("ingesteddata/finaldata.csv");
    assert!(customers(4000, 5).lines().all(|row| merged.contains(row)), "{merged}");
    let idle = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(idle["decision"], "no_new_data", "times decide nothing: {idle}");
    // Files are new by their content, whatever the clock says.
    project.write("sourcedata/c.csv", customers(6000, 30));
    let next = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(next["decision"], "deployed", "{next}");
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    let order: Vec<_> = history["events"].as_array().unwrap().iter().map(|e| e["version"].as_u64().unwrap()).collect();
    assert_eq!(order, [1, 2, 3], "events stand in the order in which they came");
    project.run("deployment", &["--rollback", "--quiet"]).expect(0);
    assert_eq!(project.run("deployment", &["--history", "--json"]).expect(0).json()["current"], 2);
}

/// Zones as POSIX writes them, so that no machine needs files for them: one of odd minutes that
/// changes its clock, one that changes it every day of the test, and one that cannot be read.
const ZONES: [&str; 4] = ["XYZ-5:45", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", "EST5EDT,0/0,J365/25", "no/zone"];

fn in_zone(project: &Project, zone: &str, arguments: &[&str]) -> Ran {
    let mut call = command("fullprocess");
    Ran::of(&call.args(arguments).env("TZ", zone).current_dir(project.path()).output().unwrap())
}

#[test]
fn times_are_utc_in_every_zone_and_zones_change_no_result() {
    let challenged = challenged();
    challenged.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "schedule": "30 2 * * *"}));
    let mut models = Vec::new();
    for zone in ZONES.into_iter().chain(["UTC"]) {
        let project = challenged.copy();
        let before = Utc::now().timestamp();
        in_zone(&project, zone, &["--quiet"]).expect(0);
        let after = Utc::now().timestamp();
        let is_now = |time: &str| {
            let then = DateTime::parse_from_rfc3339(time).unwrap_or_else(|e| panic!("{zone}: {time}: {e}"));
            assert!(time.ends_with('Z') && (before..=after).contains(&then.timestamp()), "{zone}: {time}");
        };
        for (name, key) in [
            ("ingesteddata/ingestion.json", "time"),
            ("production_deployment/versions/2/manifest.json", "time"),
            ("production_deployment/trainedmodel.json", "time"),
            ("models/latestscore.json", "time"),
        ] {
            is_now(project.json(name)[key].as_str().unwrap());
        }
        let history = Connection::open(project.at("production_deployment/history.sqlite")).unwrap();
        is_now(&history.query_row("SELECT max(started) FROM runs", [], |row| row.get::<_, String>(0)).unwrap());
        let log = project.read("fullprocess.log");
        is_now(log.lines().last().unwrap().split(' ').next().unwrap());
        models.push(project.json("production_deployment/trainedmodel.json")["fingerprint"].clone());
    }
    assert!(models.iter().all(|model| *model == models[0]), "{models:?}");
}

#[test]
fn schedules_are_read_in_the_zone_of_the_machine_as_cron_reads_them() {
    let project = Project::new();
    project.config(json!({"schedule": "30 2 * * *"}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    let shown = in_zone(&project, "XYZ-5:45", &["--check"]).expect(0).out;
    assert!(shown.contains("T02:30:00+05:45"), "{shown}");
    assert!(!shown.contains("between 00:00 and 03:59"), "no clock changes there: {shown}");
    let shown = in_zone(&project, ZONES[1], &["--check"]).expect(0).out;
    assert!(shown.contains("a run between 00:00 and 03:59 may be dropped or come twice"), "{shown}");
}
