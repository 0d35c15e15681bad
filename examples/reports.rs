//! Writes reports of made-up findings as PDF, and their charts as SVG, to look at.
//!
//! ```sh
//! cargo run --example reports -- FOLDER
//! ```
#![allow(clippy::print_stdout, reason = "an example tells what it wrote")]
#![allow(clippy::disallowed_methods, reason = "the store is for artefacts; these are samples")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "made-up values are valid")]

use chrono::DateTime;
use incumbent::drift::{ColumnDrift, Effect, Histogram, MissingDrift, Multivariate, NewCategories};
use incumbent::fingerprint::Fingerprint;
use incumbent::metrics::{Direction, Evaluation, Observations, default_for};
use incumbent::models::Facts;
use incumbent::random::Random;
use incumbent::report::{Document, charts, html, pdf, plots, sections};
use incumbent::stages::decision::{self, Decision, LastRun};
use incumbent::stages::diagnostics::{Dependencies, Diagnostics, StageTimings, Timing};
use incumbent::stages::drift::DriftReport;
use incumbent::stages::importance::ColumnImportance;
use incumbent::stages::manifest::{Counts, FileEntry, Manifest, Stamp};
use incumbent::stages::performance::{Estimate, Estimated, Measured, Performance};
use incumbent::stages::summary::{ColumnSummary, Numbers};
use incumbent::stages::training::{DataFile, DataOrigin, ModelDocument};
use incumbent::stages::trends::{Alarm, Trend, TrendPoint};
use incumbent::table::{Classes, ColumnSchema, Labels, Matrix, Role, Schema, Target, Type};
use std::path::Path;

fn main() -> incumbent::error::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/reports".to_string());
    for case in cases() {
        let folder = Path::new(&folder).join(case.name);
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join("report.pdf"), case.pdf()?).expect("the report can be written");
        let page = html::render(&case.document()?, DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default())?;
        std::fs::write(folder.join("report.html"), page).expect("the report can be written");
        let document = case.document()?;
        for (name, chart) in plots::of(&document) {
            let (width, height) = chart.size();
            let svg = charts::to_svg(chart, width, height)?;
            std::fs::write(folder.join(format!("{name}.svg")), svg).expect("the chart can be written");
        }
        println!("{}", folder.display());
    }
    Ok(())
}

/// Everything that a report is made from.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    time: String,
    last: Option<LastRun>,
    /// The newest model.
    pub challenger: Evaluation,
    incumbent: Option<Evaluation>,
    importance: Vec<ColumnImportance>,
    model: ModelDocument,
    params: serde_json::Map<String, serde_json::Value>,
    inputs: Vec<String>,
    facts: Facts,
    manifest: Manifest,
    /// What the run found about the data.
    pub diagnostics: Diagnostics,
}

impl Case {
    /// The findings.
    pub fn findings(&self) -> sections::Findings<'_> {
        sections::Findings {
            time: &self.time,
            run_id: "20261121T023000Z-7f3a",
            rolled_back_to: None,
            last: self.last.as_ref(),
            challenger: &self.challenger,
            importance: &self.importance,
            incumbent: self.incumbent.as_ref(),
            model: &self.model,
            kind: "boosting",
            params: &self.params,
            trained: &self.time,
            inputs: &self.inputs,
            facts: &self.facts,
            manifest: &self.manifest,
            diagnostics: &self.diagnostics,
        }
    }

    /// The report.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn document(&self) -> incumbent::error::Result<Document> {
        sections::document(&self.findings())
    }

    /// The report as a PDF.
    pub fn pdf(&self) -> incumbent::error::Result<Vec<u8>> {
        pdf::render(&self.document()?, DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default())
    }
}

/// Every case.
pub fn cases() -> Vec<Case> {
    vec![rich(), quantity(), classes("three", 3), classes("sixty", 60), labels(), five_rows(), nothing(), wide()]
}

const TIME: &str = "2026-11-21T02:30:00Z";

fn print(text: &str) -> Fingerprint {
    Fingerprint::of(text.as_bytes())
}

fn evaluation(truth: Target, answers: Vec<f64>, model: &str) -> Evaluation {
    let rows = truth.rows();
    let matrix = Matrix::from_rows(rows, answers.len() / rows, answers).expect("the shape fits");
    let observations = Observations::new(truth, matrix, 0.5).expect("the answers are sound");
    let metric = default_for(observations.task());
    Evaluation::of(&observations, metric, print("test"), print(model), 0, 2).expect("the metric fits")
}

