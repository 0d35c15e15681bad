//! What the dashboard shows of the state.

use super::State;
use super::meters::{BOUNDS, RouteCounts};
use super::pages::ASSETS;
use super::pages::view::{
    Bucket, Dashboard, Drift, DriftColumn, Health, Incumbent, LabelCount, Latency, Predictions, Requests, Run,
};
use super::state::Office;
use crate::dependencies::PROGRAM;
use crate::drift::ColumnDrift;
use crate::error::{Error, Result};
use crate::numbers::{grouped, percent};
use crate::run::{fullprocess, rfc3339};
use crate::store::history::{History, RunRecord};
use chrono::{TimeDelta, Utc};

/// Runs that are looked at.
const RUNS: usize = 100;

/// The dashboard as of now.
pub fn of(state: &State) -> Dashboard {
    let now = Utc::now();
    let office = state.office();
    let meters = state.meters();
    // The files of a page are answered from memory, and would hide what the rest takes.
    let routes: Vec<RouteCounts> = meters.routes().into_iter().filter(|route| !is_asset(route)).collect();
    let age = TimeDelta::from_std(meters.begun.elapsed()).unwrap_or_default();
    let freshness = state.freshness();
    let history = History::read_only(&state.history_path());
    let (runs, runs_problem) = runs(state, &history);
    let history = history.ok().flatten();
    Dashboard {
        program: PROGRAM.to_string(),
        now: rfc3339(now),
        health: Health {
            stale: freshness.stale,
            last_success_age: freshness.age_seconds.map(|seconds| seconds as f64),
            last_success: freshness.last_success,
            started: Some(rfc3339(now - age)),
        },
        alarms: history.as_ref().map(|history| alarms(state, history)).unwrap_or_default(),
        incumbent_problem: office.is_err().then(|| "fullprocess --check tells more".to_string()),
        incumbent: office.as_ref().ok().and_then(|office| Some(incumbent(office.as_deref()?, history.as_ref()))),
        runs,
        runs_problem,
        drift: drift(state),
        predictions: predictions(state),
        latency: latency(&routes),
        requests: routes.iter().flat_map(requests).collect(),
    }
}

/// The alarms of the last run of the whole job, without paths of this machine.
fn alarms(state: &State, history: &History) -> Vec<(String, String)> {
    let Some(whole) = state.tally(history).ok().and_then(|mut t| t.commands.remove(fullprocess::BINARY.name)) else {
        return Vec::new();
    };
    let raised = history.alarms(&whole.last.run_id).unwrap_or_default();
    raised.into_iter().map(|alarm| (alarm.kind, state.config().folders.hide(&alarm.what))).collect()
}

fn incumbent(office: &Office, history: Option<&History>) -> Incumbent {
    let (deployed, reason) = taken_office(office, history);
    let score = &office.score.evaluation;
    Incumbent {
        version: office.version,
        kind: office.model.pipeline.kind().to_string(),
        metric: score.metric.clone(),
        score: score.value.get(),
        interval: score.interval.bounds(),
        test_rows: Some(score.rows),
        training_rows: Some(office.model.document.data.rows),
        trained: Some(office.model.trained.clone()),
        deployed: Some(deployed),
        reason: Some(reason),
    }
}

/// When and why the model came into office: by its deployment, or by hand later.
fn taken_office(office: &Office, history: Option<&History>) -> (String, String) {
    let events = history.and_then(|history| history.deployments().ok()).unwrap_or_default();
    match events.into_iter().next_back() {
        Some((_, event)) if event.action == "rollback" && event.version == office.version => {
            let from = event.previous.map(|version| format!(" from version {version}")).unwrap_or_default();
            (event.time, format!("{}{from}; it was deployed at first since: {}", event.reason, office.reason))
        }
        _ => (office.deployed.clone(), office.reason.clone()),
    }
}

/// How the new rows of the last run differ from those that the model of then was trained on; `None`
/// where no run has looked yet.
fn drift(state: &State) -> Option<Drift> {
    let found = state.diagnostics().ok()??;
    let report = found.drift?;
    if let Some(why) = report.reason {
        return Some(Drift { time: Some(found.time), nothing: Some(why), ..Drift::default() });
    }
    let of = |column: &ColumnDrift| DriftColumn {
        name: column.name.clone(),
        effect: column.effect_size,
        drifted: column.statistic.map(|_| column.drifted),
        note: drift_note(column),
    };
    let version = report.reference_version.map(|version| format!(" of version {version}")).unwrap_or_default();
    let method = format!(
        "{} rows of new files against the training rows{version}, judged in {} mode.",
        grouped(report.rows),
        report.mode.name()
    );
    Some(Drift {
        time: Some(found.time),
        method: Some(method),
        floor: report.columns.iter().map(|column| column.effect.floor).reduce(f64::max),
        columns: report.columns.iter().map(of).collect(),
        nothing: None,
    })
}

