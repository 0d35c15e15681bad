//! Who may do what.

use super::App;
use crate::project::Project;
use serde_json::json;

const HERE: [&str; 2] = ["--listen", "127.0.0.1:0"];
const EVERYWHERE: [&str; 2] = ["--listen", "0.0.0.0:0"];

fn deployed(api: serde_json::Value) -> Project {
    let project = Project::new();
    project.config(json!({ "api": api }));
    project.run("fullprocess", &[]).expect(0);
    project
}

#[test]
fn without_a_token_the_app_stays_on_this_machine() {
    let project = deployed(json!({}));
    project.run("app", &EVERYWHERE).expect(78).says(&["no token is set", "INCUMBENT_TOKEN"]);
    project.config(json!({"api": {"open": true}}));
    let app = App::start_with(&project, &EVERYWHERE, &[]);
    assert_eq!(app.get("/scoring").0, 200);
    for (method, path) in [("POST", "/retrain"), ("PUT", "/models/current")] {
        app.send(method, path, &[], "").expect(403);
    }
}

#[test]
fn writes_need_the_token() {
    let project = deployed(json!({"token_env": "RISK_TOKEN"}));
    let app = App::start_with(&project, &EVERYWHERE, &[("RISK_TOKEN", "s3cret-token")]);
    assert_eq!(app.get("/scoring").0, 200);
    let body = json!({"version": 1}).to_string();
    for authorization in ["Bearer wrong", "Bearer", "Basic czNjcmV0", "s3cret-token"] {
        let reply = app.send("PUT", "/models/current", &[("Authorization", authorization)], &body).expect(401);
        assert!(reply.header("www-authenticate").is_some() && !reply.body.contains("s3cret"), "{reply:?}");
    }
    app.send("PUT", "/models/current", &[("Authorization", "Bearer s3cret-token")], &body).expect(200);
}

#[test]
fn reads_need_it_where_the_config_says_so() {
    let project = deployed(json!({"token_file": "token", "token_for": "everything"}));
    project.run("app", &HERE).expect(66);
    project.write("token", " \n");
    project.run("app", &HERE).expect(78).says(&["/api/token_file", "the token is empty"]);
    project.config(json!({"api": {"token_for": "everything"}}));
    project.run("app", &HERE).expect(78).says(&["everything needs a token, and none is set"]);
    project.config(json!({"api": {"token_file": "token", "token_for": "everything"}}));
    project.write("token", "abc\n");
    let app = App::start_with(&project, &HERE, &[]);
    for path in ["/scoring", "/prediction", "/models", "/openapi.json", "/v2/models/incumbent"] {
        app.send("GET", path, &[], "").expect(401);
        app.send("GET", path, &[("Authorization", "Bearer abc")], "").expect(200);
    }
    for path in ["/health", "/ping", "/v2/health/ready"] {
        app.send("GET", path, &[], "").expect(200);
    }
    let reply = app.send("POST", "/invocations", &[("Content-Type", "application/json")], "{}").expect(401);
    assert_eq!(reply.json()["error_code"], "UNAUTHENTICATED");
    // A browser's dialog takes it as a password; ":abc" in its encoding.
    app.send("GET", "/scoring", &[("Authorization", "Basic OmFiYw==")], "").expect(200);
    let reply = app.send("GET", "/", &[], "").expect(401);
    // Browsers look at the first scheme of a line alone.
    assert!(
        reply.head.contains("www-authenticate: bearer\r\n") && reply.head.contains("www-authenticate: basic realm"),
        "{reply:?}"
    );
    app.send("GET", "/docs", &[], "").expect(401);
    // The pipeline's own calls need none.
    project.run("apicalls", &[]).expect(0);
    assert!(project.json("models/apireturns.json")["calls"].as_array().unwrap().iter().all(|c| c["status"] == 200));
}

#[test]
fn pages_of_other_sites_change_nothing() {
    let project = deployed(json!({}));
    let app = App::start(&project);
    let body = json!({"version": 1}).to_string();
    for origin in ["https://evil.example", "null"] {
        app.send("PUT", "/models/current", &[("Origin", origin)], &body).expect(403);
    }
    let own = format!("http://{}", app.address);
    app.send("PUT", "/models/current", &[("Origin", &own)], &body).expect(200);
}

#[test]
fn no_answer_names_a_path_of_the_server() {
    let project = deployed(json!({}));
    let app = App::start(&project);
    let path = project.path().display().to_string();
    project.write("production_deployment/versions/1/trainedmodel.json", "broken");
    project.write("models/diagnostics.json", "broken");
    project.write("testdata/bad.csv", "a,a\n");
    for target in [
        "/",
        "/health",
        "/scoring",
        "/diagnostics",
        "/summarystats",
        "/prediction",
        "/prediction?filename=bad.csv",
        "/models",
        "/random",
        "/openapi.json",
        "/v2/models/incumbent",
        "/retrain",
        "/nowhere",
        "/prediction?filename=%2e%2e/config.json",
    ] {
        let reply = app.send("GET", target, &[], "");
        assert!(!reply.body.contains(&path) && !reply.head.contains(&path), "{target}: {reply:?}");
    }
    for (method, target, body) in [
        ("PUT", "/models/current", "{\"version\": 9}"),
        ("POST", "/retrain", "{\"force\": 1}"),
        ("POST", "/predict", "{\"filepath\": \"../config.json\"}"),
        ("POST", "/predict", "{\"filepath\": \"/etc/passwd.csv\"}"),
    ] {
        let reply = app.send(method, target, &[("Content-Type", "application/json")], body);
        assert!(!reply.body.contains(&path) && reply.status >= 400, "{target}: {reply:?}");
    }
}

#[test]
fn folders_elsewhere_are_named_by_their_keys() {
    let (project, elsewhere) = (Project::new(), Project::new());
    project.run("fullprocess", &[]).expect(0);
    project.config(json!({"test_data_path": elsewhere.at("testdata")}));
    elsewhere.write("testdata/bad.csv", "plan,fee,calls,churned\ngold,x,1,1\n");
    elsewhere.remove("testdata/test.csv");
    let app = App::start(&project);
    let reply = app.send("GET", "/prediction", &[], "").expect(400).says(&["test_data_path/bad.csv:2"]);
    assert!(!reply.body.contains(elsewhere.path().to_str().unwrap()), "{reply:?}");
    project.run("fullprocess", &["--force"]).expect(65);
    let page = app.send("GET", "/", &[("Accept", "text/html")], "").expect(200).says(&["test_data_path/bad.csv"]);
    assert!(!page.body.contains(elsewhere.path().to_str().unwrap()), "{page:?}");
}
