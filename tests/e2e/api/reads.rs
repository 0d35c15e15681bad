//! Reads: what the app tells of the model in office.

use super::App;
use crate::project::{Project, customers};
use serde_json::json;

#[test]
fn reasons_add_up_to_the_score() {
    for (kind, scale) in [("logistic_regression", 1.0), ("boosting", 1.0), ("random_forest", 0.0)] {
        let project = Project::new();
        project.config(json!({"model": {"kind": kind}}));
        project.run("fullprocess", &[]).expect(0);
        let app = App::start(&project);
        let (status, body) = app.get("/prediction?plan=gold&fee=60&calls=8&explain=true");
        assert_eq!(status, 200, "{body}");
        let reason = &body["explanations"][0][0];
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        let parts = reason["contributions"].as_object().unwrap();
        let mut columns: Vec<&str> = parts.keys().map(String::as_str).collect();
        let weights: Vec<f64> = parts.values().map(|v| number(v).abs()).collect();
        assert!(weights.is_sorted_by(|a, b| a >= b), "the weightiest first: {reason}");
        columns.sort_unstable();
        assert_eq!(columns, ["calls", "fee", "plan"]);
        let sum = number(&reason["base"]) + parts.values().map(number).sum::<f64>();
        assert!((sum - number(&reason["score"])).abs() < 1e-9, "{reason}");
        let p = number(&body["probabilities"][0][1]);
        let expected = if scale > 0.0 { 1.0 / (1.0 + (-sum).exp()) } else { sum };
        assert!((p - expected).abs() < 1e-9, "{kind}: {p} {expected}");
        assert_eq!(reason["of"], "1");
        assert!(app.get("/prediction?plan=gold&fee=60&calls=8&explain=false").1["explanations"].is_null());
        assert_eq!(app.get("/prediction?plan=gold&fee=60&calls=8&explain=maybe").0, 400);
        assert_eq!(app.get("/prediction?explain=true").1["explanations"].as_array().unwrap().len(), 100);
    }
}

#[test]
fn every_route_answers_and_reads_change_nothing() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let before = project.files();
    let app = App::start(&project);
    assert_eq!(app.get("/").1["status"], "Alive");
    let (status, predictions) = app.get("/prediction");
    assert_eq!((status, predictions["predictions"].as_array().unwrap().len()), (200, 100));
    assert!(predictions["predictions"].as_array().unwrap().iter().all(|p| *p == 0 || *p == 1));
    let (_, scoring) = app.get("/scoring");
    assert_eq!(scoring["score"].to_string(), project.read("models/latestscore.txt").trim());
    assert_eq!((scoring["metric"].as_str(), scoring["version"].as_u64()), (Some("f1"), Some(1)));
    let (_, stats) = app.get("/summarystats");
    assert_eq!(stats["columns"][2]["name"], "fee");
    assert!(stats["columns"][2]["numbers"]["median"].is_number());
    let (_, diagnostics) = app.get("/diagnostics");
    assert!(diagnostics["dependencies"]["packages"].as_array().unwrap().len() > 10);
    let (_, health) = app.get("/health");
    assert_eq!((health["status"].as_str(), health["model_version"].as_u64()), (Some("ok"), Some(1)));
    assert_eq!(project.files(), before);
    assert_eq!(app.stop(), 0, "SIGTERM ends the app in order");
}

#[test]
fn one_row_in_the_query() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let (status, row) = app.get("/prediction?plan=gold&fee=60&calls=");
    assert_eq!((status, row["predictions"].as_array().unwrap().len()), (200, 1), "{row}");
    for (query, says) in [
        ("plan=gold&fee=60", "feature \"calls\" is missing"),
        ("plan=gold&fee=60&calls=1&age=3", "\"age\" is not a feature of the model"),
        ("plan=gold&fee=much&calls=1", "\"much\" is not a number"),
    ] {
        let (status, problem) = app.get(&format!("/prediction?{query}"));
        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    }
}

#[test]
fn files_are_read_inside_the_folders_only() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    project.write("secret.csv", customers(0, 3));
    project.write("testdata/unlabelled.csv", "calls,plan,fee\n1,gold,50\n2,basic,30\n");
    std::os::unix::fs::symlink(project.at("secret.csv"), project.at("testdata/link.csv")).unwrap();
    let app = App::start(&project);
    for good in [
        "filename=unlabelled.csv",
        "filename=testdata/unlabelled.csv",
        "filename=unlabelled.csv&dirtype=test_data_path",
    ] {
        let (status, body) = app.get(&format!("/prediction?{good}"));
        assert_eq!((status, body["predictions"].as_array().map(Vec::len)), (200, Some(2)), "{good}: {body}");
    }
    let absolute = project.at("secret.csv").display().to_string();
    for bad in [
        "secret.csv",
        "../secret.csv",
        "..%2fsecret.csv",
        "link.csv",
        "%00.csv",
        "/etc/passwd",
        &absolute,
        "../config.json",
    ] {
        let (status, body) = app.get(&format!("/prediction?filename={bad}"));
        assert_eq!(status, 404, "{bad}: {body}");
        assert!(!body.to_string().contains(project.path().to_str().unwrap()), "no path of the server: {body}");
    }
    assert_eq!(app.get("/prediction?filename=a.csv&dirtype=elsewhere").0, 400);
}

#[test]
fn a_new_deployment_is_picked_up_without_a_restart() {
    let project = Project::new();
    let app = App::start(&project);
    let (status, body) = app.get("/prediction");
    assert_eq!((status, body["title"].as_str()), (503, Some("no model yet")));
    assert_eq!(app.get("/health").0, 503);
    project.run("fullprocess", &[]).expect(0);
    assert_eq!(app.get("/scoring").1["version"], 1);
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.write("sourcedata/c.csv", customers(2000, 30));
    project.run("fullprocess", &[]).expect(0);
    assert_eq!(app.get("/scoring").1["version"], 2);
    project.run("deployment", &["--rollback"]).expect(0);
    assert_eq!(app.get("/prediction").1["model_version"], 1);
}
