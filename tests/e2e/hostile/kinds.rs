//! What is no file, or more than one, in the place of a file of the program's own: nothing waits for
//! it, nothing is written through it, and nothing takes memory for it.

use super::memory::{BOUND, measured};
use crate::api::App;
use crate::project::{Project, customers};
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A file of that size, of which nothing lies on the disk.
fn hole(path: &Path, bytes: u64) {
    std::fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

/// Puts something in the place of a file.
type Put<'a> = &'a dyn Fn(&Path);

const PRECIOUS: &str = "precious, and nobody's business\n";

#[test]
fn added_rows_are_written_and_read_through_no_link_and_no_pipe() {
    let whole = Project::new();
    whole.run("fullprocess", &["--quiet"]).expect(0);
    let row = json!([{"customer": "c1", "plan": "gold", "fee": 30, "calls": 2, "churned": 0}]).to_string();
    {
        let app = App::start(&whole);
        app.post("/add_data", &row).expect(200);
    }
    for name in ["added.csv", ".added.lock"] {
        for link in [true, false] {
            let project = whole.copy();
            let at = project.at(&format!("sourcedata/{name}"));
            let elsewhere = tempfile::tempdir().unwrap();
            let precious = elsewhere.path().join("precious");
            std::fs::write(&precious, PRECIOUS).unwrap();
            std::fs::remove_file(&at).unwrap();
            match link {
                true => symlink(&precious, &at).unwrap(),
                false => pipe(&at),
            }
            let app = App::start(&project);
            let refused = app.post("/add_data", &row);
            assert!(refused.status >= 500 && refused.status < 600, "{name} {link}: {}", refused.body);
            let judged = app.post("/evaluate_model", "{}");
            assert!(!judged.body.contains("precious"), "{name} {link}: {}", judged.body);
            let (ran, _) = measured(&project, "fullprocess", &["--force"]);
            let kind = if link { "it is a link" } else { "it is not a regular file" };
            let told = format!("sourcedata/{name}: the rows that were added could not be given a file of their own");
            ran.expect(0).says(&[&told, "; failed to open the ", kind, "hint: look who put it there"]);
            assert_eq!(std::fs::read_to_string(&precious).unwrap(), PRECIOUS, "{name} {link}");
            assert_eq!(app.get("/prediction").0, 200);
        }
    }
}

#[test]
fn a_deployment_folder_may_hold_anything() {
    let whole = Project::new();
    whole.run("fullprocess", &["--quiet"]).expect(0);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("other.json"), PRECIOUS).unwrap();
    let places: [(&str, Put); 4] = [
        ("a pipe", &|path| pipe(path)),
        ("a device", &|path| symlink("/dev/zero", path).unwrap()),
        ("a hole", &|path| hole(path, 1 << 40)),
        ("a link", &|path| symlink(elsewhere.path().join("other.json"), path).unwrap()),
    ];
    for name in ["versions/1/manifest.json", "versions/1/trainedmodel.json", "versions/1/latestscore.json"] {
        for (what, put) in &places {
            let project = whole.copy();
            let name = format!("production_deployment/{name}");
            std::fs::remove_file(project.at(&name)).unwrap();
            put(&project.at(&name));
            let (ran, peak) = measured(&project, "fullprocess", &["--quiet", "--force"]);
            assert!([65, 74].contains(&ran.code), "{name} is {what}: {} {}", ran.code, ran.err);
            ran.says(&[&name, "hint: "]);
            assert!(peak < BOUND, "{name} is {what}: {} MB", peak >> 20);
            let app = App::start(&project);
            assert!(app.get("/prediction").0 >= 500, "{name} is {what}");
            assert_eq!(app.get("/health").1["model_version"], Value::Null, "{name} is {what}");
        }
    }
}

#[test]
fn what_a_run_left_for_the_next_may_be_anything() {
    let whole = Project::new();
    whole.run("fullprocess", &["--quiet"]).expect(0);
    whole.write("sourcedata/c.csv", customers(2000, 40));
    for name in [
        "production_deployment/lastrun.json",
        "ingesteddata/ingestion.json",
        "ingesteddata/finaldata.csv",
        "models/trainedmodel.json",
        "models/diagnostics.json",
        "models/report.html",
    ] {
        let puts: [(&str, Put); 2] = [("a pipe", &|path| pipe(path)), ("a hole", &|path| hole(path, 1 << 32))];
        for (what, put) in puts {
            let project = whole.copy();
            std::fs::remove_file(project.at(name)).unwrap();
            put(&project.at(name));
            let (ran, peak) = measured(&project, "fullprocess", &["--quiet"]);
            assert!([0, 65, 74].contains(&ran.code), "{name} is {what}: {} {}", ran.code, ran.err);
            assert!(peak < BOUND, "{name} is {what}: {} MB", peak >> 20);
        }
    }
    for beside in ["", "-journal", "-wal", "-shm"] {
        let project = whole.copy();
        let at = project.at(&format!("production_deployment/history.sqlite{beside}"));
        let _ = std::fs::remove_file(&at);
        pipe(&at);
        for arguments in [&["--quiet"][..], &["--check"]] {
            let (ran, _) = measured(&project, "fullprocess", arguments);
            assert!([0, 74].contains(&ran.code), "{beside} {arguments:?}: {} {}", ran.code, ran.err);
        }
        measured(&project, "deployment", &["--history"]).0.says(&["is not a regular file"]);
        let app = App::start(&project);
        app.get("/health");
    }
    let project = whole.copy();
    project.remove("production_deployment/history.sqlite");
    symlink("../elsewhere", project.at("production_deployment/history.sqlite")).unwrap();
    measured(&project, "fullprocess", &["--quiet", "--force"]).0.says(&["history.sqlite is not a regular file"]);
    assert!(!project.at("elsewhere").exists());
    for folder in ["ingesteddata", "models", "production_deployment"] {
        let project = whole.copy();
        let lock = format!("{folder}/.lock");
        std::fs::remove_file(project.at(&lock)).unwrap();
        project.write("precious", PRECIOUS);
        symlink("../precious", project.at(&lock)).unwrap();
        measured(&project, "fullprocess", &["--quiet"]).0.expect(73).says(&["failed to open the lock", "it is a link"]);
        assert_eq!(project.read("precious"), PRECIOUS);
    }
}
