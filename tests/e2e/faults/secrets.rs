//! The token that guards the app, and the key that signs deployments, stand in no file that the program
//! writes, no message and no answer.

use crate::api::{App, until};
use crate::project::{Project, command};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use incumbent::signature::PrivateKey;
use serde_json::json;

const TOKEN: &str = "correct-horse-7f3a";
/// As a browser's dialog sends it: ":correct-horse-7f3a".
const AS_PASSWORD: &str = "OmNvcnJlY3QtaG9yc2UtN2YzYQ==";
/// What somebody tries who does not know it.
const WRONG: &str = "wrong-battery-91c2";

fn secrets() -> [&'static str; 3] {
    [TOKEN, AS_PASSWORD, WRONG]
}

/// Every file below the project but those that hold the token and the key.
fn written(project: &Project) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(project.path()).into_iter().map(Result::unwrap);
    let files = files.filter(|e| e.file_type().is_file() && e.file_name() != "token" && e.file_name() != "key.pem");
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

/// The key that signs, as files, variables and programs may write it.
fn of_key(key: &PrivateKey, seed: &[u8; 32]) -> Vec<Vec<u8>> {
    let digits: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let listed = format!("{seed:?}");
    let body = key.pem().lines().nth(1).unwrap().to_string();
    let texts = [BASE64_STANDARD.encode(seed), digits.to_uppercase(), digits, listed, body];
    texts.into_iter().map(String::into_bytes).chain([seed.to_vec()]).collect()
}

#[test]
fn the_key_that_signs_is_written_nowhere() {
    // No byte twice, so that a part of it is found too.
    let seed: [u8; 32] = std::array::from_fn(|i| (i as u8).wrapping_mul(37).wrapping_add(101));
    let (key, other) = (PrivateKey::from_seed(&seed), PrivateKey::from_seed(&[9; 32]).public().to_string());
    let public = key.public().to_string();
    let secrets = of_key(&key, &seed);
    let shows_none = |what: &str, bytes: &[u8]| {
        let shown =
            secrets.iter().any(|secret| bytes.windows(12).any(|part| part == &secret[secret.len() / 2 - 6..][..12]));
        assert!(!shown, "{what} holds the key");
    };
    for from_file in [false, true] {
        let project = Project::new();
        project.write("key.pem", key.pem());
        let source = if from_file { ("key_file", "key.pem") } else { ("key_env", "MODEL_KEY") };
        let configure = |public: &str| {
            let signature = json!({"public_keys": [public], (source.0): source.1});
            project.config(json!({"signature": signature, "schedule": "0 5 * * *"}));
        };
        let call = |binary: &str, arguments: &[&str], value: &str| {
            let mut call = command(binary);
            let output = call.args(arguments).env("MODEL_KEY", value).current_dir(project.path()).output().unwrap();
            shows_none(&format!("{binary} {arguments:?}"), &[output.stdout, output.stderr].concat());
            output.status.code().unwrap()
        };
        let pem = key.pem();
        configure(&public);
        for (binary, arguments) in [
            ("fullprocess", &["--json"][..]),
            ("fullprocess", &["--check"]),
            ("fullprocess", &["--crontab"]),
            ("fullprocess", &["--systemd"]),
            ("deployment", &["--sign"]),
            ("deployment", &["--history", "--json"]),
            ("diagnostics", &["--json"]),
        ] {
            assert_eq!(call(binary, arguments, &pem), 0, "{binary} {arguments:?}");
        }
        // Refused for one reason and another, it is shown no more than before.
        configure(&other);
        assert_eq!(call("deployment", &["--sign"], &pem), 78);
        project.write("key.pem", pem.replace("PRIVATE", "PRIVAT"));
        assert_eq!(call("deployment", &["--sign"], &pem.replace("PRIVATE", "PRIVAT")), 78);
        // Put where the place of it belongs, or the public one.
        for section in [
            json!({"key_env": BASE64_STANDARD.encode(seed)}),
            json!({"key_file": pem.lines().nth(1).unwrap()}),
            json!({"public_keys": [pem]}),
        ] {
            project.config(json!({"signature": section}));
            assert_eq!(call("fullprocess", &["--check"], ""), 78, "{section}");
            project.config(json!({}));
        }
        let files = written(&project);
        assert!(files.len() > 20, "files are looked at");
        files.iter().for_each(|(name, content)| shows_none(name, content));
        shows_none("nothing", b"nothing");
    }
}
