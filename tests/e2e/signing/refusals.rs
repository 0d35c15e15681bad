//! What somebody can write who may write into the output folders, and has no key.

use super::{configure, deploys_another, keygen, of_version, signed};
use crate::api::{App, until};
use crate::dependencies::replace_in;
use crate::project::Project;
use incumbent::signature::{PrivateKey, sign};
use serde_json::json;

/// Everybody who loads the model in office.
const LOADERS: [(&str, &[&str]); 8] = [
    ("fullprocess", &["--quiet"]),
    ("fullprocess", &["--quiet", "--force"]),
    ("deployment", &["--quiet"]),
    ("reporting", &["--quiet"]),
    ("diagnostics", &["--quiet"]),
    ("reporting", &["--quiet", "--compare", "1", "2"]),
    ("apicalls", &["--quiet"]),
    ("fullprocess", &["--check"]),
];

/// Puts another model into a set, with a checksum and a manifest that fit it.
fn forge(project: &Project, version: u64) {
    replace_in(project, version, 1, |document| document.program = "incumbent 6.6.6".to_string());
}

fn in_office(project: &Project) -> u64 {
    let history = project.run("deployment", &["--history", "--json", "--quiet"]).expect(0).json();
    history["current"].as_u64().unwrap()
}

#[test]
fn a_signed_model_answers_and_every_set_says_who_signed_it() {
    let (project, _) = signed();
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    let id = history["versions"][0]["signed_by"].as_str().unwrap().to_string();
    assert_eq!((history["versions"][1]["signed_by"].as_str(), id.len()), (Some(id.as_str()), 16));
    let shown = project.run("deployment", &["--history"]).expect(0).out;
    assert_eq!(shown.matches(&format!("signed {id}")).count(), 2, "{shown}");
    let checked = project.run("fullprocess", &["--check"]).expect(0).out;
    for says in [format!("whole and loadable, signed by key {id}"), format!("what is deployed is signed by key {id}")] {
        assert!(checked.contains(&says), "{checked}");
    }
    let app = App::start(&project);
    assert_eq!(app.get("/prediction").0, 200);
    let models = app.get("/models").1;
    assert!(models["models"].as_array().unwrap().iter().all(|m| m["signed_by"] == id.as_str()), "{models}");
    for (binary, arguments) in LOADERS {
        project.run(binary, arguments).expect(0);
    }
    app.send("PUT", "/models/current", &[], json!({"version": 1}).to_string()).expect(200);
    project.run("deployment", &["--rollback", "2", "--quiet"]).expect(0);
    until("the app has taken up version 2", || app.get("/health").1["model_version"] == 2);
}

#[test]
fn a_model_with_checksums_and_a_manifest_that_fit_is_refused_by_everybody() {
    let (project, _) = signed();
    let app = App::start(&project);
    let answers = app.get("/prediction").1;
    forge(&project, 2);
    let path = of_version(2, "manifest.json");
    for (binary, arguments) in LOADERS {
        let refused = project.run(binary, arguments);
        let said = format!("{}{}", refused.out, refused.err);
        // What the app's own routes answer is no error of who asks; it is told.
        let code = if binary == "apicalls" { refused.code } else { 65 };
        assert_eq!(refused.code, code, "{binary} {arguments:?}: {said}");
        if binary != "apicalls" {
            let says = format!("{path}: has a signature that does not fit");
            assert!(said.contains(&says) && said.contains("hint: go back to a signed one"), "{binary}: {said}");
        }
        assert!(!said.contains("6.6.6"), "{binary}: nothing of it is believed: {said}");
    }
    assert_eq!(in_office(&project), 2, "it is told, and not replaced unseen");
    assert_eq!(app.get("/prediction").1, answers, "the app answers with the model that it holds");
    let fresh = App::start(&project);
    assert!(fresh.said().contains("has a signature that does not fit"), "{}", fresh.said());
    assert!(fresh.get("/prediction").0 >= 500, "there is no model that could answer");
    project.run("deployment", &["--rollback", "2", "--quiet"]).expect(65);
    // The version before serves again.
    project.run("deployment", &["--rollback", "1", "--quiet"]).expect(0);
    for app in [&app, &fresh] {
        until("the app has taken up version 1", || app.get("/health").1["model_version"] == 1);
        assert_eq!(app.get("/prediction").0, 200);
    }
    project.run("fullprocess", &["--quiet", "--force"]).expect(0);
    assert_eq!(in_office(&project), 3);
}

