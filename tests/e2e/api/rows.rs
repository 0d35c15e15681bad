//! Rows in every shape that our own routes take.

use super::{App, until};
use crate::project::{Project, customers};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn deployed() -> (Project, App) {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    (project, app)
}

#[test]
fn every_shape_of_the_same_row_is_answered_alike() {
    let (project, app) = deployed();
    project.write("testdata/one.csv", "plan,fee,calls\ngold,60,8\n");
    let expected = app.get("/prediction?plan=gold&fee=60&calls=8").1;
    let row = json!({"plan": "gold", "fee": 60, "calls": 8});
    for body in [
        row.clone(),
        json!([row]),
        json!({"fee": 60.0, "calls": "8", "plan": "gold", "customer": "c1", "churned": 1, "more": [1, {"a": 2}]}),
        json!({"values": [["gold", 60, 8]]}),
        json!([["gold", 60, 8]]),
        json!({"filepath": "one.csv"}),
        json!({"filename": "one.csv"}),
        json!({"filepath": "testdata/one.csv", "dirtype": "test_data_path"}),
    ] {
        for path in ["/prediction", "/predict"] {
            assert_eq!(app.post(path, body.to_string()).expect(200).json(), expected, "{body}");
        }
    }
    for csv in [
        ",plan,fee,calls\n0,gold,60,8\n",
        "\u{feff},plan,fee,calls\n0,gold,60,8\n",
        "plan,fee,calls\ngold,60,8\n",
        "calls;plan;fee;x\r\n8;gold;60;y\r\n",
    ] {
        let reply = app.send("POST", "/predict", &[("Content-Type", "text/csv; charset=utf-8")], csv);
        assert_eq!(reply.expect(200).json(), expected);
    }
    let p = app.post("/predict_proba", row.to_string()).expect(200).json();
    assert_eq!(p["probabilities"][0]["1"], expected["probabilities"][0][1]);
}

#[test]
fn a_missing_cell_is_null_and_a_missing_feature_is_told() {
    let (_project, app) = deployed();
    let missing = app.get("/prediction?plan=gold&fee=60&calls=").1;
    for absent in [json!(null), json!(""), json!("NA")] {
        let body = json!({"plan": "gold", "fee": 60, "calls": absent});
        assert_eq!(app.post("/predict", body.to_string()).expect(200).json(), missing);
    }
    // As Python writes it, and MLflow's client sends it.
    let body = "{\"plan\": \"gold\", \"fee\": 60, \"calls\": NaN}";
    assert_eq!(app.post("/predict", body).expect(200).json(), missing);
    for (body, says) in [
        (json!({"plan": "gold", "fee": 60}), vec!["row 1: feature \\\"calls\\\" is missing"]),
        (json!({"plan": "gold", "fee": 60, "call": 1}), vec!["is it \\\"call\\\"? rename it"]),
        (
            json!([{"plan": "gold", "fee": 60, "calls": 1}, {"plan": "gold", "fee": "x", "calls": true}]),
            vec!["row 2", "column \\\"fee\\\""],
        ),
        (json!({"values": [["gold", 60]]}), vec!["row 1: 2 values where there are 3 columns\",\"instance"]),
        (json!({"plan": ["gold"], "fee": 60, "calls": 1}), vec!["row 1: ", "expected a cell"]),
        (json!([]), vec!["there is no row"]),
        (json!("gold"), vec!["none of"]),
        (json!([1, 2]), vec!["a row is an object"]),
    ] {
        app.post("/predict", body.to_string()).expect(400).says(&says);
    }
    for broken in ["", "{", "[{\"plan\": \"gold\",}]", "\u{feff}{", "{\"fee\": 1e999}"] {
        app.post("/predict", broken).expect(400).says(&["the body cannot be read"]);
    }
    app.post("/predict", "").expect(400).says(&["it is empty"]);
    app.send("POST", "/predict", &[("Content-Encoding", "gzip")], "x").expect(415).says(&["not compressed"]);
    app.post("/predict", "\u{feff}{\"plan\": \"gold\", \"fee\": 60, \"calls\": 8}").expect(200);
    app.post("/predict", "{\"plan\": \"gold\", \"fee\": \"39,9\", \"calls\": 8}").expect(400).says(&["write 39.9"]);
    app.post("/predict", b"\xff\xfe").expect(400);
    app.post("/predict", "[".repeat(100_000)).expect(400);
    app.send("POST", "/predict", &[("Content-Type", "text/plain")], "{}").expect(415);
    app.send("POST", "/predict?explain=perhaps", &[], "{}").expect(400);
    app.send("POST", "/predict?plan=gold", &[], "{}").expect(400);
}

