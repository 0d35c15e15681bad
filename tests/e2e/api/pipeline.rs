//! The loop with the pipeline: versions, runs, hot reload.

use super::{App, until};
use crate::project::{Project, customers};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

fn lenient(project: &Project) {
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
}

#[test]
fn versions_are_listed_and_switched() {
    let project = Project::new();
    lenient(&project);
    let app = App::start(&project);
    assert_eq!(app.get("/models").1["models"], json!([]));
    app.send("PUT", "/models/current", &[], json!({"version": "previous"}).to_string()).expect(404);
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/c.csv", customers(2000, 30));
    project.run("fullprocess", &[]).expect(0);
    let (_, models) = app.get("/models");
    assert_eq!((models["current"].as_u64(), models["models"].as_array().unwrap().len()), (Some(2), 2));
    assert_eq!(models["models"][1]["in_office"], true);
    let put = |body: serde_json::Value| {
        app.send("PUT", "/models/current", &[("Content-Type", "application/json")], body.to_string())
    };
    assert_eq!(put(json!({"version": "previous"})).expect(200).json()["version"], 1);
    assert_eq!(app.get("/scoring").1["version"], 1);
    assert_eq!(put(json!({"version": 2})).expect(200).json()["previous"], 1);
    put(json!({"version": 9})).expect(404).says(&["there are versions 1, 2"]);
    for wrong in
        [json!({}), json!({"version": 1.5}), json!({"version": "3"}), json!({"version": 1, "more": 1}), json!([1])]
    {
        put(wrong).expect(400);
    }
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    let events: Vec<_> = history["events"].as_array().unwrap().iter().map(|e| e["reason"].as_str().unwrap()).collect();
    assert_eq!(events.iter().filter(|r| **r == "switched over HTTP").count(), 2);
}

#[test]
fn a_run_goes_on_in_the_background_under_the_lock() {
    let project = Project::new();
    let app = App::start(&project);
    assert_eq!(app.get("/retrain").1, json!({"running": false, "run_id": null, "outcome": null}));
    let accepted = app.post("/retrain", "").expect(202).json();
    let id = accepted["run_id"].as_str().unwrap().to_string();
    until("the run ends", || app.get("/retrain").1["running"] == false);
    let (_, last) = app.get("/retrain");
    assert_eq!(
        (last["run_id"].as_str(), last["outcome"]["decision"].as_str()),
        (Some(id.as_str()), Some("first_deployment"))
    );
    assert!(project.read("fullprocess.log").contains(&id));
    assert_eq!(app.get("/scoring").1["version"], 1);
    app.post("/retrain", "{}").expect(202);
    until("the run ends", || app.get("/retrain").1["running"] == false);
    assert_eq!(app.get("/retrain").1["outcome"]["decision"], "no_new_data");
    app.post("/retrain", "{\"force\": true}").expect(202);
    until("the run ends", || app.get("/retrain").1["running"] == false);
    assert_eq!(app.get("/retrain").1["outcome"]["decision"], "kept_incumbent");
    // Another's lock.
    let lock = std::fs::File::options().write(true).open(project.at("production_deployment/.lock")).unwrap();
    lock.lock().unwrap();
    app.post("/retrain", "").expect(409);
    app.send("PUT", "/models/current", &[], json!({"version": 1}).to_string()).expect(409);
    lock.unlock().unwrap();
    for wrong in ["[]", "{\"force\": 1}", "{\"fource\": true}", "{"] {
        app.post("/retrain", wrong).expect(400);
    }
    app.post("/retrain", "").expect(202);
    assert_eq!(app.stop(), 0, "the run is finished and the app ends in order");
    assert_eq!(project.run("deployment", &["--history", "--json"]).expect(0).json()["current"], 1);
}

#[test]
fn under_load_a_redeploy_fails_no_request_and_no_answer_mixes_two_models() {
    let project = Project::new();
    lenient(&project);
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/c.csv", customers(2000, 300));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let rows: Vec<_> =
        (0..300).map(|i| json!({"plan": (["basic", "gold"][i % 2]), "fee": 20 + i % 50, "calls": i % 9})).collect();
    let body = json!(rows).to_string();
    let put =
        |version: u64| app.send("PUT", "/models/current", &[], json!({"version": version}).to_string()).expect(200);
    let expected: Vec<_> = [1, 2]
        .map(|version| {
            put(version);
            app.post("/predict", &body).expect(200).json()
        })
        .into();
    assert_ne!(expected[0]["probabilities"], expected[1]["probabilities"]);
    let done = AtomicBool::new(false);
    let answers: usize = std::thread::scope(|scope| {
        let load = || {
            let mut answers = 0;
            while !done.load(Ordering::Relaxed) {
                let answer = app.post("/predict", &body).expect(200).json();
                assert!(expected.contains(&answer), "an answer of neither model");
                answers += 1;
            }
            answers
        };
        let loads: Vec<_> = (0..4).map(|_| scope.spawn(load)).collect();
        for i in 0..60 {
            put(1 + i % 2);
        }
        done.store(true, Ordering::Relaxed);
        loads.into_iter().map(|l| l.join().unwrap()).sum()
    });
    assert!(answers > 20, "{answers} answers during 60 switches");
}