#[test]
fn a_set_that_nobody_trusted_signed_is_refused_whatever_stands_in_place_of_the_signature() {
    let (project, _) = signed();
    let stranger = PrivateKey::from_seed(&[6; 32]);
    let manifest = project.read(&of_version(2, "manifest.json"));
    let by_stranger = sign(&stranger, manifest.as_bytes()).unwrap();
    let of_another = project.read(&of_version(1, "manifest.json.sig")).into_bytes();
    let strangers = format!("is signed by a key that is not trusted, {}", stranger.public().id());
    for (signature, says) in [
        (None, "has no signature; signature.public_keys asks for one"),
        (Some(by_stranger), strangers.as_str()),
        (Some(of_another), "has a signature that does not fit"),
        (Some(b"{".to_vec()), "has a signature that cannot be read"),
        (Some(b"[".repeat(1_000_000)), "has a signature that cannot be read"),
    ] {
        let project = project.copy();
        match signature {
            Some(bytes) => project.write(&of_version(2, "manifest.json.sig"), bytes),
            None => project.remove(&of_version(2, "manifest.json.sig")),
        }
        project.run("fullprocess", &["--quiet"]).expect(65).says(&[says, "deployment --rollback VERSION"]);
        let before = project.files();
        project.run("deployment", &["--rollback", "2", "--quiet"]).expect(65).says(&[says]);
        assert_eq!(project.files(), before);
        let checked = project.run("fullprocess", &["--check"]).expect(65).out;
        assert!(checked.contains("not signed by such a key: version 2"), "{checked}");
        project.run("deployment", &["--rollback", "1", "--quiet"]).expect(0);
        project.run("fullprocess", &["--quiet"]).expect(0);
    }
}

#[test]
fn what_a_file_of_a_signed_set_was_exchanged_for_is_refused() {
    let (project, _) = signed();
    // A file that fits its own checksum and not the manifest, and a whole signed set under another number.
    let project_2 = project.copy();
    let other = project.read(&of_version(1, "trainedmodel.json"));
    project.write(&of_version(2, "trainedmodel.json"), other);
    project.run("fullprocess", &["--quiet"]).expect(65).says(&["the checksum does not fit the manifest"]);
    for entry in std::fs::read_dir(project_2.at(&of_version(1, ""))).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        project_2.write(&of_version(2, &name), std::fs::read(project_2.at(&of_version(1, &name))).unwrap());
    }
    project_2.run("fullprocess", &["--quiet"]).expect(65).says(&["is the manifest of version 1"]);
}

#[test]
fn the_app_goes_on_with_its_model_where_an_unsigned_one_comes_into_office() {
    let (project, _) = signed();
    project.run("deployment", &["--rollback", "1", "--quiet"]).expect(0);
    let app = App::start(&project);
    let answers = app.get("/prediction").1;
    forge(&project, 2);
    let link = project.at("production_deployment/current");
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("versions/2", &link).unwrap();
    until("the app says why it does not follow", || {
        assert_eq!(app.get("/prediction").1, answers);
        app.said().contains("has a signature that does not fit")
    });
    assert_eq!(app.get("/health").1["model_version"], 1);
    assert_eq!(app.said().matches("does not fit").count(), 1, "once is enough: {}", app.said());
}

#[test]
fn a_switch_over_http_to_an_unsigned_version_is_refused() {
    let project = Project::new();
    configure(&project, json!({}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    let public = keygen(&project, "key.pem");
    configure(&project, json!({"public_keys": [public], "key_file": "key.pem"}));
    project.run("deployment", &["--sign", "--quiet"]).expect(0);
    deploys_another(&project, 2000).expect(0);
    project.remove(&of_version(1, "manifest.json.sig"));
    let app = App::start(&project);
    for body in [json!({"version": 1}), json!({"version": "previous"})] {
        let reply = app.send("PUT", "/models/current", &[], body.to_string()).expect(409);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert!(reply.body.contains("it has no signature"), "{reply:?}");
    }
    let models = app.get("/models").1;
    assert_eq!((&models["current"], &models["models"][0]["damaged"]), (&json!(2), &json!(true)), "{models}");
    assert_eq!(in_office(&project), 2);
    assert_eq!(app.get("/health").1["model_version"], 2);
}