/// A yes/no question: `skill` says how much of the truth shows in the answers.
fn yes_no(rows: usize, skill: f64, model: &str) -> Evaluation {
    let mut random = Random::new(5);
    let codes: Vec<u32> = (0..rows).map(|_| u32::from(random.unit() < 0.24)).collect();
    let mut noise = Random::new(11);
    let answers = codes
        .iter()
        .flat_map(|code| {
            let score = -1.3 + skill * (f64::from(*code) - 0.3) + 0.9 * noise.normal();
            let p = 1.0 / (1.0 + (-score).exp());
            [1.0 - p, p]
        })
        .collect();
    evaluation(Target::Classes(Classes { classes: vec!["stays".into(), "leaves".into()], codes }), answers, model)
}

fn schema(target: &str) -> Schema {
    let column = |name: &str, kind, role| ColumnSchema { name: name.into(), kind, role };
    Schema {
        columns: vec![
            column("customer", Type::Text, Role::Id),
            column("age", Type::Number, Role::Feature),
            column("income", Type::Number, Role::Feature),
            column("region", Type::Category, Role::Feature),
            column("joined", Type::Date, Role::Feature),
            column("last_contact", Type::Number, Role::Feature),
            column(target, Type::Category, Role::Target),
        ],
    }
}

fn summaries(schema: &Schema, missing: bool) -> Vec<ColumnSummary> {
    let one = |(i, c): (usize, &ColumnSchema)| {
        let absent = if missing { [0, 0, 431, 12, 0, 3_020, 0][i % 7] } else { 0 };
        let numbers = Numbers { mean: 41.3, median: 40.0, std: Some(11.62), min: 18.0, max: 93.0 };
        let days = Numbers { mean: 18_900.0, median: 18_911.0, std: Some(420.0), min: 17_800.0, max: 20_700.0 };
        ColumnSummary {
            name: c.name.clone(),
            kind: c.kind,
            role: c.role,
            rows: 5_200,
            missing: absent,
            missing_share: absent as f64 / 5_200.0,
            numbers: match c.kind {
                Type::Number => Some(numbers),
                Type::Date => Some(days),
                _ => None,
            },
            frequent: match c.kind {
                Type::Category => vec![("north".into(), 2_100), ("south".into(), 1_700), ("west".into(), 1_388)],
                _ => Vec::new(),
            },
            distinct: matches!(c.kind, Type::Category | Type::Text).then_some(4),
        }
    };
    schema.columns.iter().enumerate().map(one).collect()
}