/// Whether the effect is one that matters, were it not for chance.
fn beyond_floor(column: &ColumnDrift) -> bool {
    column.effect_size.is_some_and(|size| size >= column.effect.floor)
}

/// What else there is to know of a column.
fn drift_note(column: &ColumnDrift) -> Option<String> {
    let missing = &column.missing;
    if missing.drifted {
        return Some(format!("missing {} instead of {}", percent(missing.current), percent(missing.reference)));
    }
    match &column.new_categories {
        Some(new) if new.drifted => Some(format!("new texts in {} of the rows", percent(new.share))),
        _ if column.note.is_none() && !column.drifted && column.statistic.is_some() && beyond_floor(column) => {
            Some("so few rows differ as much by chance".to_string())
        }
        _ => column.note.clone(),
    }
}

/// The last runs, or why they cannot be shown.
fn runs(state: &State, history: &Result<Option<History>>) -> (Vec<Run>, Option<String>) {
    let read = || -> Result<Vec<Run>> {
        let Some(history) = history.as_ref().map_err(Error::clone)? else { return Ok(Vec::new()) };
        let challengers = history.challengers(RUNS)?;
        let of = |run: RunRecord| {
            let challenger = challengers.iter().find(|c| c.run_id == run.run_id);
            Run {
                started: run.started,
                command: run.command,
                seconds: run.seconds,
                decision: run.decision,
                failed: run.exit_code != 0,
                reason: run.reason.map(|reason| state.config().folders.hide(&reason)),
                metric: run.metric,
                old_score: run.old_score,
                new_score: run.new_score,
                new_interval: challenger.and_then(|c| c.interval),
                version: run.version,
                test_data: challenger.map(|c| c.test_fingerprint.clone()),
            }
        };
        Ok(history.runs(RUNS)?.into_iter().map(of).collect())
    };
    match read() {
        Ok(runs) => (runs, None),
        Err(_) => (Vec::new(), Some("fullprocess --check tells more".to_string())),
    }
}

fn predictions(state: &State) -> Predictions {
    let mut labels: std::collections::BTreeMap<String, u64> = Default::default();
    for (label, rows) in state.meters().predicted().into_values().flatten() {
        *labels.entry(label).or_default() += rows;
    }
    // A quantity is counted without a label.
    let named = labels.into_iter().filter(|(label, _)| !label.is_empty());
    Predictions { rows: state.meters().rows(), labels: named.map(|(label, rows)| LabelCount { label, rows }).collect() }
}

/// The pages' own files are asked for by whoever reads this.
fn is_asset(route: &RouteCounts) -> bool {
    ASSETS.iter().any(|asset| asset.path == route.path)
}

fn requests(route: &RouteCounts) -> Vec<Requests> {
    let of = |(status, count): &(u16, u64)| Requests {
        method: route.method.to_string(),
        route: if route.path.is_empty() { "(no route)".to_string() } else { route.path.to_string() },
        status: *status,
        count: *count,
    };
    route.statuses.iter().map(of).collect()
}

/// Of all routes together; a quantile is the upper bound of the bucket that it falls into.
fn latency(routes: &[RouteCounts]) -> Latency {
    let mut counts = vec![0u64; BOUNDS.len() + 1];
    for route in routes {
        counts.iter_mut().zip(&route.buckets).for_each(|(sum, count)| *sum += count);
    }
    let all: u64 = counts.iter().sum();
    let bounds = BOUNDS.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<Bucket> = bounds.zip(&counts).map(|(upper, count)| Bucket { upper, count: *count }).collect();
    let quantile = |share: f64| {
        let mut below = 0;
        let found = buckets.iter().find(|bucket| {
            below += bucket.count;
            below as f64 >= share * all as f64
        });
        found.filter(|_| all > 0).map(|bucket| bucket.upper)
    };
    Latency { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), buckets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_bounds_of_buckets() {
        let mut buckets = vec![0; BOUNDS.len() + 1];
        (buckets[0], buckets[3], buckets[5]) = (50, 49, 1);
        let route = RouteCounts { method: "GET", path: "/", statuses: vec![(200, 100)], buckets, seconds: 1.0 };
        let found = latency(&[route]);
        assert_eq!((found.p50, found.p90, found.p99), (Some(BOUNDS[0]), Some(BOUNDS[3]), Some(BOUNDS[3])));
        assert_eq!(latency(&[]).p50, None);
    }
}
