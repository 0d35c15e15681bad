//! The app over real sockets.

use crate::project::{Project, command, customers};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// An app on a free port; told to end when dropped.
struct App {
    child: Child,
    address: String,
}

impl App {
    fn start(project: &Project) -> App {
        let mut child = command("app")
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(project.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let line = lines.find(|l| l.contains("http://")).expect("the app says where it listens");
        // The rest is read away, so that the app never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        App { child, address: line.split("http://").nth(1).unwrap().trim().to_string() }
    }

    fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    fn get(&self, target: &str) -> (u16, Value) {
        let answer = self.exchange(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer}")).parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}")))
    }

    /// SIGTERM, and the exit code.
    fn stop(mut self) -> i32 {
        // The shell's own kill: not every machine has one beside it.
        let command = format!("kill -TERM {}", self.child.id());
        assert!(std::process::Command::new("sh").args(["-c", &command]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn reasons_add_up_to_the_score() {
    for (kind, scale) in [("logistic_regression", 1.0), ("boosting", 1.0), ("random_forest", 0.0)] {
        let project = Project::new();
        project.config(serde_json::json!({"model": {"kind": kind}}));
        project.run("fullprocess", &[]).expect(0);
        let app = App::start(&project);
        let (status, body) = app.get("/prediction?plan=gold&fee=60&calls=8&explain=true");
        assert_eq!(status, 200, "{body}");
        let reason = &body["explanations"][0][0];
        let number = |value: &Value| value.as_f64().unwrap();
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
fn wrong_requests_are_problems_and_the_app_goes_on() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let answer = app.exchange("GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("application/problem+json"), "{answer}");
    let answer = app.exchange("POST /scoring HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET"), "{answer}");
    let answer = app.exchange("HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
    for nonsense in [
        "POST /scoring HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\nConnection: close\r\n\r\nabcde",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{1}\u{2}\u{3}\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(&app.address).unwrap();
        let _ = stream.write_all(nonsense.as_bytes());
    }
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn slow_clients_are_dropped_and_idle_ones_do_not_keep_others_out() {
    let project = Project::new();
    project.config(serde_json::json!({"api": {"header_seconds": 1}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let idle: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(&app.address).unwrap()).collect();
    assert_eq!(app.get("/health").0, 200);
    let begun = Instant::now();
    let mut slow = TcpStream::connect(&app.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(begun.elapsed() < Duration::from_secs(10), "a request that is never finished is given up");
    drop(idle);
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
    project.config(serde_json::json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.write("sourcedata/c.csv", customers(2000, 30));
    project.run("fullprocess", &[]).expect(0);
    assert_eq!(app.get("/scoring").1["version"], 2);
    project.run("deployment", &["--rollback"]).expect(0);
    assert_eq!(app.get("/prediction").1["model_version"], 1);
}

#[test]
fn a_taken_port_is_told() {
    let project = Project::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    project.run("app", &["--listen", &address]).expect(73).says(&["failed to listen on the address", "api.listen"]);
    project.run("app", &["--listen", "here"]).expect(64);
}
