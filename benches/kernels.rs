//! Inner loops on their own, for whoever works on one of them: `cargo bench --bench kernels`,
//! or `cargo bench --bench kernels -- NAME` for those whose name holds NAME.
//!
//! Inputs are small and follow from seeds. What a user waits for is measured by
//! `benches/peers/compare.py`; these tell where it is spent.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]
#![allow(clippy::disallowed_methods, reason = "the store is for artefacts; this makes inputs")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use incumbent::api::{self, Request, State, endpoint};
use incumbent::distinct::Distinct;
use incumbent::metrics::{self, Observations};
use incumbent::models::{self, Params};
use incumbent::random::Random;
use incumbent::sources::fields::Fields;
use incumbent::sources::record::Records;
use incumbent::stages::summary;
use incumbent::table::{Classes, Design, Matrix, Target, cell};
use std::path::Path;
use std::process::Command;

/// Rows of text.
const LINES: usize = 10_000;
/// Rows of numbers.
const MILLION: usize = 1_000_000;

fn main() {
    divan::main();
}

/// Lines of twenty cells as exports have them: numbers, categories, a date, some cells missing.
fn lines() -> Vec<String> {
    let mut random = Random::new(1);
    let mut line = |row: usize| {
        let mut cells: Vec<String> = (0..17).map(|i| format!("{:.3}", random.normal() * f64::from(1 << i))).collect();
        cells[random.below(17)].clear();
        cells.extend([["basic", "plus", "team"][random.below(3)].to_string(), format!("2026-0{}-11", 1 + row % 9)]);
        cells.push(random.below(2).to_string());
        cells.join(",")
    };
    (0..LINES).map(&mut line).collect()
}

fn normal(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.normal()).collect()
}

#[divan::bench]
fn records_of_a_stream(bencher: Bencher) {
    let text = lines().join("\n");
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut records = Records::new(text.as_bytes());
        let mut bytes = 0;
        while let Some(record) = records.next_record().unwrap() {
            bytes += record.bytes.len();
        }
        bytes
    });
}

#[divan::bench]
fn cells_of_a_record(bencher: Bencher) {
    let lines = lines();
    let mut fields = Fields::default();
    bencher.counter(BytesCount::new(lines.iter().map(String::len).sum::<usize>())).bench_local(|| {
        for line in &lines {
            fields.split(black_box(line.as_bytes()), b',');
            black_box(&fields);
        }
    });
}

#[divan::bench]
fn numbers_of_cells(bencher: Bencher) {
    let cells: Vec<String> = normal(LINES, 2).iter().map(|value| format!("{:.3}", 1000.0 * value)).collect();
    bencher
        .counter(ItemsCount::new(cells.len()))
        .bench(|| cells.iter().filter_map(|text| cell::number(black_box(text))).sum::<f64>());
}

#[divan::bench]
fn dates_of_cells(bencher: Bencher) {
    let cells: Vec<String> =
        (0..LINES).map(|i| format!("20{:02}-{:02}-{:02}", i % 27, 1 + i % 12, 1 + i % 28)).collect();
    bencher
        .counter(ItemsCount::new(cells.len()))
        .bench(|| cells.iter().filter_map(|text| cell::date(black_box(text))).sum::<f64>());
}

#[divan::bench]
fn rows_known_by_their_hash(bencher: Bencher) {
    let lines = lines();
    bencher.counter(ItemsCount::new(lines.len())).bench(|| {
        let mut distinct = Distinct::default();
        lines.iter().filter(|line| distinct.add(distinct.hasher().hash(line.as_bytes()))).count()
    });
}

/// Bins, histograms and splits of ten trees; one thread, so that it is the work that is timed.
#[divan::bench(sample_count = 10)]
fn boosting_of_ten_trees(bencher: Bencher) {
    const COLUMNS: usize = 15;
    let values = normal(LINES * 10 * COLUMNS, 3);
    let codes = values.chunks_exact(COLUMNS).map(|row| u32::from(row[0] + row[1] * row[2] > 0.0)).collect();
    let x = Design::from(Matrix::from_rows(LINES * 10, COLUMNS, values).unwrap());
    let y = Target::Classes(Classes { classes: vec!["0".to_string(), "1".to_string()], codes });
    let boosting = models::by_name("boosting").unwrap();
    let given = serde_json::json!({ "n_trees": 10, "max_leaves": 32, "early_stopping": "none" });
    let params = Params::check(boosting.params(), given.as_object().unwrap(), "").unwrap();
    bencher.bench(|| boosting.fit(&x, &y, &params, 0, 1).unwrap());
}

#[divan::bench(sample_count = 10)]
fn roc_auc_of_a_million(bencher: Bencher) {
    let scores: Vec<f64> = normal(MILLION, 4).iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect();
    let mut random = Random::new(5);
    let truth = scores.iter().map(|score| u32::from(random.unit() < *score)).collect();
    let observations = Observations::yes_no(["0".to_string(), "1".to_string()], truth, &scores, 0.5).unwrap();
    let metric = metrics::by_name("roc_auc").unwrap();
    bencher.bench(|| metrics::value(metric, &observations));
}

#[divan::bench(sample_count = 20)]
fn statistics_and_exact_median_of_a_million(bencher: Bencher) {
    let values = normal(MILLION, 6);
    bencher.counter(ItemsCount::new(MILLION)).bench(|| summary::numbers(&values));
}

/// From the bytes of a request to the bytes of its answer, without the socket.
#[divan::bench]
fn prediction_of_a_json_row(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::json!({
        "input_folder_path": root.join("practicedata"),
        "output_folder_path": "ingesteddata",
        "test_data_path": root.join("testdata"),
        "output_model_path": "models",
        "prod_deployment_path": "production_deployment",
    });
    let path = folder.path().join("config.json");
    std::fs::write(&path, text.to_string()).unwrap();
    let binary = env!("CARGO_BIN_EXE_fullprocess");
    let deployed = Command::new(binary).arg("--quiet").current_dir(folder.path()).output().unwrap();
    assert!(deployed.status.success(), "{}", String::from_utf8_lossy(&deployed.stderr));

    let config =
        incumbent::config::Config::parse(&text.to_string(), &path, "config.json", &incumbent::run::catalog()).unwrap();
    let state = State::new(config);
    let mut request = Request::new("POST", "/predict");
    request.content_type = "application/json".to_string();
    request.body = r#"{"region": "North", "plan": "Basic", "tenure_months": 3, "monthly_fee": 39.9,
        "support_calls": 5, "last_login_days": 40, "satisfaction": 2}"#
        .into();
    bencher.bench(|| {
        let mut request = request.clone();
        let Ok(endpoint) = endpoint::find(api::ALL, &mut request) else { return 0 };
        endpoint.respond(request, &state).status
    });
    let status = endpoint::find(api::ALL, &mut request).map(|found| found.respond(request.clone(), &state).status);
    assert!(matches!(status, Ok(200)), "the row is answered");
}
