//! One of several classes.

use crate::project::Project;
use serde_json::json;

/// Shops of three kinds by size and hours; every tenth label is another.
fn shops(first: usize, rows: usize) -> String {
    let mut text = String::from("size,hours,city,kind\n");
    for i in first..first + rows {
        let (size, hours) = ((i * 37) % 100, (i * 11) % 24);
        let mut kind = if size > 60 { 0 } else { 1 + usize::from(hours > 12) };
        if i % 10 == 0 {
            kind = (kind + 1) % 3;
        }
        text.push_str(&format!("{size},{hours},{},{}\n", ["north", "south"][i % 2], ["market", "kiosk", "bar"][kind]));
    }
    text
}

fn project(kind: &str) -> Project {
    let project = Project::new();
    project.remove("sourcedata");
    project.write("sourcedata/a.csv", shops(0, 400));
    project.write("testdata/test.csv", shops(1000, 200));
    project.config(json!({"model": {"kind": kind}}));
    project
}

#[test]
fn several_classes_are_learnt_scored_and_reported() {
    ["random_forest", "boosting"].into_iter().for_each(learnt_scored_and_reported);
}

fn learnt_scored_and_reported(kind: &str) {
    let project = project(kind);
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((run["decision"].as_str(), run["metric"].as_str()), (Some("first_deployment"), Some("macro_f1")));
    assert!(run["new_score"].as_f64().unwrap() > 0.8, "{run}");
    let score = project.json("models/latestscore.json");
    assert_eq!(score["confusion"]["classes"], json!(["bar", "kiosk", "market"]));
    let calls = project.json("models/apireturns.json");
    let body = &calls["calls"][2]["body"];
    assert_eq!(body["classes"], json!(["bar", "kiosk", "market"]));
    assert!(body["predictions"][0].is_string() && body["probabilities"][0].as_array().unwrap().len() == 3);
    assert_eq!(project.run("fullprocess", &["--json", "--force"]).expect(0).json()["decision"], "kept_incumbent");
}

#[test]
fn what_cannot_be_learnt_is_told() {
    let other = project("random_forest");
    other.config(json!({"model": {"kind": "random_forest"}, "data": {"task": "binary"}}));
    other.run("fullprocess", &[]).expect(65).says(&["data.task is binary", "\"task\": \"multiclass\""]);
    other.config(json!({"model": {"kind": "random_forest"}, "gate": {"metric": "f1"}}));
    other.run("fullprocess", &[]).expect(78).says(&["config.json: /gate/metric"]);
}

#[test]
fn a_new_class_in_the_data_does_not_stop_the_runs() {
    let project = project("boosting");
    project.run("fullprocess", &[]).expect(0);
    let kinds = |first: usize, rows: usize| {
        let lines = shops(first, rows);
        let moved = lines.lines().enumerate().map(|(i, line)| match line.split_once(',') {
            Some((size, rest)) if i > 0 && size.parse::<u32>().unwrap() > 85 => {
                format!("{size},{},{}", rest.rsplit_once(',').unwrap().0, "mall")
            }
            _ => line.to_string(),
        });
        moved.collect::<Vec<_>>().join("\n") + "\n"
    };
    project.remove("sourcedata/a.csv");
    project.write("sourcedata/b.csv", kinds(0, 400));
    project.write("testdata/test.csv", kinds(1000, 200));
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(run["decision"], "deployed", "{run}");
    assert!(run["old_score"].as_f64().unwrap() < run["new_score"].as_f64().unwrap());
    let score = project.json("models/latestscore.json");
    assert_eq!(score["confusion"]["classes"], json!(["bar", "kiosk", "mall", "market"]));
}

#[test]
fn a_third_class_joins_two() {
    let project = project("boosting");
    let two = |first: usize, rows: usize| shops(first, rows).replace(",bar\n", ",kiosk\n");
    project.config(json!({
        "model": {"kind": "boosting"},
        "data": {"task": "multiclass"},
        "gate": {"metric": "accuracy"},
    }));
    project.write("sourcedata/a.csv", two(0, 400));
    project.write("testdata/test.csv", two(1000, 200));
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/a.csv", shops(0, 400));
    project.write("testdata/test.csv", shops(1000, 200));
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(run["decision"], "deployed", "{run}");
    // Another target is another question all the same.
    project.config(json!({"model": {"kind": "boosting"}, "data": {"target": "city", "task": "multiclass"}}));
    project.run("fullprocess", &["--force"]).expect(65).says(&["answer different questions"]);
}

#[test]
fn the_positive_class_stays_whichever_is_rarer() {
    let project = Project::new();
    let rows = |stay: usize| {
        let lines =
            (0..200).map(|i| format!("{},{}\n", (i * 37) % 100 + i, if i % 10 < stay { "stay" } else { "gone" }));
        format!("x,end\n{}", lines.collect::<String>())
    };
    project.remove("sourcedata");
    for stay in [7, 3] {
        project.write("sourcedata/a.csv", rows(stay));
        project.write("testdata/test.csv", rows(6));
        project.run("fullprocess", &[]).expect(0);
        let score = project.json("models/latestscore.json");
        assert_eq!(score["confusion"]["classes"], json!(["stay", "gone"]));
    }
}

#[test]
fn a_slip_in_a_label_makes_no_third_class() {
    let project = Project::new();
    for i in 0..4 {
        project.write(&format!("sourcedata/more{i}.csv"), crate::project::customers(2000 + 100 * i, 100));
    }
    project.run("fullprocess", &[]).expect(0);
    project.write("sourcedata/slip.csv", "customer,plan,fee,calls,churned\nx1,gold,30,2,7\n");
    project.run("fullprocess", &[]).expect(65).says(&[
        "the target \"churned\" is \"7\" in 1 of",
        "tells 0 and 1 apart",
        "mend the labels",
    ]);
    project.config(json!({"data": {"task": "multiclass"}}));
    project.run("fullprocess", &[]).expect(0);
}