fn case(name: &'static str, challenger: Evaluation, incumbent: Option<Evaluation>, target: &str) -> Case {
    let schema = schema(target);
    let files: Vec<String> = (6..=10).map(|month| format!("2026-{month:02}.csv")).collect();
    let entry = |name: &String| FileEntry {
        name: name.clone(),
        bytes: 182_411,
        sha256: print(name),
        counts: Counts { rows_read: 1_052, kept: 1_040, duplicate: 9, rejected: 3 },
        seconds: 0.011,
        stamp: Stamp::default(),
    };
    let manifest = Manifest {
        format: "incumbent-ingestion".into(),
        format_version: 1,
        program: "incumbent 0.1.0".into(),
        time: TIME.into(),
        run_id: "20261121T023000Z-7f3a".into(),
        settings: String::new(),
        fingerprint: print("data"),
        bytes: 912_055,
        totals: Counts { rows_read: 5_260, kept: 5_200, duplicate: 45, rejected: 15 },
        schema: schema.clone(),
        files: files.iter().map(entry).collect(),
    };
    let decision = if incumbent.is_some() { Decision::Deployed } else { Decision::FirstDeployment };
    let score = |e: &Evaluation| e.value.get();
    let last = LastRun {
        format: decision::FORMAT.to_string(),
        format_version: decision::FORMAT_VERSION,
        run_id: manifest.run_id.clone(),
        time: TIME.into(),
        decision,
        reason: match incumbent {
            Some(_) => "the challenger beats the incumbent by f1 on the same 1,200 test rows; 95% interval of the \
                        difference +0.012 to +0.081"
                .into(),
            None => "there was no incumbent".into(),
        },
        metric: challenger.metric.clone(),
        old_score: incumbent.as_ref().and_then(score),
        new_score: score(&challenger),
        version: Some(7),
        data_fingerprint: print("data"),
        settings: serde_json::Value::Null,
        new_files: Vec::new(),
        office_before: None,
        segments: None,
        reported: false,
        test: Vec::new(),
        files: Vec::new(),
    };
    let inputs: Vec<String> =
        ["age", "income", "region=north", "region=south", "joined", "last_contact"].map(String::from).into();
    let data_file = |name: &String| DataFile { name: name.clone(), sha256: print(name) };
    Case {
        name,
        time: TIME.into(),
        last: Some(last),
        challenger,
        incumbent,
        importance: [
            ("last_contact", 0.142, 0.011),
            ("income", 0.061, 0.009),
            ("age", 0.018, 0.006),
            ("joined", -0.001, 0.002),
        ]
        .map(|(column, drop, std)| ColumnImportance { column: column.into(), drop, std })
        .into(),
        model: ModelDocument {
            program: "incumbent 0.1.0".into(),
            rustc: "rustc 1.90.0".into(),
            dependencies: Vec::new(),
            data: DataOrigin { fingerprint: print("data"), rows: 5_200, files: files.iter().map(data_file).collect() },
            schema: schema.clone(),
            missing: Vec::new(),
            leaderboard: None,
            pipeline: serde_json::Value::Null,
        },
        params: serde_json::json!({"rounds": 200, "learning_rate": 0.08, "max_leaves": 16})
            .as_object()
            .cloned()
            .unwrap_or_default(),
        facts: Facts { importances: vec![0.21, 0.32, 0.04, 0.03, 0.06, 0.34], trees: Some(200), ..Facts::default() },
        inputs,
        manifest,
        diagnostics: Diagnostics {
            format: "incumbent-diagnostics".into(),
            format_version: 1,
            time: TIME.into(),
            run_id: "20261121T023000Z-7f3a".into(),
            data_fingerprint: print("data"),
            rows: 5_200,
            columns: summaries(&schema, true),
            timings: vec![StageTimings {
                stage: "training".into(),
                runs: vec![Timing { time: TIME.into(), seconds: 0.431, rows: 5_200 }],
            }],
            dependencies: Dependencies {
                deployed_version: Some(7),
                trained_with: Some("incumbent 0.1.0".into()),
                running: "incumbent 0.1.0".into(),
                program_differs: false,
                rustc_trained_with: Some("rustc 1.90.0".into()),
                rustc_running: "rustc 1.90.0".into(),
                model_format_version: Some(1),
                newest: "not asked".into(),
                differing: 0,
                packages: Vec::new(),
            },
            drift: None,
            performance: None,
            trends: Vec::new(),
            alarms: Vec::new(),
        },
    }
}

/// A yes/no question with everything that a report can tell.
fn rich() -> Case {
    let mut case = case("rich", yes_no(1_200, 2.6, "new"), Some(yes_no(1_200, 1.9, "old")), "left");
    case.diagnostics.drift = Some(drift(&case.model.schema));
    case.diagnostics.performance = Some(performance());
    case.diagnostics.trends = trends(24);
    case.diagnostics.alarms = vec![Alarm {
        kind: "slower_than".into(),
        what: "training took 41.2 s, 3.1 times the median of 13.3 s over the last 20 runs".into(),
    }];
    case
}

