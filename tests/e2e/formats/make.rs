//! How fixtures are made: four small projects, each with a version of every model that learns its
//! kind of question, as today's program leaves them. They go into a folder of the next number;
//! what was made before is never touched.

use super::{ANSWERS, HISTORY_1, NEW_ROWS, SIGNED, SUMS, answers, files, folder, sets};
use crate::api::{App, until};
use crate::project::Project;
use incumbent::fingerprint::Fingerprint;
use incumbent::random::{Random, secret};
use incumbent::signature::{self, PrivateKey};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::Path;

/// A project: its name, the settings of its data, and of each version.
struct Plan {
    name: &'static str,
    header: &'static str,
    row: fn(&mut Random, usize) -> String,
    data: Value,
    versions: Vec<Value>,
}

fn plain(kinds: &[&str]) -> Vec<Value> {
    let params = |kind: &str| match kind {
        "random_forest" | "extra_trees" => json!({"n_trees": 2}),
        "boosting" => json!({"n_trees": 3}),
        _ => json!({}),
    };
    kinds.iter().map(|kind| json!({"kind": kind, "params": params(kind)})).collect()
}

fn plans() -> Vec<Plan> {
    let classifiers = ["logistic_regression", "random_forest", "boosting", "extra_trees", "k_nearest_neighbours"];
    let mut yes_no = plain(&classifiers);
    yes_no.extend(plain(&["naive_bayes"]));
    yes_no[0]["calibration"] = "sigmoid".into();
    yes_no[1]["calibration"] = "isotonic".into();
    yes_no[2]["monotone"] = json!({"fee": "increasing"});
    yes_no[3]["threshold"] = "chosen".into();
    yes_no.push(json!({"kind": "auto", "budget_seconds": 1}));
    let classes = plain(&["logistic_regression", "naive_bayes", "random_forest", "boosting"]);
    let quantities = ["ridge", "linear_regression", "lasso", "elastic_net", "random_forest", "boosting"];
    vec![
        Plan {
            name: "yes_no",
            header: "customer,plan,since,fee,calls,churned",
            row: |random, i| {
                let (plan, fee, calls) =
                    (["basic", "gold", "plus"][random.below(3)], random.below(60), random.below(9));
                let churned = (fee > 35) ^ (random.unit() < 0.15);
                let calls = if i % 9 == 4 { String::new() } else { calls.to_string() };
                let since = format!("202{}-0{}-1{}", random.below(5), 1 + random.below(9), random.below(9));
                format!("c{i},{plan},{since},{fee}.5,{calls},{}", u8::from(churned))
            },
            data: json!({"target": "churned", "id": ["customer"]}),
            versions: yes_no,
        },
        Plan {
            name: "quantity",
            header: "client,kind,age,balance,amount",
            row: |random, i| {
                let (kind, age, balance) = (["a", "b"][random.below(2)], 20 + random.below(60), random.below(1000));
                let amount = balance as f64 * 0.3 + age as f64 + random.normal();
                format!("k{i},{kind},{age},{balance},{amount:.2}")
            },
            data: json!({"target": "amount", "id": ["client"], "task": "regression"}),
            versions: plain(&[&quantities[..], &["extra_trees", "k_nearest_neighbours"]].concat()),
        },
        Plan {
            name: "classes",
            header: "name,length,language",
            row: |random, _| {
                let language = random.below(3);
                let parts = [["sch", "ein", "er"], ["ov", "ska", "iy"], ["ito", "ama", "uki"]][language];
                let name: String = (0..2 + random.below(2)).map(|_| parts[random.below(3)]).collect();
                format!("{name}{},{},{}", random.below(40), name.len(), ["german", "russian", "japanese"][language])
            },
            data: json!({"target": "language", "types": {"name": "text"}}),
            versions: classes,
        },
        Plan {
            name: "labels",
            header: "age,income,loan,card,fund",
            row: |random, _| {
                let (age, income) = (20 + random.below(60), random.below(100));
                let labels = [age > 40, income > 50, age + income > 90].map(|is| u8::from(is ^ (random.unit() < 0.1)));
                format!("{age},{income},{},{},{}", labels[0], labels[1], labels[2])
            },
            data: json!({"target": ["loan", "card", "fund"]}),
            versions: plain(&classifiers),
        },
    ]
}

fn made(plan: &Plan) -> Project {
    let project = Project::new();
    for name in ["sourcedata/b.csv", "sourcedata/a.csv"] {
        project.remove(name);
    }
    let mut random = Random::new(7);
    let mut rows = |first: usize, count: usize| -> String {
        (first..first + count).fold(format!("{}\n", plan.header), |all, i| all + &(plan.row)(&mut random, i) + "\n")
    };
    project.write("sourcedata/january.csv", rows(0, 40));
    project.write("sourcedata/february.csv", rows(40, 30) + if plan.name == "yes_no" { "c99,gold\n" } else { "" });
    project.write("testdata/test.csv", rows(1000, 30));
    project.write(NEW_ROWS, rows(2000, 20));
    let segments = if plan.name == "yes_no" { json!(["plan"]) } else { json!([]) };
    for settings in &plan.versions {
        let gate =
            json!({"rule": "not_worse", "margin": 1e9, "segments": segments, "segment_margin": 1.0, "segment_rows": 3});
        let api = json!({"log_predictions": plan.name == "yes_no"});
        project.config(json!({"data": plan.data, "model": settings, "gate": gate, "api": api}));
        project.run("fullprocess", &["--force"]).expect(0);
    }
    if plan.name == "yes_no" {
        add_over_http(&project);
    }
    project
}

