//! What programs before this one left on the disk: fixtures of every version of every saved format,
//! in `tests/formats`. They are opened, answer to the last bit, are built upon and come back.
//!
//! - `make`: how they were made, and how the next ones are.
//! - `future`: files of formats that this program does not know yet.
//!
//! A fixture never changes. Where a format gets another version, the fixtures of that version are
//! made beside the earlier ones.

mod future;
mod make;

use crate::crash_sweep::office;
use crate::project::Project;
use incumbent::config::Config;
use incumbent::event::Silent;
use incumbent::fingerprint::Fingerprint;
use incumbent::run::{Context, catalog, contest, scoring};
use incumbent::signature::{self, PublicKey};
use incumbent::stages::scoring::common_schema;
use incumbent::stages::{decision, diagnostics, manifest, scoring as scores, sketching, training};
use incumbent::store::{history, versions};
use incumbent::{models, parallel};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each version of a project answered to its test rows when the fixture was made.
const ANSWERS: &str = "answers.json";
/// Rows that had not come by then.
const NEW_ROWS: &str = "new.csv";
/// SHA-256 of every file of a set of fixtures.
const SUMS: &str = "SHA256SUMS";
/// A manifest of a deployment, its signature, and the public key.
const SIGNED: [&str; 3] = ["signed/manifest.json", "signed/manifest.json.sig", "signed/public.txt"];
/// A history of version 1.
const HISTORY_1: &str = "history-1.sqlite";

/// Every saved format that states its version, with the one that this program writes.
fn formats() -> Vec<(&'static str, u32)> {
    vec![
        (training::FORMAT, training::FORMAT_VERSION),
        (sketching::FORMAT, sketching::FORMAT_VERSION),
        (scores::FORMAT, scores::FORMAT_VERSION),
        (manifest::FORMAT, manifest::FORMAT_VERSION),
        (diagnostics::FORMAT, diagnostics::FORMAT_VERSION),
        (versions::FORMAT, versions::FORMAT_VERSION),
        (decision::FORMAT, decision::FORMAT_VERSION),
        (signature::FORMAT, signature::FORMAT_VERSION),
        (HISTORY, u32::try_from(history::VERSION).unwrap()),
    ]
}

/// A history states its version as SQLite has it, and no name.
const HISTORY: &str = "user_version";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

/// The sets of fixtures.
fn sets() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut sets: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    sets.sort();
    sets
}

/// The files below a folder with their content; links are left out.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file() && entry.file_name() != SUMS);
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_string();
    files.map(|entry| (name(entry.path()), std::fs::read(entry.path()).unwrap())).collect()
}

/// The projects of all sets, by their folders.
fn projects() -> Vec<PathBuf> {
    let below = |set: PathBuf| std::fs::read_dir(set).unwrap().map(|entry| entry.unwrap().path());
    let mut projects: Vec<PathBuf> =
        sets().into_iter().flat_map(below).filter(|path| path.join("config.json").is_file()).collect();
    projects.sort();
    projects
}

/// What each version answers to the test rows.
fn answers(project: &Project) -> BTreeMap<u64, Vec<f64>> {
    let config = Config::parse(&project.read("config.json"), &project.at("config.json"), "config.json", &catalog());
    let config = config.unwrap();
    let ctx = Context::new(&config, "test", true, &Silent);
    let answered = |version: u64| {
        let model = contest::version(&ctx, version).unwrap().model;
        let test = scoring::test_rows(&ctx, &common_schema(&[&model])).unwrap();
        (version, model.pipeline.predict(&test.rows, 1).unwrap().as_slice().to_vec())
    };
    contest::production(&ctx).versions().unwrap().into_iter().map(answered).collect()
}

/// What the fixture says of that.
fn expected(project: &Project) -> BTreeMap<u64, Vec<f64>> {
    serde_json::from_str(&project.read(ANSWERS)).unwrap()
}

fn assert_same(answers: &BTreeMap<u64, Vec<f64>>, expected: &BTreeMap<u64, Vec<f64>>, name: &Path) {
    for (version, expected) in expected {
        let bits = |answers: &[f64]| answers.iter().map(|answer| answer.to_bits()).collect::<Vec<_>>();
        assert!(bits(&answers[version]) == bits(expected), "{}: version {version}", name.display());
    }
}