fn drift(schema: &Schema) -> DriftReport {
    let curve = |middle: f64| -> Vec<f64> {
        let raw: Vec<f64> = (0..20).map(|i| (-(f64::from(i) - middle).powi(2) / 18.0).exp()).collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|v| v / sum).collect()
    };
    let column = |(i, c): (usize, &ColumnSchema)| {
        let drifted = matches!(i, 1 | 3 | 4 | 5);
        let text = matches!(c.kind, Type::Category | Type::Text);
        let shift = if drifted { 4.0 } else { 0.3 };
        ColumnDrift {
            name: c.name.clone(),
            kind: c.kind,
            role: c.role,
            test: if text { "chi_squared" } else { "kolmogorov_smirnov" }.into(),
            statistic: Some(if drifted { 0.284 } else { 0.021 }),
            p_value: Some(if drifted { 1.2e-9 } else { 0.61 }),
            adjusted_p_value: Some(if drifted { 4.1e-9 } else { 0.73 }),
            threshold: 0.05,
            effect_size: Some(if drifted { 0.34 - 0.03 * i as f64 } else { 0.02 }),
            effect: Effect { name: "total_variation".into(), floor: 0.1 },
            drifted,
            distribution_drifted: drifted && i != 5,
            missing: MissingDrift {
                reference: [0.0, 0.0, 0.082, 0.002, 0.0, 0.41][i % 6],
                current: [0.0, 0.0, 0.085, 0.004, 0.0, 0.79][i % 6],
                p_value: Some(0.2),
                adjusted_p_value: Some(0.4),
                drifted: i == 5,
            },
            new_categories: (i == 3).then(|| NewCategories {
                count: 2,
                share: 0.061,
                examples: vec!["overseas".into(), "unknown".into()],
                p_value: Some(1e-4),
                adjusted_p_value: Some(4e-4),
                drifted: true,
            }),
            histogram: Some(match text {
                true => Histogram {
                    edges: Vec::new(),
                    labels: ["north", "south", "west", "others"].map(String::from).into(),
                    reference: vec![0.41, 0.32, 0.22, 0.05],
                    current: vec![0.24, 0.31, 0.33, 0.12],
                },
                false => Histogram {
                    edges: (0..=20).map(|e| 18.0 + 3.0 * f64::from(e)).collect(),
                    labels: Vec::new(),
                    reference: curve(8.0),
                    current: curve(8.0 + shift),
                },
            }),
            note: None,
        }
    };
    let columns: Vec<ColumnDrift> =
        schema.columns.iter().enumerate().filter(|(_, c)| c.role != Role::Id).map(column).collect();
    let mut prediction = columns[0].clone();
    prediction.name = "probability of leaves".into();
    DriftReport {
        mode: Default::default(),
        reference_version: Some(6),
        reference_rows: 4_160,
        files: vec!["2026-10.csv".into()],
        rows: 1_040,
        known_rows: 0,
        drifted: true,
        drifted_columns: columns.iter().filter(|c| c.drifted).count() as u64,
        tested_columns: columns.len() as u64,
        columns,
        predictions: vec![prediction],
        multivariate: Some(Multivariate {
            test: "domain_classifier".into(),
            auc: Some(0.713),
            interval: Some((0.681, 0.744)),
            floor: 0.55,
            reference_rows: 2_000,
            current_rows: 1_040,
            drifted: true,
            note: None,
        }),
        reason: None,
    }
}

fn performance() -> Performance {
    Performance {
        version: 6,
        metric: "f1".into(),
        direction: Direction::HigherIsBetter,
        test: Measured { value: Some(0.612), undefined: None, interval: Some((0.571, 0.65)), rows: 1_200 },
        new_rows: Measured { value: Some(0.487), undefined: None, interval: Some((0.44, 0.531)), rows: 1_040 },
        difference: Some(-0.125),
        difference_interval: Some((-0.184, -0.066)),
        fallen: true,
        estimate: Some(Estimate {
            method: "cbpe".into(),
            calibrated_on: 1_200,
            metrics: [("roc_auc", 0.79, 0.76, 0.82, 0.71), ("f1", 0.55, 0.51, 0.59, 0.487)]
                .map(|(name, estimated, low, high, realised)| Estimated {
                    name: name.into(),
                    estimated: Some(estimated),
                    interval: Some((low, high)),
                    realised: Some(realised),
                })
                .into(),
        }),
        note: None,
    }
}

fn trends(runs: u32) -> Vec<Trend> {
    let trend = |measure: &str, name: &str, of: &dyn Fn(f64) -> f64| Trend {
        measure: measure.into(),
        name: name.into(),
        points: (0..runs)
            .map(|i| TrendPoint {
                time: DateTime::from_timestamp(1_795_228_200 - i64::from(runs - 1 - i) * 604_800, 0)
                    .unwrap_or_default()
                    .to_rfc3339(),
                value: of(f64::from(i)),
            })
            .collect(),
    };
    vec![
        trend("score", "f1 of the challenger", &|i| 0.5 + 0.006 * i + 0.02 * (i * 1.7).sin()),
        trend("drift_share", "columns", &|i| (0.1 + 0.02 * i * (i * 0.9).sin().abs()).min(1.0)),
        trend("missing_share", "last_contact", &|i| 0.41 + 0.015 * i),
        trend("missing_share", "income", &|i| 0.08 + 0.002 * (i * 2.1).cos()),
        trend("latency", "/prediction", &|i| 0.0031 + 0.0004 * (i * 1.3).sin()),
        trend("stage_seconds", "training", &|i| 0.4 + 0.01 * i),
    ]
}

