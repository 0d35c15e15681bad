//! Times the fitting or the predicting of one model, alone.
//!
//! usage: cargo bench --bench models -- WORK FOLDER [--threads N]
//!
//! WORK is one of `logistic`, `boosting`, `forest`, `extra_trees` (which fit) and
//! `predict_logistic`, `predict_boosting` (which predict all training rows by a model fitted
//! on the first 100,000). FOLDER is one that `benches/peers/models_data.py` has made. One
//! line of JSON says how long it took; `benches/peers/models_peer.py` does the same with
//! the libraries that ours is held against.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stdout)]

use incumbent::models::{Fitted, Params, by_name};
use incumbent::table::{Classes, Design, Matrix, Target};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Rows that a model is fitted on whose predictions are timed.
const FITTED: usize = 100_000;
/// Turns of a prediction, of which the median counts.
const TURNS: usize = 5;

fn main() {
    // `cargo bench` adds a flag of its own.
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (Some(work), Some(folder)) = (given.next(), given.next()) else {
        // As of `cargo bench` alone: then there is nothing to measure.
        println!("usage: models WORK FOLDER [--threads N]; benches/peers/compare.py calls it");
        return;
    };
    let threads = match (given.next().as_deref(), given.next()) {
        (Some("--threads"), Some(count)) => count.parse().unwrap(),
        _ => 2,
    };
    let mut data = Data::read(Path::new(&folder));
    if work.ends_with("logistic") {
        data.standardize();
    }
    let result = match work.strip_prefix("predict_") {
        Some(kind) => predict(kind, &data, threads),
        None => fit(&work, &data, threads),
    };
    println!("{result}");
}

/// The model of a work and its parameters: what `models_peer.py` gives the peers.
fn model(work: &str) -> (&'static str, Value) {
    match work {
        "logistic" => ("logistic_regression", json!({})),
        "boosting" => (
            "boosting",
            json!({"n_trees": 100, "learning_rate": 0.1, "max_leaves": 31, "min_samples_leaf": 20, "l2": 1.0,
                   "max_bins": 255, "early_stopping": "none"}),
        ),
        "forest" => ("random_forest", json!({"n_trees": 100, "min_samples_leaf": 5, "max_features": "sqrt"})),
        "extra_trees" => ("extra_trees", json!({"n_trees": 100, "min_samples_leaf": 5, "max_features": "sqrt"})),
        other => panic!("unknown work {other:?}"),
    }
}

/// The model, and the seconds and processor seconds that fitting took.
fn fitted(work: &str, x: &Design, y: &Target, threads: usize) -> (Box<dyn Fitted>, [f64; 2]) {
    let (name, given) = model(work);
    let algorithm = by_name(name).unwrap();
    let params = Params::check(algorithm.params(), given.as_object().unwrap(), "").unwrap();
    let (begun, before) = (Instant::now(), processor());
    let fitted = algorithm.fit(x, y, &params, 1, threads).unwrap();
    (fitted, [begun.elapsed().as_secs_f64(), processor() - before])
}

fn fit(work: &str, data: &Data, threads: usize) -> Value {
    let (model, [seconds, processor]) = fitted(work, &data.x, &target(&data.y), threads);
    let mut result = json!({"work": work, "library": "incumbent", "threads": threads, "rows": data.x.rows(),
        "seconds": seconds, "processor_seconds": processor, "auc": auc(&positive(&model.predict(&data.x_test, threads)), &data.y_test)});
    let facts = model.facts();
    if !facts.coefficients.is_empty() {
        let coefficients: Vec<f64> = facts.coefficients.iter().map(|c| c.value).collect();
        result["loss"] = json!(penalised_loss(&positive(&model.predict(&data.x, threads)), &data.y, &coefficients));
        result["intercept"] = json!(facts.intercept.map(|c| c.value));
        result["coefficients"] = json!(coefficients);
        result["iterations"] = json!(facts.iterations);
    }
    result
}