/// Predictions that are logged, with a label that comes later, and a file of added rows.
fn add_over_http(project: &Project) {
    let app = App::start(project);
    let mut row = json!({"customer": "n1", "plan": "gold", "since": "2024-05-11", "fee": 50.5, "calls": 3});
    app.post("/predict", row.to_string()).expect(200);
    let history = project.at("production_deployment/history.sqlite");
    let logged = || {
        let open = Connection::open(&history).unwrap();
        open.query_row("SELECT count(*) FROM predictions", [], |row| row.get::<_, u32>(0)).unwrap_or(0)
    };
    until("the prediction is logged", || logged() == 1);
    row["churned"] = json!(1);
    app.post("/add_data", row.to_string()).expect(200);
    assert_eq!(app.stop(), 0);
    project.run("fullprocess", &[]).expect(0);
}

/// What a program reads again: no reports, and nothing that only tells of a process.
fn is_kept(name: &str) -> bool {
    let told = ["report.", "plots/", "confusionmatrix", "fullprocess.log", ".lock"];
    told.iter().all(|part| !name.contains(part))
}

/// A history as programs wrote it before version 2: the tables and indexes of version 1, with the
/// rows that they had room for.
fn history_of_version_1(from: &Path, to: &Path) {
    const TABLES: &str = "
        CREATE TABLE IF NOT EXISTS runs(
          run_id TEXT PRIMARY KEY, command TEXT NOT NULL, program TEXT NOT NULL,
          started TEXT NOT NULL, seconds REAL NOT NULL, exit_code INTEGER NOT NULL,
          decision TEXT, reason TEXT, metric TEXT, old_score REAL, new_score REAL, version INTEGER,
          data_fingerprint TEXT);
        CREATE TABLE IF NOT EXISTS stages(
          run_id TEXT NOT NULL, stage TEXT NOT NULL, seconds REAL NOT NULL, rows INTEGER);
        CREATE TABLE IF NOT EXISTS scores(
          run_id TEXT NOT NULL, role TEXT NOT NULL, version INTEGER, model_fingerprint TEXT NOT NULL,
          metric TEXT NOT NULL, value REAL, undefined TEXT, low REAL, high REAL,
          rows INTEGER NOT NULL, test_fingerprint TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS columns(
          run_id TEXT NOT NULL, name TEXT NOT NULL, rows INTEGER NOT NULL, missing INTEGER NOT NULL,
          mean REAL, median REAL, std REAL, min REAL, max REAL);
        CREATE TABLE IF NOT EXISTS deployments(
          time TEXT NOT NULL, run_id TEXT NOT NULL, action TEXT NOT NULL, version INTEGER NOT NULL,
          previous INTEGER, model_fingerprint TEXT NOT NULL, reason TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS stages_by_run ON stages(run_id);
        CREATE INDEX IF NOT EXISTS columns_by_run ON columns(run_id);
        PRAGMA user_version = 1;";
    let old = Connection::open(to).unwrap();
    old.execute_batch(&format!("BEGIN;{TABLES}COMMIT;")).unwrap();
    old.execute("ATTACH ?1 AS new", [from.to_str().unwrap()]).unwrap();
    for table in ["runs", "stages", "scores", "columns", "deployments"] {
        old.execute(&format!("INSERT INTO main.{table} SELECT * FROM new.{table}"), []).unwrap();
    }
}

/// A manifest with a signature by a key that nobody keeps.
fn sign(manifest: &Path, set: &Path) {
    let key = PrivateKey::from_seed(&std::array::from_fn(|_| secret() as u8));
    let manifest = std::fs::read(manifest).unwrap();
    let signature = signature::sign(&key, &manifest).unwrap();
    let public = key.public().to_string().into_bytes();
    std::fs::create_dir(set.join("signed")).unwrap();
    for (name, bytes) in SIGNED.into_iter().zip([manifest, signature, public]) {
        std::fs::write(set.join(name), bytes).unwrap();
    }
}

#[test]
#[ignore = "writes into the sources: a new folder of fixtures, before a format gets another version"]
fn fixtures_of_this_program_are_made() {
    let next = folder().join(format!("v{}", sets().len() + 1));
    std::fs::create_dir(&next).expect("fixtures are never made over others");
    for plan in plans() {
        let project = made(&plan);
        let to = next.join(plan.name);
        for (name, content) in project.files() {
            if !is_kept(&name) {
                continue;
            }
            let path = to.join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match std::fs::read_link(project.at(&name)) {
                Ok(target) => std::os::unix::fs::symlink(target, path).unwrap(),
                Err(_) => std::fs::write(path, content).unwrap(),
            }
        }
        let history = project.at("production_deployment/history.sqlite");
        std::fs::copy(&history, to.join("production_deployment/history.sqlite")).unwrap();
        let _ = std::fs::copy(project.at("sourcedata/.added.lock"), to.join("sourcedata/.added.lock"));
        std::fs::write(to.join(ANSWERS), serde_json::to_string(&answers(&project)).unwrap() + "\n").unwrap();
        if plan.name == "yes_no" && next.ends_with("v1") {
            history_of_version_1(&history, &next.join(HISTORY_1));
            sign(&to.join("production_deployment/versions/1/manifest.json"), &next);
        }
    }
    let line = |(name, bytes): (&String, &Vec<u8>)| format!("{}  {name}\n", Fingerprint::of(bytes));
    std::fs::write(next.join(SUMS), files(&next).iter().map(line).collect::<String>()).unwrap();
}