fn quantity() -> Case {
    let mut random = Random::new(3);
    let truth: Vec<f64> = (0..900).map(|_| (6.2 + 0.5 * random.normal()).exp()).collect();
    let said = truth.iter().map(|t| t * (0.16 * random.normal()).exp() + 20.0).collect();
    case("quantity", evaluation(Target::Numbers(truth), said, "new"), None, "rent")
}

fn classes(name: &'static str, count: usize) -> Case {
    let mut random = Random::new(9);
    let names: Vec<String> = (0..count)
        .map(|i| match count {
            3 => ["market", "kiosk", "bar"][i].to_string(),
            _ => format!("Product group {i:02}"),
        })
        .collect();
    let rows = 40 * count + 300;
    let codes: Vec<u32> = (0..rows).map(|_| (random.unit().powf(1.6) * count as f64) as u32).collect();
    let mut answers = Vec::with_capacity(rows * count);
    for code in &codes {
        let near = if random.unit() < 0.8 { *code as usize } else { (*code as usize + 1 + random.below(3)) % count };
        let weights: Vec<f64> =
            (0..count).map(|i| if i == near { 4.0 + random.unit() } else { 0.4 * random.unit() }).collect();
        let sum: f64 = weights.iter().sum();
        answers.extend(weights.iter().map(|w| w / sum));
    }
    case(name, evaluation(Target::Classes(Classes { classes: names, codes }), answers, "new"), None, "kind")
}

fn labels() -> Case {
    let mut random = Random::new(21);
    let names: Vec<String> = ["loan", "card", "fund", "pension", "mortgage"].map(String::from).into();
    let flags: Vec<bool> = (0..600 * 5).map(|i| random.unit() < [0.35, 0.5, 0.12, 0.08, 0.02][i % 5]).collect();
    let answers =
        flags.iter().map(|f| (0.25 + 0.4 * f64::from(u8::from(*f)) + 0.17 * random.normal()).clamp(0.0, 1.0)).collect();
    case("labels", evaluation(Target::Labels(Labels { names, flags }), answers, "new"), None, "loan")
}

/// As little as can be scored.
fn five_rows() -> Case {
    let codes = vec![0, 1, 0, 1, 1];
    let answers = [0.2, 0.7, 0.6, 0.9, 0.4].iter().flat_map(|p| [1.0 - p, *p]).collect();
    let truth = Target::Classes(Classes { classes: vec!["0".into(), "1".into()], codes });
    let mut case = case("five_rows", evaluation(truth, answers, "new"), Some(yes_no(5, 1.0, "old")), "exited");
    case.incumbent = None;
    case.diagnostics.columns = summaries(&case.model.schema, false);
    case.diagnostics.trends = trends(1);
    case
}

/// A report before any decision, of data that nothing is known about; names that the font lacks.
fn nothing() -> Case {
    let truth = Target::Classes(Classes { classes: vec!["否".into(), "是的".into()], codes: vec![0; 40] });
    let mut case = case("nothing", evaluation(truth, [0.8, 0.2].repeat(40), "new"), None, "客户流失 🙂 عربي");
    case.last = None;
    case.importance = Vec::new();
    case.facts = Facts::default();
    case.manifest.files = Vec::new();
    case.diagnostics.columns = Vec::new();
    case.diagnostics.timings = Vec::new();
    case
}

/// Two hundred columns.
fn wide() -> Case {
    let mut case = case("wide", yes_no(1_200, 2.6, "new"), Some(yes_no(1_200, 1.9, "old")), "left");
    for i in 0..193 {
        let (name, kind) = (format!("measure_{i:03}"), if i % 9 == 0 { Type::Category } else { Type::Number });
        case.model.schema.columns.push(ColumnSchema { name, kind, role: Role::Feature });
    }
    case.diagnostics.columns = summaries(&case.model.schema, true);
    case.diagnostics.drift = Some(drift(&case.model.schema));
    case
}
