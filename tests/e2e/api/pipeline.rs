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
    app.send("PUT", "/models/current", &[], json!({"version": "previous"}).to_string()).expect(503);
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
    put(json!({"version": 9})).expect(404).says(&["these are there: 1, 2"]);
    for wrong in
        [json!({}), json!({"version": 1.5}), json!({"version": "3"}), json!({"version": 1, "more": 1}), json!([1])]
    {
        put(wrong).expect(400);
    }
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    let events: Vec<_> = history["events"].as_array().unwrap().iter().map(|e| e["reason"].as_str().unwrap()).collect();
    assert_eq!(events.iter().filter(|r| **r == "switched over HTTP").count(), 2, "slips of clients are no events");
    assert_eq!(put(json!({"version": 2.0})).expect(200).json()["previous"], 2, "it is there already");
    let page = |app: &App| app.send("GET", "/", &[("Accept", "text/html")], "").expect(200).body;
    assert!(!page(&app).contains("switched over HTTP from version 1; it was"), "the last one went to version 2");
    put(json!({"version": "previous"})).expect(200);
    assert!(page(&app).contains("witched over HTTP from version 2; it was deployed at first since"), "{}", page(&app));
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
    app.send("PUT", "/models/current", &[], json!({"version": 1}).to_string()).expect(200);
    lock.unlock().unwrap();
    for wrong in ["[]", "{\"force\": 1}", "{\"fource\": true}", "{"] {
        app.post("/retrain", wrong).expect(400);
    }
    // The config as it is now, not as it was when the app began.
    project.write("config.json", "{");
    app.post("/retrain", "").expect(500).says(&["the config cannot be used"]);
    project.config(json!({"model": {"kind": "naive_bayes"}}));
    app.post("/retrain", "{\"force\": true}").expect(202);
    until("the run ends", || app.get("/retrain").1["running"] == false);
    assert!(project.read("models/trainedmodel.json").contains("\"naive_bayes\""));
    // A run that fails tells why, without a path of the server.
    let away = project.at("elsewhere");
    std::fs::rename(project.at("sourcedata"), &away).unwrap();
    app.post("/retrain", "").expect(202);
    until("the run ends", || app.get("/retrain").1["running"] == false);
    let outcome = app.get("/retrain").1["outcome"].clone();
    assert!(outcome["reason"].as_str().unwrap().contains("sourcedata"), "{outcome}");
    assert!(!outcome.to_string().contains(project.path().to_str().unwrap()), "{outcome}");
    assert_eq!(app.get("/health").1["last_exit_code"], 66);
    std::fs::rename(away, project.at("sourcedata")).unwrap();
    app.post("/retrain", "").expect(202);
    assert_eq!(app.stop(), 0, "the run is finished and the app ends in order");
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    assert!(history["current"].as_u64().is_some_and(|current| current <= 2), "{history}");
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

#[test]
fn added_rows_are_in_the_next_run_and_survive_a_kill() {
    let project = Project::new();
    let app = App::start(&project);
    let row = |i: usize| json!({"customer": format!("n{i}"), "plan": "gold", "fee": 30 + i % 20, "calls": 3, "churned": i % 2});
    app.post("/add_data", row(0).to_string()).expect(503).says(&["nothing was ingested yet"]);
    project.run("fullprocess", &[]).expect(0);
    let before = project.read("ingesteddata/finaldata.csv").lines().count();
    let answer = app.post("/add_data", row(0).to_string()).expect(200).json();
    assert_eq!((answer["added"].as_u64(), answer["rows_waiting"].as_u64()), (Some(1), Some(1)));
    app.post("/add_data", json!([row(1), row(2)]).to_string()).expect(200);
    let csv = "churned;customer;calls;plan;fee\n1;n3;;basic;44.5\n0;\"n;4\";2;basic;12\n";
    let reply = app.send("POST", "/add_data", &[("Content-Type", "text/csv")], csv).expect(200);
    assert_eq!(reply.json()["rows_waiting"], 5);
    app.kill();
    project.run("fullprocess", &[]).expect(0);
    let merged = project.read("ingesteddata/finaldata.csv");
    assert_eq!(merged.lines().count(), before + 5);
    for line in ["n0,gold,30,3,0", "n1,gold,31,3,1", "n3,basic,44.5,,1", "n;4,basic,12,2,0"] {
        assert_eq!(merged.lines().filter(|l| *l == line).count(), 1, "{line}\n{merged}");
    }
}

