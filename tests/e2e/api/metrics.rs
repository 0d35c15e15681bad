//! `GET /metrics`, read as strictly as the format is written down.

use super::{App, Reply, until};
use crate::project::{Project, customers};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

type Labels = BTreeMap<String, String>;

/// What was scraped: each sample by its name and labels.
#[derive(Debug, Default)]
pub struct Scraped {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

impl Scraped {
    pub fn of(app: &App) -> Scraped {
        Scraped::of_reply(&app.send("GET", "/metrics", &[], "").expect(200))
    }

    pub fn of_reply(reply: &Reply) -> Scraped {
        assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        lint(&reply.body);
        Scraped::parse(&reply.body)
    }

    /// Samples in families, each with one help and one type before it.
    fn parse(text: &str) -> Scraped {
        assert!(text.ends_with('\n'));
        let mut scraped = Scraped::default();
        let (mut helped, mut family, mut has_samples) = (String::new(), String::new(), true);
        for line in text.strip_suffix('\n').unwrap().split('\n') {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                assert!(has_samples, "{family} has no sample");
                let (name, help) = rest.split_once(' ').unwrap();
                assert!(is_name(name, true) && !help.is_empty(), "{line}");
                assert!(!scraped.kinds.contains_key(name), "{name} comes twice");
                helped = name.to_string();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert_eq!(name, helped, "the help comes first: {line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(scraped.kinds.insert(name.to_string(), kind.to_string()).is_none(), "{line}");
                (family, has_samples) = (name.to_string(), false);
            } else {
                let (name, labels, value) = sample(line);
                let suffix = name.strip_prefix(&family).unwrap_or_else(|| panic!("{line} among {family}"));
                let is_histogram = scraped.kinds[&family] == "histogram";
                let suffixes: &[&str] = if is_histogram { &["_bucket", "_sum", "_count"] } else { &[""] };
                assert!(suffixes.contains(&suffix), "{line} among {family}");
                assert!(value.is_finite() && (scraped.kinds[&family] != "counter" || value >= 0.0), "{line}");
                assert!(scraped.samples.insert((name, labels), value).is_none(), "{line} comes twice");
                has_samples = true;
            }
        }
        assert!(has_samples, "{family} has no sample");
        scraped.check_histograms();
        scraped
    }

    /// Buckets that grow, up to all of them.
    fn check_histograms(&self) {
        for (name, _) in self.kinds.iter().filter(|(_, kind)| *kind == "histogram") {
            let mut series: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
            for ((_, labels), value) in self.samples.iter().filter(|((n, _), _)| *n == format!("{name}_bucket")) {
                let mut labels = labels.clone();
                let bound = labels.remove("le").expect("every bucket has a bound");
                let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap() };
                series.entry(labels).or_default().push((bound, *value));
            }
            assert!(!series.is_empty());
            for (labels, mut buckets) in series {
                buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
                assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{name} {labels:?} {buckets:?}");
                let (last, count) = *buckets.last().unwrap();
                assert_eq!(last, f64::INFINITY);
                assert_eq!(self.samples[&(format!("{name}_count"), labels.clone())], count);
                assert!(self.samples[&(format!("{name}_sum"), labels)] >= 0.0);
            }
        }
    }

    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        self.samples.get(&(name.to_string(), labels)).copied()
    }

    /// The labels of the only sample of that name.
    fn only(&self, name: &str) -> &Labels {
        let mut found = self.samples.keys().filter(|(n, _)| n == name);
        let (_, labels) = found.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(found.next().is_none(), "one {name}");
        labels
    }

    /// Of all samples of that name whose labels say so.
    pub fn sum(&self, name: &str, label: &str, value: &str) -> f64 {
        let fits = |(n, labels): &(String, Labels)| n == name && labels.get(label).is_some_and(|v| v == value);
        self.samples.iter().filter(|(key, _)| fits(key)).map(|(_, value)| value).sum()
    }

    pub fn total(&self, name: &str) -> f64 {
        self.samples.iter().filter(|((n, _), _)| n == name).map(|(_, value)| value).sum()
    }
}

