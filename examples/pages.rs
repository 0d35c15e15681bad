//! Writes the pages of the app with made-up content, to look at and to check in a browser.
//!
//! ```sh
//! cargo run --example pages -- FOLDER
//! node tests/browser/check.mjs --static FOLDER
//! ```
#![allow(clippy::print_stdout, reason = "an example tells what it wrote")]
#![allow(clippy::disallowed_methods, reason = "the store is for artefacts; these are samples")]

use incumbent::api::pages::view::{
    Bucket, Dashboard, Drift, DriftColumn, Health, Incumbent, LabelCount, Latency, Predictions, Requests, Run,
};
use incumbent::api::pages::{ASSETS, CSP, dashboard, docs, plain};
use incumbent::random::Random;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/pages".to_string());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (name, text) in files() {
        std::fs::write(folder.join(&name), text)?;
    }
    println!("pages written to {}", folder.display());
    Ok(())
}

/// Every file by its name.
pub fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> =
        VIEWS.iter().map(|(name, view)| (format!("{name}.html"), dashboard(&view()))).collect();
    files.push(("docs.html".into(), docs()));
    files.push((
        "plain.html".into(),
        plain("No such page", "The pages are / and /docs; /openapi.json lists the routes."),
    ));
    files.push(("openapi.json".into(), include_str!("../tests/browser/openapi.json").into()));
    files.push(("policy.txt".into(), CSP.into()));
    files.extend(ASSETS.iter().map(|a| (a.path.trim_start_matches('/').to_string(), a.text.to_string())));
    files
}