#[test]
fn rows_that_ingestion_would_refuse_are_refused_whole() {
    let project = Project::new();
    project.config(json!({"data": {"rules": {"fee": {"max": 1000}, "plan": {"allowed": ["gold", "basic"]}}}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let good = json!({"customer": "n1", "plan": "gold", "fee": 30, "calls": 3, "churned": 1});
    for (column, value, says) in [
        ("fee", json!(1001), "above the greatest allowed 1000"),
        ("fee", json!("much"), "is not a number"),
        ("plan", json!("silver"), "not among the allowed"),
        ("churned", json!(null), "the target is missing"),
        ("churned", json!(7), "the labels are 0 and 1"),
    ] {
        let mut bad = good.clone();
        bad[column] = value;
        let reply = app.post("/add_data", json!([good, bad]).to_string()).expect(400);
        assert!(reply.body.contains(says) && (reply.body.contains("row 2") || says.contains("labels")), "{reply:?}");
    }
    let mut lacking = good.clone();
    lacking.as_object_mut().unwrap().remove("churned");
    app.post("/add_data", lacking.to_string()).expect(400).says(&["target \\\"churned\\\" is missing"]);
    app.send("POST", "/add_data", &[("Content-Type", "text/csv")], "plan,fee\ngold\n")
        .expect(400)
        .says(&["line 2 has 1 cells"]);
    assert!(!project.at("sourcedata/added.csv").exists(), "nothing of a refused request is kept");
    // Identifier and ignored columns need not be sent.
    let mut short = good.clone();
    short.as_object_mut().unwrap().remove("customer");
    app.post("/add_data", short.to_string()).expect(200);
    assert_eq!(project.read("sourcedata/added.csv"), "customer,plan,fee,calls,churned\n,gold,30,3,1\n");
}

#[test]
fn many_clients_add_while_runs_go_on_and_no_row_is_lost_or_doubled() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let row =
        |i: usize| json!({"customer": format!("m{i:05}"), "plan": "gold", "fee": 30, "calls": 3, "churned": i % 2});
    std::thread::scope(|scope| {
        for part in 0..4 {
            let app = &app;
            scope.spawn(move || {
                for i in 0..40 {
                    app.post("/add_data", row(1000 * part + i).to_string()).expect(200);
                }
            });
        }
        for _ in 0..5 {
            project.run("ingestion", &[]).expect(0);
        }
    });
    project.run("ingestion", &[]).expect(0);
    let merged = project.read("ingesteddata/finaldata.csv");
    let mut found: Vec<&str> = merged.lines().filter(|l| l.starts_with('m')).map(|l| &l[..6]).collect();
    found.sort_unstable();
    let expected: Vec<String> =
        (0..4).flat_map(|part| (0..40).map(move |i| format!("m{:05}", 1000 * part + i))).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_model_is_evaluated_on_added_rows_beside_its_test_score() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    app.post("/evaluate_model", "").expect(404).says(&["no rows were added"]);
    let added = customers(3000, 80);
    let csv = [("Content-Type", "text/csv")];
    app.send("POST", "/add_data", &csv, &added).expect(200);
    let of_added = app.post("/evaluate_model", "").expect(200).json();
    assert_eq!(of_added["rows"]["rows"], 80);
    assert_eq!(of_added["test"]["value"], app.get("/scoring").1["score"]);
    let (low, value, high) =
        (&of_added["rows"]["interval"][0], &of_added["rows"]["value"], &of_added["rows"]["interval"][1]);
    assert!(low.as_f64() <= value.as_f64() && value.as_f64() <= high.as_f64(), "{of_added}");
    let of_body = app.send("POST", "/evaluate_model", &csv, &added).expect(200).json();
    assert_eq!(of_body["rows"], of_added["rows"], "the same rows, the same score");
    // The oracle: scoring on the same rows as test data.
    let other = Project::new();
    other.write("testdata/test.csv", &added);
    std::fs::create_dir_all(other.at("models")).unwrap();
    std::fs::copy(project.at("models/trainedmodel.json"), other.at("models/trainedmodel.json")).unwrap();
    let scored = other.run("scoring", &["--json"]).expect(0).json();
    assert_eq!(scored["score"]["value"], of_added["rows"]["value"]);
    // Sealed by a run that does not deploy, the rows still are new to the model in office.
    let again = project.run("fullprocess", &["--json"]).expect(0).json();
    if again["decision"] == "kept_incumbent" {
        assert_eq!(app.post("/evaluate_model", "").expect(200).json()["rows"], of_added["rows"]);
    } else {
        app.post("/evaluate_model", "").expect(404);
    }
    app.post("/evaluate_model", "{\"plan\": \"gold\"}").expect(400).says(&["target"]);
}

#[test]
fn predictions_are_logged_and_meet_their_labels() {
    let project = Project::new();
    project.config(json!({"api": {"log_predictions": true}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let rows: Vec<_> = (0..60).map(|i| json!({"customer": format!("p{i}"), "plan": (["basic", "gold"][i % 2]), "fee": 20 + (i * 7) % 50, "calls": (i * 3) % 9})).collect();
    let reply = app
        .send(
            "POST",
            "/predict",
            &[("Content-Type", "application/json"), ("X-Request-Id", "r-7")],
            json!(rows).to_string(),
        )
        .expect(200);
    let predicted = reply.json()["predictions"].as_array().unwrap().clone();
    app.get("/prediction?plan=gold&fee=60&calls=8");
    let history = project.at("production_deployment/history.sqlite");
    let count = |sql: &str| -> i64 {
        let open = rusqlite::Connection::open(&history).unwrap();
        open.query_row(sql, [], |row| row.get(0)).unwrap_or(-1)
    };
    until("the log is written", || count("SELECT count(*) FROM predictions") == 61);
    assert_eq!(
        count("SELECT count(*) FROM predictions WHERE request_id = 'r-7' AND model_version = 1 AND id = 'p' || row"),
        60
    );
    // Labels for all: the first 20 as predicted, the rest the other way round.
    let labelled: Vec<_> = rows
        .iter()
        .zip(&predicted)
        .enumerate()
        .map(|(i, (row, p))| {
            let mut row = row.clone();
            let label = p.as_u64().unwrap();
            row["churned"] = json!(if i < 20 { label } else { 1 - label });
            row
        })
        .collect();
    assert_eq!(app.post("/add_data", json!(labelled).to_string()).expect(200).json()["labels_noted"], 60);
    let live = app.post("/evaluate_model", "").expect(200).json()["live"][0].clone();
    assert_eq!((live["model_version"].as_u64(), live["rows"].as_u64()), (Some(1), Some(60)), "{live}");
    let accuracy = live["metrics"].as_array().unwrap().iter().find(|m| m["name"] == "accuracy").unwrap();
    assert!((accuracy["value"].as_f64().unwrap() - 20.0 / 60.0).abs() < 1e-12, "{live}");
    // A run writes into the same history meanwhile.
    project.run("fullprocess", &["--force"]).expect(0);
    app.get("/prediction?plan=gold&fee=61&calls=8");
    // A row of a megabyte is answered, and does not stand in the history.
    let long = json!([{"customer": "c".repeat(1 << 20), "plan": "é".repeat(1 << 19), "fee": 3, "calls": 1}]);
    app.post("/predict", long.to_string()).expect(200);
    assert_eq!(app.stop(), 0);
    assert_eq!(count("SELECT count(*) FROM predictions"), 63, "what waits is written when the app ends");
    assert_eq!(count("SELECT count(*) FROM predictions WHERE inputs LIKE '%é...\",\"fee\":3%' AND id IS NULL"), 1);
    assert!(count("SELECT max(length(inputs)) FROM predictions") < 66_000);
    assert!(!project.at("production_deployment/history.sqlite-wal").exists());
}