fn predict(work: &str, data: &Data, threads: usize) -> Value {
    let rows = FITTED.min(data.x.rows());
    let part = data.x.dense().as_slice()[..rows * data.x.cols()].to_vec();
    let part = Matrix::from_rows(rows, data.x.cols(), part).unwrap().into();
    let (model, _) = fitted(work, &part, &target(&data.y[..rows]), threads);
    let before = processor();
    let mut turns: Vec<f64> = (0..TURNS)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(model.predict(&data.x, threads));
            begun.elapsed().as_secs_f64()
        })
        .collect();
    let processor = (processor() - before) / TURNS as f64;
    turns.sort_unstable_by(f64::total_cmp);
    let auc = auc(&positive(&model.predict(&data.x_test, threads)), &data.y_test);
    json!({"work": format!("predict_{work}"), "library": "incumbent", "threads": threads, "rows": data.x.rows(),
        "seconds": turns[TURNS / 2], "processor_seconds": processor, "auc": auc})
}

/// Processor time of this process so far, in seconds, in hundredths: what other work on the
/// machine takes is not in it. NaN where the system does not tell.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // User and system time are the 12th and 13th after the name in brackets.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.map(|ticks| ticks.parse().unwrap_or(f64::NAN)).reduce(|a, b| a + b).unwrap_or(f64::NAN) / 100.0
}

/// Training and test rows.
struct Data {
    x: Design,
    y: Vec<f64>,
    x_test: Design,
    y_test: Vec<f64>,
}

impl Data {
    fn read(folder: &Path) -> Data {
        let shape: Value = serde_json::from_slice(&std::fs::read(folder.join("shape.json")).unwrap()).unwrap();
        let size = |key: &str| shape[key].as_u64().unwrap() as usize;
        let numbers = |name: &str| -> Vec<f64> {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            bytes.as_chunks::<8>().0.iter().map(|eight| f64::from_le_bytes(*eight)).collect()
        };
        let design = |name: &str, rows: usize| Matrix::from_rows(rows, size("columns"), numbers(name)).unwrap().into();
        Data {
            x: design("x.f64", size("rows")),
            y: numbers("y.f64"),
            x_test: design("x_test.f64", size("test_rows")),
            y_test: numbers("y_test.f64"),
        }
    }

    /// Gives the columns mean 0 and deviation 1, as the preparation does for linear models.
    fn standardize(&mut self) {
        for column in 0..self.x.cols() {
            let values = self.x.dense().column(column);
            let rows = values.len() as f64;
            let mean = values.iter().sum::<f64>() / rows;
            let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / rows).sqrt();
            for design in [&mut self.x, &mut self.x_test] {
                let scaled: Vec<f64> = design.dense().column(column).iter().map(|v| (v - mean) / deviation).collect();
                design.replace(column, &scaled);
            }
        }
    }
}

fn target(y: &[f64]) -> Target {
    let codes = y.iter().map(|label| u32::from(*label > 0.5)).collect();
    Target::Classes(Classes { classes: vec!["0".into(), "1".into()], codes })
}

fn positive(probabilities: &Matrix) -> Vec<f64> {
    probabilities.column(1)
}

/// The share of pairs of a positive and a negative row that are in order.
fn auc(scores: &[f64], y: &[f64]) -> f64 {
    let mut rows: Vec<(f64, f64)> = scores.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut in_order) = (0.0, 0.0);
    for equal in rows.chunk_by(|a, b| a.0 == b.0) {
        let positives: f64 = equal.iter().map(|row| row.1).sum();
        let negatives = equal.len() as f64 - positives;
        in_order += positives * (below + 0.5 * negatives);
        below += negatives;
    }
    in_order / (below * (y.len() as f64 - below))
}

/// Log-loss summed over the rows, and half the squares of the coefficients.
fn penalised_loss(p: &[f64], y: &[f64], coefficients: &[f64]) -> f64 {
    let of_row = |(p, y): (&f64, &f64)| -if *y > 0.5 { p.ln() } else { (1.0 - p).ln() };
    p.iter().zip(y).map(of_row).sum::<f64>() + 0.5 * coefficients.iter().map(|w| w * w).sum::<f64>()
}