/// Does something with a copy of each project.
fn with_each(work: impl Fn(&Path, Project) + Sync) {
    let projects = projects();
    assert!(projects.len() >= 4);
    parallel::map(projects.len(), parallel::available(), |i| work(&projects[i], Project::of(&projects[i])));
}

/// Whether a run warns of nothing but the bad row that is among the fixtures.
fn is_quiet(err: &str) -> bool {
    err.lines().filter(|line| line.starts_with("warning")).all(|line| line.contains("1 of 31 rows are bad"))
}

#[test]
fn every_version_answers_to_the_last_bit() {
    with_each(|name, project| assert_same(&answers(&project), &expected(&project), name));
}

#[test]
fn older_deployments_are_told_built_upon_and_come_back() {
    with_each(|name, project| {
        let known = expected(&project);
        let last = *known.keys().last().unwrap();
        let told = project.run("deployment", &["--history", "--json"]).expect(0);
        assert!(!told.err.contains("warning"), "{}", told.err);
        let listed = told.json()["versions"].as_array().unwrap().len();
        assert_eq!(listed, known.len(), "{}", name.display());
        let checked = project.run("fullprocess", &["--check", "--json"]).expect(0).json();
        let is_good = |check: &&Value| check["status"] != "ok";
        let looks: Vec<&Value> = checked["checks"].as_array().unwrap().iter().filter(is_good).collect();
        assert!(looks.is_empty(), "{}: {looks:?}", name.display());
        let idle = project.run("fullprocess", &["--json"]).expect(0).json();
        assert_eq!(idle["decision"], "no_new_data", "{}: {idle}", name.display());
        project.run("reporting", &["--quiet"]).expect(0);
        project.write("sourcedata/new.csv", project.read(NEW_ROWS));
        let ran = project.run("fullprocess", &["--json"]).expect(0);
        assert!(is_quiet(&ran.err), "{}: {}", name.display(), ran.err);
        assert_eq!(ran.json()["decision"], "deployed", "{}: {}", name.display(), ran.out);
        assert_eq!(ran.json()["version"], last + 1);
        project.run("deployment", &["--rollback", "1"]).expect(0);
        assert_eq!(office(&project).unwrap().unwrap().version, 1);
        assert_same(&answers(&project), &known, name);
        let events = project.run("deployment", &["--history", "--json"]).expect(0).json()["events"].clone();
        let events = events.as_array().unwrap();
        assert_eq!(events.len(), known.len() + 2, "{}: {events:?}", name.display());
    });
}

#[test]
fn what_was_signed_is_still_known_by_its_key() {
    for set in sets() {
        let [manifest, signature, public] = SIGNED.map(|name| std::fs::read(set.join(name)).unwrap());
        let public = PublicKey::parse(std::str::from_utf8(&public).unwrap()).unwrap();
        assert_eq!(signature::verify(std::slice::from_ref(&public), &manifest, &signature), Ok(public.id()));
        assert!(signature::verify(&[public], &manifest[1..], &signature).is_err());
    }
}