/// A dashboard by its name.
pub type View = (&'static str, fn() -> Dashboard);

/// Dashboards of all kinds: a busy one, one of the first day, a broken one, hostile names.
pub const VIEWS: [View; 5] =
    [("index", busy), ("first", first), ("empty", empty), ("broken", broken), ("hostile", hostile)];

fn text(text: &str) -> Option<String> {
    Some(text.to_string())
}

fn run(day: u32, decision: &str, reason: &str, old: Option<f64>, new: Option<f64>, version: u64) -> Run {
    let (month, date) = (1 + (day - 1) / 28, 1 + (day - 1) % 28);
    Run {
        started: format!("2026-{month:02}-{date:02}T02:30:00Z"),
        command: "fullprocess".into(),
        seconds: 0.8 + f64::from(day % 7) * 0.31,
        decision: text(decision),
        failed: decision == "failed",
        reason: text(reason),
        metric: text("f1"),
        old_score: old,
        new_score: new,
        new_interval: new.map(|v| (v - 0.062, v + 0.049)),
        version: Some(version),
        test_data: text(if day < 60 { "a" } else { "b" }),
    }
}

/// Half a year of runs every few days, newest first.
fn history() -> Vec<Run> {
    let mut random = Random::new(7);
    let mut runs = vec![run(1, "first_deployment", "there was no incumbent", None, Some(0.508), 1)];
    let (mut office, mut version) = (0.508, 1);
    for day in (5..=180).step_by(5) {
        if day % 3 == 0 && day < 170 {
            let reason = "no input file is new, changed or gone since the last decision";
            runs.push(Run { seconds: 0.021, ..run(day, "no_new_data", reason, None, None, version) });
            continue;
        }
        if day == 60 || day == 61 {
            office -= 0.03;
        }
        let new = 0.49 + 0.001 * f64::from(day) + 0.06 * (random.unit() - 0.5);
        if new > office {
            version += 1;
            let reason = format!(
                "challenger {new:.4} beats incumbent {office:.4} on f1 (higher is better) over the same 1,204 test \
                 rows; 95% interval of the difference -0.011 to +0.052, which contains 0: 1,204 test rows cannot tell \
                 the two apart"
            );
            runs.push(run(day, "deployed", &reason, Some(office), Some(new), version));
            office = new;
        } else {
            let reason = format!(
                "challenger {new:.4} does not beat incumbent {office:.4} on f1 (higher is better) over the same 1,204 \
                 test rows; the incumbent stays"
            );
            runs.push(run(day, "kept_incumbent", &reason, Some(office), Some(new), version));
        }
    }
    let reason = "sourcedata/2026-07.csv:418:3: 212 of 3,020 rows are rejected, more than the share of 0.05 allowed";
    runs.insert(runs.len() - 2, Run { metric: None, ..run(174, "failed", reason, None, None, version) });
    runs.reverse();
    runs
}

fn health(stale: Option<bool>, success: Option<&str>, age: f64) -> Health {
    Health {
        stale,
        last_success: success.map(String::from),
        last_success_age: success.map(|_| age),
        started: text("2026-07-05T06:12:44Z"),
    }
}

/// An app in its best days.
fn busy() -> Dashboard {
    let runs = history();
    let names = [
        "monthly_fee",
        "tenure_months",
        "plan",
        "support_calls",
        "last_login_days",
        "satisfaction",
        "region",
        "age",
        "payment_method",
        "discount_share",
        "devices",
        "contract_end",
        "a_column_with_a_rather_long_name_from_an_export",
    ];
    let effects = [0.412, 0.231, 0.188, 0.071, 0.064, 0.043, 0.031, 0.022, 0.0, 0.012, 0.009, 0.004, 0.038];
    let columns = names.iter().zip(effects).map(|(name, effect)| match *name {
        "payment_method" => {
            DriftColumn { name: (*name).into(), effect: None, drifted: None, note: text("too few rows") }
        }
        _ => DriftColumn { name: (*name).into(), effect: Some(effect), drifted: Some(effect > 0.1), note: None },
    });
    let counts = [0, 3, 1_840, 9_211, 4_022, 1_130, 610, 212, 48, 7, 0, 1];
    let upper = |i: usize| if i + 1 == counts.len() { f64::INFINITY } else { 0.00025 * 2f64.powi(i as i32) };
    let requests = [
        ("GET", "/prediction", 200, 9_120),
        ("GET", "/prediction", 400, 31),
        ("POST", "/prediction", 200, 5_240),
        ("POST", "/prediction", 413, 2),
        ("GET", "/health", 200, 2_400),
        ("GET", "/health", 503, 4),
        ("GET", "/", 200, 212),
        ("GET", "/metrics", 200, 61),
        ("POST", "/get_prediction", 200, 11),
        ("POST", "/retrain", 202, 1),
        ("POST", "/retrain", 401, 3),
        ("GET", "other", 404, 17),
    ];
    Dashboard {
        program: "incumbent 0.1.0".into(),
        now: "2026-07-12T09:41:07Z".into(),
        health: health(Some(false), Some("2026-07-12T02:30:00Z"), 25_867.0),
        incumbent: Some(Incumbent {
            version: runs.first().and_then(|r| r.version).unwrap_or(1),
            kind: "logistic_regression".into(),
            metric: "f1".into(),
            score: Some(0.643),
            interval: Some((0.581, 0.692)),
            test_rows: Some(1_204),
            training_rows: Some(18_422),
            trained: text("2026-07-12T02:30:00Z"),
            deployed: text("2026-07-12T02:30:02Z"),
            reason: text(
                "challenger 0.6430 beats incumbent 0.6120 on f1 (higher is better) over the same 1,204 test rows; \
                 95% interval of the difference +0.004 to +0.058",
            ),
        }),
        alarms: vec![
            ("min_new_rows".into(), "12 new rows in 1 new file".into()),
            ("slower_than".into(), "training took 912.40 s, where 214.05 s are usual".into()),
        ],
        incumbent_problem: None,
        runs,
        runs_problem: None,
        drift: Some(Drift {
            time: text("2026-07-12T02:30:03Z"),
            method: text(
                "rows of the last run against those the model learnt from; the effect is the distance of the two distributions, 0 to 1",
            ),
            floor: Some(0.1),
            columns: columns.collect(),
            nothing: None,
        }),
        predictions: Predictions {
            rows: 14_360,
            labels: vec![
                LabelCount { label: "stays".into(), rows: 12_114 },
                LabelCount { label: "churned".into(), rows: 2_246 },
            ],
        },
        latency: Latency {
            p50: Some(0.00081),
            p90: Some(0.0037),
            p99: Some(0.021),
            buckets: counts.iter().enumerate().map(|(i, count)| Bucket { upper: upper(i), count: *count }).collect(),
        },
        requests: requests
            .iter()
            .map(|(method, route, status, count)| Requests {
                method: (*method).into(),
                route: (*route).into(),
                status: *status,
                count: *count,
            })
            .collect(),
    }
}

/// The first day: one run, a quantity, an error to be kept small.
fn first() -> Dashboard {
    let reason = text("there was no incumbent");
    let run = Run {
        metric: text("rmse"),
        new_score: Some(1_204.5),
        new_interval: Some((1_100.0, 1_310.0)),
        ..run(1, "first_deployment", "there was no incumbent", None, None, 1)
    };
    Dashboard {
        incumbent: Some(Incumbent {
            version: 1,
            kind: "ridge".into(),
            metric: "rmse".into(),
            score: Some(1_204.5),
            interval: Some((1_100.0, 1_310.0)),
            test_rows: Some(220),
            reason,
            ..Incumbent::default()
        }),
        health: health(None, Some("2026-01-01T02:30:00Z"), 51.0),
        runs: vec![run],
        predictions: Predictions { rows: 1, labels: vec![] },
        requests: vec![Requests { method: "GET".into(), route: "/".into(), status: 200, count: 1 }],
        latency: Latency { buckets: vec![Bucket { upper: 0.001, count: 1 }], p50: Some(0.0006), ..Latency::default() },
        ..empty()
    }
}

/// Before anything.
fn empty() -> Dashboard {
    Dashboard { program: "incumbent 0.1.0".into(), now: "2026-01-01T09:00:00Z".into(), ..Dashboard::default() }
}

/// A model and a history that cannot be read, and a run that is overdue.
fn broken() -> Dashboard {
    Dashboard {
        incumbent_problem: text(
            "trainedmodel.json: the checksum does not fit the content; the file was changed or damaged",
        ),
        runs_problem: text("history.sqlite: failed to read the history; file is not a database"),
        health: health(Some(true), Some("2026-01-01T02:30:00Z"), 920_000.0),
        ..empty()
    }
}

/// Names that would be markup, that are long, that turn the direction of what follows.
fn hostile() -> Dashboard {
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></svg><b>",
        "\u{202e}desrever",
        "שלום עולם",
        "🙂👩‍👩‍👧",
        "",
        "&amp;",
        "a\u{0}b\nc",
    ];
    let long = "supercalifragilistic".repeat(200);
    let all = || names.iter().map(|n| (*n).to_string()).chain([long.clone()]);
    let mut view = busy();
    let incumbent = Incumbent {
        kind: names[0].into(),
        metric: names[1].into(),
        reason: Some(long.clone()),
        deployed: text(names[0]),
        ..view.incumbent.unwrap_or_default()
    };
    view.incumbent = Some(incumbent);
    view.program = names[0].into();
    for (run, name) in view.runs.iter_mut().zip(all().cycle()) {
        (run.started, run.command, run.reason) = (name.clone(), name.clone(), Some(name.clone()));
        run.metric = text(names[3]);
        if run.decision.as_deref() == Some("no_new_data") {
            run.decision = Some(name);
        }
    }
    let column = |name| DriftColumn { note: Some(long.clone()), name, effect: Some(f64::NAN), drifted: Some(true) };
    let columns = all().map(column).chain((0..600).map(|i| column(format!("{i} {long}")))).collect();
    view.drift = Some(Drift { time: text(names[1]), method: Some(long.clone()), columns, ..Drift::default() });
    view.predictions.labels = all().map(|label| LabelCount { label, rows: 12_345_678 }).collect();
    view.requests = all().map(|route| Requests { method: names[0].into(), route, status: 200, count: 1 }).collect();
    view
}
