//! Quantities, labels, calibrated probabilities and chosen thresholds, end to end.

use crate::project::Project;
use serde_json::{Value, json};

/// Flats: the price follows size and floor, the labels what is in them.
fn flats(first: usize, rows: usize) -> String {
    let mut text = String::from("size,floor,quarter,price,lift,garden,palace\n");
    for i in first..first + rows {
        let (size, floor) = (20 + (i * 37) % 100, (i * 11) % 7);
        let quarter = ["north", "south", "east"][(i / 3) % 3];
        let noise = (i * 29) % 13;
        let price = 1500.5 * size as f64 + 900.0 * floor as f64 + 1000.0 * noise as f64;
        let lift = usize::from(floor > 2 || i % 17 == 0);
        let garden = if (floor == 0) ^ (i % 19 == 0) { "yes" } else { "no" };
        text.push_str(&format!("{size},{floor},{quarter},{price},{lift},{garden},0\n"));
    }
    text
}

fn project(config: Value) -> Project {
    let project = Project::new();
    project.remove("sourcedata");
    project.write("sourcedata/a.csv", flats(0, 400));
    project.write("testdata/test.csv", flats(1000, 200));
    project.config(config);
    project
}

fn labels(more: Value) -> Value {
    let mut config = json!({
        "data": {"target": ["lift", "garden", "palace"], "ignore": ["price"]},
        "model": {"kind": "boosting"},
    });
    for (key, value) in more.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

#[test]
fn a_quantity_is_learnt_scored_and_reported() {
    for kind in ["boosting", "random_forest", "auto"] {
        let config = json!({
            "data": {"target": "price", "ignore": ["lift", "garden", "palace"]},
            "model": {"kind": kind, "budget_seconds": 2},
        });
        let project = project(config);
        let run = project.run("fullprocess", &["--json"]).expect(0).json();
        assert_eq!((run["decision"].as_str(), run["metric"].as_str()), (Some("first_deployment"), Some("rmse")));
        let score = project.json("models/latestscore.json");
        let value = |name: &str| {
            let metrics = score["metrics"].as_array().unwrap();
            metrics.iter().find(|m| m["name"] == name).unwrap()["value"].as_f64().unwrap()
        };
        assert!(value("r2") > 0.9 && value("mae") < value("rmse") && value("mape") < 0.2, "{kind}: {score}");
        assert_eq!(score["importance"][0]["column"], "size");
        assert!(score["confusion"].is_null() && score["threshold"].is_null());
        let calls = project.json("models/apireturns.json");
        let body = &calls["calls"][2]["body"];
        assert!(body["predictions"][0].as_f64().unwrap() > 10_000.0 && body["probabilities"].is_null(), "{body}");
        // Lower is better: a challenger that has seen less is not promoted.
        project.write("sourcedata/a.csv", flats(0, 40));
        let run = project.run("fullprocess", &["--json"]).expect(0).json();
        assert_eq!(run["decision"], "kept_incumbent", "{run}");
        assert!(run["old_score"].as_f64().unwrap() < run["new_score"].as_f64().unwrap());
        assert!(project.at("models/report.pdf").exists() && project.at("models/confusionmatrix.png").exists());
    }
}

#[test]
fn the_target_says_what_is_asked() {
    let project = project(json!({"data": {"target": "price"}, "model": {"kind": "random_forest"}}));
    assert_eq!(project.run("fullprocess", &["--json"]).expect(0).json()["metric"], "rmse");
    project.config(json!({"data": {"target": "price", "task": "binary"}, "model": {"kind": "boosting"}}));
    project.run("fullprocess", &["--force"]).expect(65).says(&["data.task is binary"]);
    project.config(json!({"data": {"target": "quarter", "task": "regression"}, "model": {"kind": "boosting"}}));
    project.run("fullprocess", &["--force"]).expect(65).says(&["the target \"quarter\" holds texts"]);
    project.config(json!({"data": {"target": "price"}, "gate": {"metric": "f1"}, "model": {"kind": "boosting"}}));
    let why = ["/gate/metric", "\"f1\" has no meaning for a regression target", "use one of rmse, mae"];
    project.run("fullprocess", &["--force"]).expect(78).says(&why);
    project.config(json!({"data": {"target": "price"}, "model": {"calibration": "sigmoid"}}));
    project.run("fullprocess", &["--force"]).expect(78).says(&["/model/calibration: a quantity has no probabilities"]);
    project.config(json!({"data": {"target": "price"}, "model": {"threshold": "chosen"}}));
    project.run("fullprocess", &["--force"]).expect(78).says(&["/model/threshold: there is no threshold to choose"]);
    project.config(json!({"data": {"target": "price"}}));
    project.run("training", &[]).expect(0);
    assert_eq!(project.json("models/trainedmodel.json")["content"]["pipeline"]["kind"], "ridge");
}

#[test]
fn labels_are_learnt_scored_and_reported() {
    let project = project(labels(json!({})));
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((run["decision"].as_str(), run["metric"].as_str()), (Some("first_deployment"), Some("micro_f1")));
    assert!(run["new_score"].as_f64().unwrap() > 0.8, "{run}");
    let score = project.json("models/latestscore.json");
    assert_eq!(score["labels"].as_array().unwrap().len(), 3);
    assert_eq!(score["labels"][2], json!({"label": "palace", "rows": 0, "predicted": 0, "both": 0}));
    let calls = project.json("models/apireturns.json");
    let body = &calls["calls"][2]["body"];
    assert_eq!(body["labels"], json!(["lift", "garden", "palace"]));
    assert_eq!(body["probabilities"][0].as_array().unwrap().len(), 3);
    assert!(body["predictions"].as_array().unwrap().iter().any(|labels| labels == &json!(["lift"])), "{body}");
    assert_eq!(project.run("fullprocess", &["--json", "--force"]).expect(0).json()["decision"], "kept_incumbent");
}

#[test]
fn wrong_labels_are_told() {
    let project = project(labels(json!({})));
    project.write("sourcedata/a.csv", flats(0, 400).replace(",yes,0\n", ",maybe,0\n"));
    let why = ["the label is \"maybe\"; column \"garden\"", "a label is yes or no"];
    project.run("fullprocess", &[]).expect(65).says(&why);
    // One slip is set aside like any other bad cell.
    project.write("sourcedata/a.csv", flats(0, 400).replacen(",yes,0\n", ",maybe,0\n", 1));
    project.run("fullprocess", &[]).expect(0).says(&["1 of 400 rows", "labels that no row has", "\"palace\""]);
    project.config(json!({"data": {"target": ["lift", "lift"]}}));
    project.run("fullprocess", &[]).expect(78).says(&["/data/target/1", "stands twice"]);
    project.config(json!({"data": {"target": ["lift", "gardn"]}}));
    project.run("fullprocess", &[]).expect(78).says(&["/data/target/1: no column is called \"gardn\""]);
    project.config(json!({"data": {"target": ["lift", "garden"], "task": "binary"}}));
    project.run("fullprocess", &[]).expect(78).says(&["/data/task: several targets are no binary question"]);
}

/// One of the flats' labels as a rare yes/no question.
fn rare(model: Value) -> Value {
    json!({"data": {"target": "garden", "ignore": ["price", "lift", "palace"]}, "model": model})
}

#[test]
fn thresholds_are_chosen_on_the_training_data() {
    let project = project(rare(json!({"kind": "logistic_regression", "threshold": "chosen"})));
    project.run("fullprocess", &[]).expect(0);
    let score = project.json("models/latestscore.json");
    let threshold = score["threshold"].as_f64().unwrap();
    assert!(threshold != 0.5 && score["own_threshold"] == true, "{score}");
    let saved = project.json("models/trainedmodel.json")["content"]["pipeline"]["answering"]["threshold"].clone();
    assert_eq!(saved.as_f64(), Some(threshold));
    // The test data has no part in it: without most of it the threshold is the same.
    project.write("testdata/test.csv", flats(1000, 60));
    project.run("training", &[]).expect(0);
    let again = project.json("models/trainedmodel.json")["content"]["pipeline"]["answering"]["threshold"].clone();
    assert_eq!(again, saved);
    // A threshold of the config holds for both models, whatever the incumbent has chosen.
    project.config(rare(json!({"kind": "logistic_regression", "threshold": 0.4})));
    let run = project.run("fullprocess", &["--json", "--force"]).expect(0).json();
    assert_eq!(run["old_score"], run["new_score"], "the same model but for its threshold");
    let score = project.json("models/latestscore.json");
    assert!(score["threshold"] == 0.4 && score["own_threshold"].is_null(), "{score}");
    project.config(rare(json!({"threshold": "best"})));
    project.run("fullprocess", &[]).expect(78).says(&["/model/threshold: must be a number from 0 to 1, or \"chosen\""]);
}

#[test]
fn calibrated_probabilities_are_deployed() {
    for method in ["sigmoid", "isotonic"] {
        let forest = json!({"kind": "random_forest", "calibration": method});
        let project = project(rare(forest));
        project.run("fullprocess", &[]).expect(0);
        let maps = &project.json("models/trainedmodel.json")["content"]["pipeline"]["answering"]["calibration"]["maps"];
        assert!(maps[0][method].is_object(), "{maps}");
        let body = &project.json("models/apireturns.json")["calls"][2]["body"];
        for row in body["probabilities"].as_array().unwrap() {
            let sum: f64 = row.as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}
