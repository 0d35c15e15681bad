//! Runs, killed at each of their points.

use super::{Call, Scene, names};
use crate::project::{Project, customers};
use incumbent::signature::PrivateKey;
use incumbent::store::added::Added;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

pub const FULLPROCESS: Call = ("fullprocess", &["--quiet"]);
const ROLLBACK: Call = ("deployment", &["--rollback", "1", "--quiet"]);
const SIGN: Call = ("deployment", &["--sign", "--quiet"]);

/// Nothing was run yet. The log is small, so that every run rotates it; what is deployed is signed, and
/// whoever looks afterwards asks for that.
pub fn fresh() -> Project {
    let project = Project::new();
    let key = PrivateKey::from_seed(&[1; 32]);
    project.write("key.pem", key.pem());
    std::fs::set_permissions(project.at("key.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let signature = json!({"public_keys": [key.public().to_string()], "key_file": "key.pem"});
    project.config(json!({"log": {"max_bytes": 1000, "keep": 2}, "signature": signature}));
    std::fs::create_dir(project.at("tmp")).unwrap();
    // Half of the labels are wrong: better rows will make a better model.
    let rows = customers(0, 60);
    let wrong = |(i, line): (usize, &str)| match line.strip_suffix(",0") {
        Some(start) if i % 2 == 0 => format!("{start},1\n"),
        _ => format!("{line}\n"),
    };
    project.write("sourcedata/a.csv", rows.lines().enumerate().map(wrong).collect::<String>());
    project.remove("sourcedata/b.csv");
    project
}

/// A version is in office, and there are new rows: of a file, one of them bad, and some that came
/// over HTTP.
pub fn with_new_rows() -> Project {
    let project = fresh();
    for arguments in [&["--quiet"][..], &["--quiet", "--force"]] {
        project.run("fullprocess", arguments).expect(0);
    }
    project.write("sourcedata/c.csv", customers(2000, 250) + "c9,basic,much,1,0\n");
    let rows = customers(3000, 5);
    let (_, rows) = rows.split_once('\n').unwrap();
    let added = Added::new(&project.at("sourcedata"), "sourcedata");
    added.append(&["customer", "plan", "fee", "calls", "churned"], rows.as_bytes(), 5).unwrap();
    project
}

pub fn challenge() -> Scene {
    let (project, killed) = (with_new_rows(), FULLPROCESS);
    Scene { name: "fullprocess", project, killed, next: &[FULLPROCESS], also: Vec::new() }
}

pub fn first_deployment() -> Scene {
    let project = fresh();
    // Where the first model came into office and no more, the next run holds a contest against it,
    // and the report has a plot of that.
    let again = project.copy();
    for arguments in [&["--quiet"][..], &["--quiet", "--force"]] {
        again.run("fullprocess", arguments).expect(0);
    }
    let also = vec![names(&again)];
    Scene { name: "the first fullprocess", project, killed: FULLPROCESS, next: &[FULLPROCESS], also }
}

pub fn rollback() -> Scene {
    let project = with_new_rows();
    project.run("fullprocess", &["--quiet"]).expect(0);
    let next = &[FULLPROCESS, ROLLBACK];
    Scene { name: "deployment --rollback", project, killed: ROLLBACK, next, also: Vec::new() }
}

/// A version is in office from before signatures were asked for; nobody asks for them while it is
/// looked at, which tells a signature that is there from one that is half there all the same.
fn signing() -> Scene {
    let project = fresh();
    let config = project.json("config.json");
    project.config(json!({}));
    for arguments in [&["--quiet"][..], &["--quiet", "--force"]] {
        project.run("fullprocess", arguments).expect(0);
    }
    project.config(json!({"signature": {"key_file": config["signature"]["key_file"]}}));
    Scene { name: "deployment --sign", project, killed: SIGN, next: &[SIGN], also: Vec::new() }
}

/// More rows than memory may hold, so that they are told apart on disk.
pub fn large_merge() -> Scene {
    let project = fresh();
    project.config(json!({"data": {"memory_limit": "1 MiB"}}));
    project.write("sourcedata/b.csv", customers(10_000, 60_000));
    let ingestion: &[Call] = &[("ingestion", &["--quiet"])];
    Scene { name: "a large merge", project, killed: ingestion[0], next: ingestion, also: Vec::new() }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_run_that_is_killed_anywhere_loses_nothing() {
    challenge().sweep();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_first_run_that_is_killed_anywhere_is_made_up_for() {
    first_deployment().sweep();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_rollback_that_is_killed_anywhere_was_done_or_was_not() {
    rollback().sweep();
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_signature_that_is_killed_anywhere_is_there_whole_or_not_at_all() {
    signing().sweep();
}