fn is_name(name: &str, may_have_colons: bool) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || (may_have_colons && c == ':');
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits)
}

/// Name, labels and value of a line.
fn sample(line: &str) -> (String, Labels, f64) {
    let end = line.find(['{', ' ']).unwrap_or_else(|| panic!("no sample: {line}"));
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name, true), "{line}");
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no label: {line}"));
            assert!(is_name(label, false) && !label.starts_with("__"), "{line}");
            let (mut value, mut chars) = (String::new(), after.chars());
            loop {
                match chars.next().unwrap_or_else(|| panic!("no end: {line}")) {
                    '"' => break,
                    '\\' => value.push(match chars.next() {
                        Some('n') => '\n',
                        Some(c @ ('\\' | '"')) => c,
                        other => panic!("{other:?} needs no escape: {line}"),
                    }),
                    other => value.push(other),
                }
            }
            assert!(labels.insert(label.to_string(), value).is_none(), "{line}");
            rest = chars.as_str();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').unwrap_or_else(|| panic!("no end of labels: {line}"));
    }
    let value = rest.strip_prefix(' ').unwrap_or_else(|| panic!("no value: {line}"));
    (name.to_string(), labels, value.parse().unwrap_or_else(|e| panic!("{e}: {line}")))
}

/// What Prometheus' own tool says of the text: nothing, where it is there.
fn lint(text: &str) {
    let command = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = command else {
        eprintln!("skipped: promtool is not here to check the metrics a second time");
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && told.is_empty(), "{}\n{text}", String::from_utf8_lossy(&told));
}

const REQUESTS: &str = "incumbent_http_requests_total";
const PREDICTIONS: &str = "incumbent_predictions_total";

fn requests(scraped: &Scraped, method: &str, route: &str, status: &str) -> Option<f64> {
    scraped.get(REQUESTS, &[("method", method), ("route", route), ("status", status)])
}

