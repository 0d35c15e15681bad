//! `model.kind: auto`.

use crate::project::Project;
use serde_json::{Value, json};

fn kinds(board: &Value) -> Vec<String> {
    board["standings"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap().to_string()).collect()
}

#[test]
fn the_best_of_cross_validation_is_trained_and_the_test_data_is_not_touched() {
    let project = Project::new();
    project.remove("testdata");
    project.config(json!({"model": {"kind": "auto"}, "gate": {"metric": "roc_auc"}}));
    project.run("ingestion", &[]).expect(0);
    let trained = project.run("training", &["--json"]).expect(0).says(&["1. ", "roc_auc"]).json();
    let board = &trained["leaderboard"];
    assert_eq!(board["metric"], "roc_auc");
    let means: Vec<f64> = board["standings"].as_array().unwrap().iter().map(|s| s["mean"].as_f64().unwrap()).collect();
    assert!(means.len() > 3 && means.windows(2).all(|w| w[0] >= w[1]), "{means:?}");
    assert_eq!(trained["model"], kinds(board)[0]);
    let again = project.run("training", &["--json"]).expect(0).json();
    assert_eq!((&again["fingerprint"], &again["leaderboard"]), (&trained["fingerprint"], board));
}

#[test]
fn a_whole_run_with_several_classes() {
    let project = Project::new();
    let rows = |first: usize, n: usize| {
        let mut text = String::from("a,b,kind\n");
        for i in first..first + n {
            let (a, b) = ((i * 37) % 100, (i * 53) % 100);
            text.push_str(&format!("{a},{b},{}\n", ["x", "y", "z"][usize::from(a > 50) + usize::from(b > 70)]));
        }
        text
    };
    project.remove("sourcedata");
    project.write("sourcedata/a.csv", rows(0, 300));
    project.write("testdata/test.csv", rows(1000, 100));
    project.config(json!({"model": {"kind": "auto"}}));
    project.run("fullprocess", &[]).expect(0);
    let board = project.json("models/trainedmodel.json")["content"]["leaderboard"].clone();
    assert!(kinds(&board).contains(&"logistic_regression".to_string()), "it learns several classes");
    assert!(project.at("models/report.pdf").exists());
}

#[test]
fn auto_takes_no_parameters() {
    let project = Project::new();
    project.config(json!({"model": {"kind": "auto", "params": {"c": 1.0}, "budget_seconds": 5}}));
    project.run("fullprocess", &[]).expect(78).says(&["/model/params/c: auto takes no parameters"]);
}