#[test]
fn a_history_of_version_1_is_read_and_brought_up() {
    let set = folder().join("v1");
    let project = Project::of(&set.join("yes_no"));
    let path = project.at("production_deployment/history.sqlite");
    std::fs::copy(set.join(HISTORY_1), &path).unwrap();
    let told = |project: &Project| -> Vec<Value> {
        let told = project.run("deployment", &["--history", "--json"]).expect(0);
        assert!(!told.err.contains("warning"), "{}", told.err);
        told.json()["events"].as_array().unwrap().clone()
    };
    let count = |table: &str| -> u32 {
        let open = Connection::open(&path).unwrap();
        open.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let version = || -> i64 {
        Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    let (events, runs) = (told(&project), count("runs"));
    assert!(!events.is_empty() && version() == 1, "readers change nothing");
    project.write("sourcedata/new.csv", project.read(NEW_ROWS));
    let ran = project.run("fullprocess", &["--json"]).expect(0);
    assert!(is_quiet(&ran.err) && ran.json()["decision"] == "deployed", "{}{}", ran.out, ran.err);
    assert_eq!((version(), count("runs")), (history::VERSION, runs + 1));
    assert!(count("drift") > 0 && told(&project).starts_with(&events));
}

#[test]
fn fixtures_are_as_they_were_made() {
    for set in sets() {
        let sums = std::fs::read_to_string(set.join(SUMS)).unwrap();
        let found = files(&set);
        let line = |(name, bytes): (&String, &Vec<u8>)| format!("{}  {name}", Fingerprint::of(bytes));
        let found: BTreeSet<String> = found.iter().map(line).collect();
        let made: BTreeSet<String> = sums.lines().map(str::to_string).collect();
        let differing: Vec<&String> = found.symmetric_difference(&made).collect();
        assert!(differing.is_empty(), "{}: {differing:?}", set.display());
    }
    let bytes: usize = files(&folder()).values().map(Vec::len).sum();
    assert!(bytes < 2_000_000, "{bytes} bytes");
}

/// The formats and versions that files state.
fn stated() -> BTreeSet<(String, u32)> {
    let mut stated = BTreeSet::new();
    for (name, bytes) in files(&folder()) {
        if name.ends_with(".sqlite") {
            let open = Connection::open_with_flags(folder().join(&name), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            let version = open.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            stated.insert((HISTORY.to_string(), version));
        } else if let Ok(Value::Object(document)) = serde_json::from_slice(&bytes)
            && let (Some(format), Some(version)) = (document.get("format"), document.get("format_version"))
        {
            let version = version.as_u64().and_then(|version| version.try_into().ok());
            stated.insert((format.as_str().unwrap().to_string(), version.unwrap()));
        }
    }
    stated
}

#[test]
fn every_version_of_every_format_has_a_fixture() {
    let stated = stated();
    for (format, newest) in formats() {
        let lacking: Vec<u32> = (1..=newest).filter(|v| !stated.contains(&(format.to_string(), *v))).collect();
        assert!(
            lacking.is_empty(),
            "{format}: no fixture of version {lacking:?}; before a version is raised, keep what stands in \
             tests/formats, then make a new set: cargo test --test e2e formats::make -- --ignored"
        );
    }
    let known: BTreeSet<&str> = formats().into_iter().map(|(format, _)| format).collect();
    for (format, _) in &stated {
        assert!(known.contains(format.as_str()), "{format} is in no list");
    }
}

#[test]
fn every_format_of_the_sources_is_in_the_lists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let (_, table) = architecture.split_once("## Formats").unwrap();
    for (format, version) in formats() {
        let row = table.lines().find(|line| line.contains(&format!("`{format}`"))).unwrap_or_default();
        assert!(row.ends_with(&format!("| {version} |")), "ARCHITECTURE.md does not tell of {format} {version}: {row}");
    }
    let known: BTreeSet<&str> = formats().into_iter().map(|(format, _)| format).collect();
    let mut found = 0;
    for entry in walkdir::WalkDir::new(root.join("src")).into_iter().map(Result::unwrap) {
        if !entry.file_type().is_file() || entry.path().extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for line in text.lines().filter(|line| line.contains("const FORMAT: &str = ")) {
            let name = line.split('"').nth(1).unwrap();
            assert!(known.contains(name), "{}: {name}", entry.path().display());
            found += 1;
        }
    }
    assert_eq!(found + 1, known.len(), "each but the history's is a constant FORMAT");
}

#[test]
fn every_model_has_a_fixture() {
    let mut kinds = BTreeSet::new();
    for (name, bytes) in files(&folder()) {
        if name.ends_with("trainedmodel.json") {
            let file: Value = serde_json::from_slice(&bytes).unwrap();
            kinds.insert(file["content"]["pipeline"]["kind"].as_str().unwrap_or_else(|| panic!("{name}")).to_string());
        }
    }
    for model in models::ALL {
        assert!(kinds.contains(model.name()), "{} is not among {kinds:?}", model.name());
    }
}