#[test]
fn metrics_tell_what_was_done() {
    let project = Project::new();
    project.config(json!({"api": {"log_predictions": true}, "gate": {"rule": "not_worse", "margin": 1.0}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let mut expected: BTreeMap<String, f64> = BTreeMap::new();
    let row = |fee: usize| json!({"plan": "gold", "fee": fee, "calls": 3});
    let batch: Vec<_> = (20..70).map(row).collect();
    for body in [json!(row(20)), json!(row(69)), json!(batch)] {
        for label in app.post("/predict", body.to_string()).expect(200).json()["predictions"].as_array().unwrap() {
            *expected.entry(label.to_string()).or_default() += 1.0;
        }
    }
    app.post("/predict", "{}").expect(400);
    app.get("/health_check");
    app.send("GET", "/nowhere/one", &[], "").expect(404);
    app.send("GET", "/nowhere/two", &[], "").expect(404);
    app.send("DELETE", "/scoring", &[], "").expect(405);
    let first = Scraped::of(&app);
    assert_eq!(requests(&first, "POST", "/prediction", "200"), Some(3.0));
    assert_eq!(requests(&first, "POST", "/prediction", "400"), Some(1.0));
    assert_eq!(requests(&first, "GET", "/health", "200"), Some(1.0), "another path of the same route");
    assert_eq!(requests(&first, "unmatched", "unmatched", "404"), Some(2.0), "no path of a client is a label");
    assert_eq!(requests(&first, "unmatched", "unmatched", "405"), Some(1.0));
    assert_eq!(first.total(REQUESTS), 8.0);
    assert_eq!(first.total("incumbent_http_request_duration_seconds_count"), 8.0);
    assert_eq!(expected.len(), 2, "both labels are predicted");
    for (label, count) in &expected {
        assert_eq!(first.get(PREDICTIONS, &[("version", "1"), ("label", label)]), Some(*count));
    }
    assert_eq!(first.total(PREDICTIONS), 52.0);
    until("the predictions are logged", || {
        Scraped::of(&app).get("incumbent_prediction_log_written_total", &[]) == Some(52.0)
    });
    assert_eq!(first.get("incumbent_prediction_log_dropped_total", &[]), Some(0.0));

    let info = first.only("incumbent_model_info");
    assert_eq!(
        (info["version"].as_str(), info["kind"].as_str(), info["metric"].as_str()),
        ("1", "logistic_regression", "f1")
    );
    let score: f64 = project.read("models/latestscore.txt").trim().parse().unwrap();
    let of = |name: &str| first.get(name, &[("metric", "f1")]).unwrap();
    assert_eq!(of("incumbent_model_score"), score);
    assert!(of("incumbent_model_score_lower_bound") <= score && score <= of("incumbent_model_score_upper_bound"));
    assert_eq!(first.get("incumbent_model_in_office", &[]), Some(1.0));
    assert_eq!(first.get("incumbent_column_missing_ratio", &[("column", "fee")]), Some(0.0));
    assert_eq!(first.get("incumbent_data_drifted", &[]), None, "there was nothing to drift from");
    let now = chrono::Utc::now().timestamp() as f64;
    for name in [
        "incumbent_model_deployed_timestamp_seconds",
        "incumbent_model_trained_timestamp_seconds",
        "incumbent_diagnostics_timestamp_seconds",
        "process_start_time_seconds",
    ] {
        assert!((now - first.get(name, &[]).unwrap()).abs() < 300.0, "{name}");
    }

    // Another version: its predictions are counted apart. Cells are missing that never were.
    let missing = customers(2000, 60).replace(",gold,", ",,");
    project.write("sourcedata/c.csv", missing);
    project.run("fullprocess", &[]).expect(0);
    app.post("/predict", row(20).to_string()).expect(200);
    let second = Scraped::of(&app);
    assert_eq!(second.only("incumbent_model_info")["version"], "2");
    assert_eq!((second.sum(PREDICTIONS, "version", "1"), second.sum(PREDICTIONS, "version", "2")), (52.0, 1.0));
    let drifted = |part: &str, name: &str| second.get("incumbent_drifted", &[("part", part), ("name", name)]);
    assert_eq!((drifted("column", "fee"), drifted("column", "plan")), (Some(0.0), Some(1.0)));
    assert!(drifted("prediction", "probability of 1").is_some());
    assert_eq!(drifted("column", "customer"), None, "identifiers say nothing");
    assert_eq!(
        (second.get("incumbent_new_rows", &[]), second.get("incumbent_data_drifted", &[])),
        (Some(60.0), Some(0.0))
    );
    let runs = |scraped: &Scraped, decision: &str| {
        scraped.get("incumbent_runs_total", &[("command", "fullprocess"), ("decision", decision)])
    };
    assert_eq!((runs(&first, "first_deployment"), runs(&first, "deployed")), (Some(1.0), None));
    assert_eq!((runs(&second, "first_deployment"), runs(&second, "deployed")), (Some(1.0), Some(1.0)));

    // Back to the first one.
    project.run("deployment", &["--rollback"]).expect(0);
    let third = Scraped::of(&app);
    let share = third.get("incumbent_column_missing_ratio", &[("column", "plan")]).unwrap();
    assert!(share > 0.1);
    assert_eq!(third.get("incumbent_last_run_exit_code", &[("command", "deployment")]), Some(0.0));
    assert_eq!(third.get("incumbent_runs_total", &[("command", "deployment"), ("decision", "rollback")]), Some(1.0));
}

#[test]
fn runs_are_told_as_the_history_has_them() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let whole = [("command", "fullprocess")];
    let first = Scraped::of(&app);
    let stages: BTreeSet<&str> = first
        .samples
        .keys()
        .filter(|(name, _)| name == "incumbent_last_run_stage_duration_seconds")
        .map(|(_, labels)| labels["stage"].as_str())
        .collect();
    assert_eq!(
        stages,
        BTreeSet::from(["ingestion", "training", "scoring", "deployment", "diagnostics", "reporting", "apicalls"])
    );
    let took = first.get("incumbent_last_run_duration_seconds", &whole).unwrap();
    assert!(took > first.sum("incumbent_last_run_stage_duration_seconds", "command", "fullprocess") * 0.99);
    // A run that fails: the last one is another now, the last good one is not.
    project.write("sourcedata/c.csv", "customer,plan\nc1,gold\n");
    // Times of runs are whole seconds.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let failed = project.run("fullprocess", &[]);
    assert_ne!(failed.code, 0, "{}", failed.out);
    let second = Scraped::of(&app);
    assert_eq!(second.get("incumbent_last_run_exit_code", &whole), Some(f64::from(failed.code)));
    let [good, start] =
        ["incumbent_last_success_start_timestamp_seconds", "incumbent_last_run_start_timestamp_seconds"];
    assert_eq!(second.get(good, &whole), first.get(start, &whole));
    assert!(second.get(start, &whole) > first.get(start, &whole));
    assert_eq!(second.get("incumbent_runs_total", &[("command", "fullprocess"), ("decision", "failed")]), Some(1.0));
    // Without a history all but the runs is told.
    project.remove("production_deployment/history.sqlite");
    let third = Scraped::of(&app);
    assert_eq!((third.get(start, &whole), third.get("incumbent_model_in_office", &[])), (None, Some(1.0)));
}

#[test]
fn without_a_model_there_are_metrics_too() {
    let project = Project::new();
    let app = App::start(&project);
    app.post("/predict", "{}").expect(503);
    let scraped = Scraped::of(&app);
    assert_eq!(scraped.get("incumbent_model_in_office", &[]), Some(0.0));
    assert_eq!(requests(&scraped, "POST", "/prediction", "503"), Some(1.0));
    assert_eq!(scraped.get("incumbent_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), Some(1.0));
    assert!(!scraped.kinds.keys().any(|name| name.starts_with("incumbent_model_info") || name.contains("column")));
    #[cfg(target_os = "linux")]
    {
        let of = |name: &str| scraped.get(name, &[]).unwrap_or_else(|| panic!("no {name}"));
        assert!(of("process_resident_memory_bytes") > 1e6 && of("process_resident_memory_bytes") <= app.peak() as f64);
        assert!(of("process_open_fds") >= 3.0 && of("process_open_fds") <= of("process_max_fds"));
        assert!(of("process_threads") >= 2.0 && of("process_cpu_seconds_total") >= 0.0);
    }
    assert_eq!(app.stop(), 0);
}

#[test]
fn the_token_is_asked_for_where_reads_need_it() {
    let project = Project::new();
    project.config(json!({"api": {"token_for": "everything"}}));
    let app = App::start_with(&project, &["--listen", "127.0.0.1:0"], &[("INCUMBENT_TOKEN", "abc")]);
    app.send("GET", "/metrics", &[], "").expect(401);
    let reply = app.send("GET", "/metrics", &[("Authorization", "Bearer abc")], "").expect(200);
    let scraped = Scraped::of_reply(&reply);
    assert_eq!(requests(&scraped, "GET", "/metrics", "401"), Some(1.0));
    assert!(!reply.body.contains(project.path().to_str().unwrap()), "no path of the server");
}

#[test]
fn any_name_of_a_column_or_label_can_be_told() {
    let project = Project::new();
    let odd = |text: String| {
        let text = text.replacen("fee", "\"fee \"\"a\\b\"\", {é}\"", 1);
        text.lines()
            .map(|line| {
                line.strip_suffix(",1").map_or(line.to_string(), |l| format!("{l},\"ja, \"\"so\\\"\"\"")) + "\n"
            })
            .collect::<String>()
    };
    project.remove("sourcedata/b.csv");
    project.write("sourcedata/a.csv", odd(customers(0, 80)));
    project.write("testdata/test.csv", odd(customers(1000, 100)));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    app.get("/prediction");
    let scraped = Scraped::of(&app);
    assert_eq!(scraped.get("incumbent_column_missing_ratio", &[("column", "fee \"a\\b\", {é}")]), Some(0.0));
    assert!(scraped.get(PREDICTIONS, &[("version", "1"), ("label", "ja, \"so\\\"")]).is_some(), "{scraped:?}");
}