#[test]
fn truth_values_and_whole_numbers_are_spelt_as_in_the_data() {
    let project = Project::new();
    let rows = |first: usize| {
        let mut text = String::from("zone,member,fee,left\n");
        for i in first..first + 120 {
            let (zone, member, fee) = (i % 4, ["True", "False"][i % 2], (i * 7) % 50);
            let left = u8::from((zone == 2 || member == "True" && fee > 20) ^ (i % 13 == 0));
            writeln!(text, "z{zone},{member},{fee},{left}").unwrap();
        }
        text.replace(",z", ",")
    };
    project.remove("sourcedata");
    project.remove("testdata");
    project.write("sourcedata/a.csv", rows(0));
    project.write("testdata/t.csv", rows(500));
    project.config(json!({"data": {"types": {"zone": "category", "member": "category"}}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let ask = |member: Value| {
        app.post("/predict_proba", json!({"zone": "z1", "member": member, "fee": 30}).to_string()).expect(200).json()
    };
    assert_eq!(ask(json!(true)), ask(json!("True")));
    assert_ne!(ask(json!(true)), ask(json!(false)));
}

#[test]
fn a_batch_of_100_000_rows_is_answered_in_parts_and_in_bounded_memory() {
    let (_project, app) = deployed();
    let mut rows = String::from("[");
    let mut csv = String::from("plan,fee,calls\n");
    for i in 0..100_000 {
        let comma = if i > 0 { "," } else { "" };
        let (plan, fee, calls) = (["basic", "gold"][i % 2], 20 + (i * 7) % 50, (i * 3) % 9);
        write!(rows, "{comma}{{\"plan\":\"{plan}\",\"fee\":{fee},\"calls\":{calls}}}").unwrap();
        writeln!(csv, "{plan},{fee},{calls}").unwrap();
    }
    rows.push(']');
    let before = app.peak();
    let reply = app.post("/predict", &rows).expect(200);
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    let answer = reply.json();
    let growth = app.peak() - before;
    assert!(growth < 40 << 20, "{} MB for a body of {} MB", growth >> 20, rows.len() >> 20);
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 100_000);
    assert_eq!(answer["probabilities"].as_array().unwrap().len(), 100_000);
    let one = app.get("/prediction?plan=gold&fee=27&calls=3").1;
    assert_eq!(answer["probabilities"][1], one["probabilities"][0], "a row in a batch is answered as alone");
    let again = app.send("POST", "/predict", &[("Content-Type", "text/csv")], &csv).expect(200).json();
    assert_eq!(again, answer);
    app.post("/predict?explain=true", &rows).expect(400).says(&["up to 1000 rows"]);
}

#[test]
fn the_most_probable_of_many_labels_come_first() {
    let project = Project::new();
    project.remove("sourcedata");
    project.remove("testdata");
    let names = |first: usize| {
        let mut text = String::from("name,language\n");
        for i in first..first + 300 {
            let (ending, language) =
                [("ov", "Russian"), ("ini", "Italian"), ("sson", "Swedish"), ("ez", "Spanish")][i % 4];
            let stem = ["bar", "lom", "tar", "gil", "mon", "fer", "dan"][i % 7];
            writeln!(text, "{stem}{i}{ending},{language}").unwrap();
        }
        text
    };
    project.write("sourcedata/a.csv", names(0));
    project.write("testdata/t.csv", names(1000));
    project.config(json!({"data": {"types": {"name": "text"}}, "api": {"log_predictions": true}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let body = app.get("/prediction?name=korsakov&top=2").1;
    let top = body["top"][0].as_array().unwrap();
    assert_eq!((top.len(), top[0]["label"].as_str()), (2, Some("Russian")), "{body}");
    assert!(top[0]["probability"].as_f64() > top[1]["probability"].as_f64() && body["probabilities"].is_null());
    assert_eq!(app.get("/prediction?name=a&top=0").0, 400);
    for body in [json!({"name": "korsakov", "n_predictions": 3}), json!({"surname": "korsakov", "n_predictions": 3})] {
        let told = app.post("/get_prediction", body.to_string()).expect(200).json();
        assert_eq!(told["predictions"][0], "Russian");
        let logs: Vec<f64> = told["probabilities"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect();
        assert_eq!(logs.len(), 3);
        assert!(
            logs.is_sorted_by(|a, b| a >= b) && (logs[0].exp() - top[0]["probability"].as_f64().unwrap()).abs() < 1e-12
        );
    }
    // Each answer is counted and logged, whichever route gave it.
    let metrics = || app.send("GET", "/metrics", &[], "").body;
    assert!(metrics().contains("incumbent_predictions_total{version=\"1\",label=\"Russian\"} 3\n"), "{}", metrics());
    until("all are logged", || metrics().contains("incumbent_prediction_log_written_total 3\n"));
    app.post("/get_prediction", "{\"n_predictions\": 1}").expect(400);
    app.post("/get_prediction", "{\"name\": \"a\", \"n_predictions\": -1}").expect(400);
    let (status, random) = app.get("/random");
    assert_eq!(status, 200);
    assert!(random["row"]["name"].is_string() && random["predictions"].as_array().unwrap().len() == 1, "{random}");
}

#[test]
fn rows_of_the_test_data_that_cannot_be_used_are_left_out_as_in_scoring() {
    let (project, app) = deployed();
    project.write("testdata/test.csv", format!("{}c1,gold,much,1,0\n", customers(1000, 100)));
    let body = app.get("/prediction").1;
    assert_eq!((body["predictions"].as_array().unwrap().len(), body["left_out"].as_u64()), (100, Some(1)));
    // A file that a client names must be good in all rows: it counts on one answer for each.
    assert_eq!(app.get("/prediction?filename=test.csv").0, 400);
}
