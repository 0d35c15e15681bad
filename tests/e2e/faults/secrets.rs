//! The token that guards the app stands in no file that the program writes, no message and no answer.

use crate::api::{App, until};
use crate::project::{Project, command};
use serde_json::json;

const TOKEN: &str = "correct-horse-7f3a";
/// As a browser's dialog sends it: ":correct-horse-7f3a".
const AS_PASSWORD: &str = "OmNvcnJlY3QtaG9yc2UtN2YzYQ==";
/// What somebody tries who does not know it.
const WRONG: &str = "wrong-battery-91c2";

fn secrets() -> [&'static str; 3] {
    [TOKEN, AS_PASSWORD, WRONG]
}

/// Every file below the project but the one that holds the token.
fn written(project: &Project) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(project.path()).into_iter().map(Result::unwrap);
    let files = files.filter(|e| e.file_type().is_file() && e.file_name() != "token");
    files.map(|e| (e.path().display().to_string(), std::fs::read(e.path()).unwrap())).collect()
}

fn holds_none(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets() {
        assert!(!text.contains(secret), "{what} holds {secret}");
    }
}

/// Asks for everything that there is to read, changes what can be changed, and is refused too.
fn use_it(app: &App) {
    let bearer = format!("Bearer {TOKEN}");
    let basic = format!("Basic {AS_PASSWORD}");
    let wrong = format!("Bearer {WRONG}");
    for authorization in [&bearer, &basic, &wrong] {
        for endpoint in incumbent::api::ALL.iter().filter(|e| e.method == "GET") {
            let path = endpoint.paths[0].replace("{m}", "incumbent");
            let reply = app.send("GET", &path, &[("Authorization", authorization)], "");
            holds_none(&path, format!("{}{}", reply.head, reply.body).as_bytes());
        }
        for (method, path, body) in [
            ("POST", "/add_data", "{\"customer\": \"x\"}"),
            ("POST", "/predict", "[{\"fee\": \"much\"}]"),
            ("POST", "/invocations", "{}"),
            ("POST", "/retrain", "{\"force\": true}"),
            ("PUT", "/models/current", "{\"version\": 1}"),
        ] {
            let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
            let reply = app.send(method, path, &headers, body);
            holds_none(path, format!("{}{}", reply.head, reply.body).as_bytes());
            // A password of the sign-in dialog is good for reads.
            let refused = reply.status == 401;
            assert!(refused == (authorization == &wrong) || authorization == &basic, "{path}: {reply:?}");
        }
    }
    until("the run has ended", || {
        app.send("GET", "/retrain", &[("Authorization", &bearer)], "").json()["running"] == false
    });
}

#[test]
fn the_token_is_written_nowhere() {
    for from_file in [false, true] {
        let project = Project::new();
        let mut api = json!({"token_for": "everything", "log_predictions": true});
        if from_file {
            api["token_file"] = json!("token");
            project.write("token", format!("{TOKEN}\n"));
        }
        project.config(json!({"api": api, "schedule": "0 5 * * *"}));
        let environment = if from_file { Vec::new() } else { vec![("INCUMBENT_TOKEN", TOKEN)] };
        for arguments in [&[][..], &["--check"], &["--crontab"], &["--systemd"], &["--json", "--force"]] {
            let mut call = command("fullprocess");
            let call = call.args(arguments).envs(environment.iter().copied()).current_dir(project.path());
            let output = call.output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            holds_none(&format!("fullprocess {arguments:?}"), &[output.stdout, output.stderr].concat());
        }
        let app = App::start_with(&project, &["--listen", "127.0.0.1:0"], &environment);
        use_it(&app);
        holds_none("standard error", app.said().as_bytes());
        assert!(app.said().contains("http://"), "standard error is looked at");
        assert_eq!(app.stop(), 0);
        let files = written(&project);
        assert!(files.len() > 20, "files are looked at");
        files.iter().for_each(|(name, content)| holds_none(name, content));
    }
}

#[test]
fn a_token_that_cannot_be_one_is_refused_without_being_shown() {
    let project = Project::new();
    project.run("fullprocess", &["--quiet"]).expect(0);
    let spoilt = format!("{TOKEN} {WRONG}");
    let mut call = command("app");
    let output = call.args(["--listen", "127.0.0.1:0"]).env("INCUMBENT_TOKEN", &spoilt).current_dir(project.path());
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    holds_none("the message", &[output.stdout, output.stderr].concat());
    written(&project).iter().for_each(|(name, content)| holds_none(name, content));
}
