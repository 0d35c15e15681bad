//! MLflow 1.x, 2.x and 3.x, Open Inference v2, KServe v1.

use super::{App, Reply};
use crate::project::Project;
use serde_json::{Value, json};

fn deployed() -> (Project, App, Value) {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let rows = json!([{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1}]);
    let expected = app.post("/predict", rows.to_string()).expect(200).json();
    assert_ne!(expected["predictions"][0], expected["predictions"][1], "the rows tell models apart");
    (project, app, expected)
}

fn invoke(app: &App, content_type: &str, body: impl ToString) -> Reply {
    app.send("POST", "/invocations", &[("Content-Type", content_type)], body.to_string())
}

#[test]
fn mlflow_2_and_3() {
    let (_project, app, expected) = deployed();
    let answer = json!({"predictions": expected["predictions"]});
    let split = json!({"columns": ["calls", "plan", "fee"], "data": [[8, "gold", 60], [1, "basic", 25]]});
    for body in [
        json!({"dataframe_split": split}),
        json!({"dataframe_split": {"columns": ["calls", "plan", "fee", "extra"], "index": [7, 9], "data": [[8, "gold", 60, 1], [1, "basic", 25, 2]]}}),
        json!({"dataframe_records": [{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1, "extra": 0}]}),
        json!({"instances": [{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1}]}),
        json!({"instances": [["gold", 60, 8], ["basic", 25, 1]], "params": {"a": 1}}),
        json!({"inputs": {"fee": [60, 25], "plan": ["gold", "basic"], "calls": [8, 1]}}),
        json!({"inputs": [{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1}]}),
    ] {
        assert_eq!(invoke(&app, "application/json", &body).expect(200).json(), answer, "{body}");
    }
    let csv = "fee,plan,calls\n60,gold,8\n25,basic,1\n";
    assert_eq!(invoke(&app, "text/csv", csv).expect(200).json(), answer);
    let one = invoke(&app, "application/json", json!({"inputs": {"fee": 60, "plan": "gold", "calls": 8}})).expect(200);
    assert_eq!(one.json()["predictions"], json!([expected["predictions"][0]]));
    // A record that lacks what another has: a missing cell, as a data frame has it.
    invoke(
        &app,
        "application/json",
        json!({"dataframe_records": [{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "gold", "fee": 1}]}),
    )
    .expect(200);
    let plain = |path| app.send("GET", path, &[], "").expect(200).body;
    assert_eq!(plain("/ping"), "\n");
    assert_eq!(plain("/version"), format!("{}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mlflow_1() {
    let (_project, app, expected) = deployed();
    let split =
        json!({"columns": ["calls", "plan", "fee"], "index": [0, 1], "data": [[8, "gold", 60], [1, "basic", 25]]});
    let records = json!([{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1}]);
    for (content_type, body) in [
        ("application/json", &split),
        ("application/json; format=pandas-split", &split),
        ("application/json; format=pandas-records", &records),
        ("application/json", &records),
    ] {
        assert_eq!(
            invoke(&app, content_type, body).expect(200).json(),
            expected["predictions"],
            "{content_type} {body}"
        );
    }
}

#[test]
fn mlflow_failures_have_its_shape() {
    let (_project, app, _) = deployed();
    for (content_type, body, status, code) in [
        (
            "application/json",
            json!({"inputs": {"fee": [60], "plan": ["gold"]}}).to_string(),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        (
            "application/json",
            json!({"inputs": {"fee": [60, 1], "plan": ["gold"], "calls": [1]}}).to_string(),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        ("application/json", json!({"inputs": [], "instances": []}).to_string(), 400, "BAD_REQUEST"),
        ("application/json", json!({"rows": []}).to_string(), 400, "BAD_REQUEST"),
        ("application/json", "{".to_string(), 400, "BAD_REQUEST"),
        ("application/json", "3".to_string(), 400, "BAD_REQUEST"),
        ("application/json", json!({"instances": [], "params": 3}).to_string(), 400, "INVALID_PARAMETER_VALUE"),
        ("text/csv", "fee\n1\n".to_string(), 400, "INVALID_PARAMETER_VALUE"),
        ("text/plain", "x".to_string(), 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let reply = invoke(&app, content_type, &body).expect(status);
        assert_eq!(reply.json()["error_code"], code, "{body}: {reply:?}");
        assert!(reply.json()["message"].is_string());
    }
    let reply = app.send("GET", "/invocations", &[], "").expect(405);
    assert!(reply.json()["error_code"].is_string());
}

#[test]
fn open_inference() {
    let (_project, app, expected) = deployed();
    let (_, server) = app.get("/v2");
    assert_eq!(server["name"], "incumbent");
    assert_eq!(app.get("/v2/health/live").1, json!({"live": true, "ready": true}));
    assert_eq!(app.get("/v2/health/ready").0, 200);
    for path in ["/v2/models/incumbent", "/v2/models/incumbent/versions/1"] {
        let (status, model) = app.get(path);
        assert_eq!((status, model["versions"].clone()), (200, json!(["1"])));
        assert_eq!(model["inputs"][1], json!({"name": "fee", "datatype": "FP64", "shape": [-1]}));
        assert_eq!(model["outputs"][0], json!({"name": "predict", "datatype": "INT64", "shape": [-1]}));
        assert_eq!(app.get(&format!("{path}/ready")).1, json!({"name": "incumbent", "ready": true}));
    }
    assert_eq!(app.get("/v2/models/other").0, 404);
    assert_eq!(app.get("/v2/models/incumbent/versions/2/ready").0, 404);
    let columns = json!([
        {"name": "plan", "shape": [2], "datatype": "BYTES", "data": ["gold", "basic"]},
        {"name": "fee", "shape": [2, 1], "datatype": "FP32", "data": [[60], [25]]},
        {"name": "calls", "shape": [2, 1], "datatype": "INT64", "data": [8, 1]},
    ]);
    let body = json!({"id": "a1", "inputs": columns}).to_string();
    for path in ["/v2/models/incumbent/infer", "/v2/models/incumbent/versions/1/infer"] {
        let answer = app.post(path, &body).expect(200).json();
        assert_eq!(
            (answer["model_name"].as_str(), answer["model_version"].as_str(), answer["id"].as_str()),
            (Some("incumbent"), Some("1"), Some("a1"))
        );
        assert_eq!(
            answer["outputs"][0],
            json!({"name": "predict", "shape": [2], "datatype": "INT64", "data": expected["predictions"]})
        );
        let flat: Vec<&Value> =
            expected["probabilities"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).collect();
        assert_eq!(
            answer["outputs"][1],
            json!({"name": "predict_proba", "shape": [2, 2], "datatype": "FP64", "data": flat})
        );
    }
    let asked = json!({"inputs": columns, "outputs": [{"name": "predict"}]}).to_string();
    assert_eq!(
        app.post("/v2/models/incumbent/infer", asked).expect(200).json()["outputs"].as_array().unwrap().len(),
        1
    );
    let mut wrong: Vec<Value> = Vec::new();
    for (i, key, value) in [
        (0, "shape", json!([3])),
        (0, "datatype", json!("FP64")),
        (1, "datatype", json!("FP8")),
        (1, "data", json!({"a": 1})),
        (2, "name", json!("call")),
        (2, "shape", json!([1, 2])),
    ] {
        let mut inputs = columns.clone();
        inputs[i][key] = value;
        wrong.push(json!({"inputs": inputs}));
    }
    wrong.push(json!({"inputs": columns, "outputs": [{"name": "more"}]}));
    wrong.push(json!({"inputs": []}));
    wrong.push(json!({"input": columns}));
    for body in wrong {
        let reply = app.post("/v2/models/incumbent/infer", body.to_string()).expect(400);
        assert!(reply.json()["error"].is_string(), "{body}: {reply:?}");
    }
    app.post("/v2/models/other/infer", &body).expect(404).says(&["\"error\""]);
    app.post("/v2/models/incumbent/infer", "{").expect(400).says(&["\"error\""]);
}

#[test]
fn one_tensor_holds_all_features_of_numbers() {
    let project = Project::new();
    project.config(json!({"data": {"ignore": ["plan"]}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let expected = app.post("/predict", json!([[60, 8], [25, 1]]).to_string()).expect(200).json();
    for data in [json!([[60, 8], [25, 1]]), json!([60, 8, 25, 1])] {
        let body = json!({"inputs": [{"name": "x", "shape": [2, 2], "datatype": "FP64", "data": data}]});
        let answer = app.post("/v2/models/incumbent/infer", body.to_string()).expect(200).json();
        assert_eq!(answer["outputs"][0]["data"], expected["predictions"]);
    }
}

#[test]
fn kserve_1() {
    let (_project, app, expected) = deployed();
    for instances in [
        json!([["gold", 60, 8], ["basic", 25, 1]]),
        json!([{"plan": "gold", "fee": 60, "calls": 8}, {"plan": "basic", "fee": 25, "calls": 1}]),
    ] {
        let answer = app.post("/v1/models/incumbent:predict", json!({"instances": instances}).to_string()).expect(200);
        assert_eq!(answer.json(), json!({"predictions": expected["predictions"]}));
    }
    assert_eq!(app.get("/v1/models/incumbent").1, json!({"name": "incumbent", "ready": true}));
    assert_eq!(app.get("/v1/models").1, json!({"models": ["incumbent"]}));
    for (path, body) in [("/v1/models/incumbent:predict", "{}"), ("/v1/models/incumbent:predict", "[")] {
        app.post(path, body).expect(400).says(&["\"error\""]);
    }
    app.post("/v1/models/other:predict", "{}").expect(404).says(&["\"error\""]);
}

#[test]
fn without_a_model_every_protocol_says_so_in_its_own_way() {
    let project = Project::new();
    let app = App::start(&project);
    assert_eq!(app.get("/v2/health/live").1, json!({"live": true, "ready": false}));
    for path in ["/v2/health/ready", "/v2/models/incumbent", "/v2/models/incumbent/ready", "/v1/models/incumbent"] {
        assert_eq!(app.get(path).0, 503, "{path}");
    }
    app.send("GET", "/ping", &[], "").expect(503);
    let body = json!({"instances": [[1]]}).to_string();
    assert_eq!(invoke(&app, "application/json", &body).expect(503).json()["error_code"], "TEMPORARILY_UNAVAILABLE");
    assert!(app.post("/v1/models/incumbent:predict", &body).expect(503).json()["error"].is_string());
    assert!(app.post("/v2/models/incumbent/infer", &body).expect(503).json()["error"].is_string());
    assert_eq!(app.post("/predict", &body).expect(503).json()["title"], "no model yet");
}
