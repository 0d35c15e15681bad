//! What the history keeps of a run's diagnostics, and how measures went over the last runs.

use super::{Context, diagnostics};
use crate::drift::ColumnDrift;
use crate::event::Stage;
use crate::stages::diagnostics::Diagnostics;
use crate::stages::drift::DriftReport;
use crate::stages::performance::Performance;
use crate::stages::trends::{Trend, TrendPoint};
use crate::store::history::{DriftRecord, History, MeasureRecord, RunRecord};
use crate::store::layout;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that a call of the app's own routes took.
pub const LATENCY: &str = "latency";
/// The share of the tested columns that drifted.
const DRIFT_SHARE: &str = "drift_share";
/// The score of the model in office on new rows.
const NEW_SCORE: &str = "new_score";
/// That score less the one on the test data.
const NEW_SCORE_DIFFERENCE: &str = "new_score_difference";

/// Runs that a trend shows.
const RUNS: usize = 30;
/// Columns of one measure that are shown.
const COLUMNS: usize = 12;
/// Runs with drift tests within which a column must have drifted to be shown.
const LATELY: usize = 5;
/// The stages that are shown.
const STAGES: [Stage; 5] = [Stage::Ingestion, Stage::Training, Stage::Scoring, Stage::Diagnostics, Stage::Reporting];

/// Notes for the history what the diagnostics of a run found.
pub fn remember(run: &mut RunRecord, found: &Diagnostics) {
    run.columns = diagnostics::columns(found);
    if let Some(drift) = &found.drift {
        run.drift = tests(drift);
        run.measures.extend(drift_share(drift));
    }
    if let Some(performance) = &found.performance {
        run.measures.extend(on_new_rows(performance));
    }
}

fn measure(measure: &str, name: &str, value: f64) -> MeasureRecord {
    MeasureRecord { measure: measure.to_string(), name: name.to_string(), value }
}

fn drift_share(drift: &DriftReport) -> Option<MeasureRecord> {
    let share = drift.drifted_columns as f64 / drift.tested_columns as f64;
    (drift.tested_columns > 0).then(|| measure(DRIFT_SHARE, "columns", share))
}

fn on_new_rows(performance: &Performance) -> impl Iterator<Item = MeasureRecord> + '_ {
    let values = [(NEW_SCORE, performance.new_rows.value), (NEW_SCORE_DIFFERENCE, performance.difference)];
    values.into_iter().filter_map(|(name, value)| Some(measure(name, &performance.metric, value?)))
}

/// Every test of a report, the distribution of a column before its missing cells and new categories.
fn tests(drift: &DriftReport) -> Vec<DriftRecord> {
    let columns = drift.columns.iter().flat_map(|c| of_column("column", c));
    let predictions = drift.predictions.iter().flat_map(|c| of_column("prediction", c));
    let all = drift.multivariate.iter().map(|m| DriftRecord {
        part: "multivariate".to_string(),
        name: "all features".to_string(),
        test: m.test.clone(),
        statistic: m.auc,
        p_value: None,
        adjusted_p_value: None,
        effect_size: m.auc.map(|auc| auc - 0.5),
        drifted: m.drifted,
    });
    columns.chain(predictions).chain(all).collect()
}

fn of_column(part: &str, c: &ColumnDrift) -> Vec<DriftRecord> {
    let distribution = DriftRecord {
        part: part.to_string(),
        name: c.name.clone(),
        test: c.test.clone(),
        statistic: c.statistic,
        p_value: c.p_value,
        adjusted_p_value: c.adjusted_p_value,
        effect_size: c.effect_size,
        drifted: c.distribution_drifted,
    };
    let other = |test: &str, p_value, adjusted_p_value, effect_size, drifted| DriftRecord {
        test: test.to_string(),
        statistic: None,
        p_value,
        adjusted_p_value,
        effect_size: Some(effect_size),
        drifted,
        ..distribution.clone()
    };
    let m = &c.missing;
    let was_tested = m.p_value.is_some() || m.drifted;
    let missing = was_tested
        .then(|| other("missing_share", m.p_value, m.adjusted_p_value, (m.current - m.reference).abs(), m.drifted));
    let new =
        c.new_categories.as_ref().map(|n| other("new_categories", n.p_value, n.adjusted_p_value, n.share, n.drifted));
    [Some(distribution.clone()), missing, new].into_iter().flatten().collect()
}

/// The trends of the last runs, this one last with what of it is known by now. Without a history
/// they are of this run alone.
pub fn of(ctx: &Context<'_>, found: &Diagnostics) -> Vec<Trend> {
    let path = ctx.config.folders.production.join(layout::HISTORY);
    // A history that cannot be read is told with the timings.
    let history = History::read_only(&path).ok().flatten();
    let mut runs = history.and_then(|h| h.recent(RUNS - 1).ok()).unwrap_or_default();
    // How long this run takes in all is not known yet.
    let mut own = RunRecord { seconds: f64::NAN, ..ctx.recorded() };
    remember(&mut own, found);
    runs.push(own);
    over(&runs)
}

/// The trends of runs, which come oldest first.
fn over(runs: &[RunRecord]) -> Vec<Trend> {
    let measured = |measure: &'static str| {
        series(measure, runs, |run| {
            let of = run.measures.iter().filter(|m| m.measure == measure);
            of.map(|m| (m.name.clone(), m.value)).collect()
        })
    };
    let scores = series("score", runs, |run| {
        let of = run.scores.iter().filter_map(|s| Some((s, *s.value.as_ref().ok()?)));
        of.map(|(s, value)| (format!("{} of the {}", s.metric, s.role), value)).collect()
    });
    [
        scores,
        measured(NEW_SCORE),
        measured(NEW_SCORE_DIFFERENCE),
        missing_shares(runs),
        measured(DRIFT_SHARE),
        effect_sizes(runs),
        measured(LATENCY),
        series("stage_seconds", runs, stage_seconds),
    ]
    .concat()
}

/// The values of runs by name, names in the order in which they come up.
fn series(measure: &str, runs: &[RunRecord], values: impl Fn(&RunRecord) -> Vec<(String, f64)>) -> Vec<Trend> {
    let mut trends: Vec<Trend> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for run in runs {
        for (name, value) in values(run).into_iter().filter(|(_, value)| value.is_finite()) {
            let place = *places.entry(name.clone()).or_insert(trends.len());
            if place == trends.len() {
                trends.push(Trend { measure: measure.to_string(), name, points: Vec::new() });
            }
            trends[place].points.push(TrendPoint { time: run.started.clone(), value });
        }
    }
    trends
}

/// The columns that had missing cells, those first whose share moved most.
fn missing_shares(runs: &[RunRecord]) -> Vec<Trend> {
    let mut trends = series("missing_share", runs, |run| {
        let share = |rows: u64, missing: u64| missing as f64 / rows as f64;
        run.columns.iter().map(|c| (c.name.clone(), share(c.rows, c.missing))).collect()
    });
    trends.retain(|t| t.points.iter().any(|p| p.value > 0.0));
    trends.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    trends.truncate(COLUMNS);
    trends
}

/// How far the values lie apart.
fn spread(trend: &Trend) -> f64 {
    let values = || trend.points.iter().map(|p| p.value);
    values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
}

/// The effect sizes of columns and predictions of which something drifted lately, the largest of
/// the last run first.
fn effect_sizes(runs: &[RunRecord]) -> Vec<Trend> {
    let key = |d: &DriftRecord| match d.part.as_str() {
        "prediction" => format!("prediction {}", d.name),
        _ => d.name.clone(),
    };
    let alone = |d: &&DriftRecord| d.part != "multivariate";
    let tested = runs.iter().rev().filter(|run| !run.drift.is_empty()).take(LATELY);
    let lately: BTreeSet<String> =
        tested.flat_map(|run| &run.drift).filter(alone).filter(|d| d.drifted).map(key).collect();
    let mut trends = series("drift", runs, |run| {
        let mut seen = BTreeSet::new();
        let of = run.drift.iter().filter(alone).map(|d| (key(d), d));
        // The first test of a column is that of its distribution.
        let first = of.filter(|(name, _)| lately.contains(name) && seen.insert(name.clone()));
        first.filter_map(|(name, d)| Some((name, d.effect_size?))).collect()
    });
    let last = |t: &Trend| t.points.last().map_or(0.0, |p| p.value);
    trends.sort_by(|a, b| last(b).total_cmp(&last(a)));
    trends.truncate(COLUMNS);
    trends
}

/// Stages that found nothing to do are left out: they are no measure for those that did.
fn stage_seconds(run: &RunRecord) -> Vec<(String, f64)> {
    let idle = |stage: &Stage| *stage == Stage::Ingestion;
    let of = |stage: &Stage| {
        let parts = run.stages.iter().filter(|s| s.stage == stage.name() && (!idle(stage) || s.rows.is_some()));
        let seconds = parts.map(|s| s.seconds).reduce(|sum, seconds| sum + seconds);
        seconds.map(|seconds| (stage.name().to_string(), seconds))
    };
    let total = (run.command == super::fullprocess::BINARY.name).then(|| ("total".to_string(), run.seconds));
    STAGES.iter().filter_map(of).chain(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::history::{ColumnRecord, ScoreRecord, StageRecord};

    fn run(day: usize) -> RunRecord {
        let stage = |stage: &str, rows| StageRecord { stage: stage.into(), seconds: day as f64, rows };
        let column =
            |name: &str, missing: u64| ColumnRecord { name: name.into(), rows: 100, missing, numbers: [None; 5] };
        let test = |part: &str, name: &str, test: &str, effect: f64, drifted| DriftRecord {
            part: part.into(),
            name: name.into(),
            test: test.into(),
            statistic: None,
            p_value: None,
            adjusted_p_value: None,
            effect_size: Some(effect),
            drifted,
        };
        RunRecord {
            command: "fullprocess".into(),
            started: format!("2026-01-{day:02}T00:00:00Z"),
            seconds: 10.0 * day as f64,
            stages: vec![stage("ingestion", (day > 1).then_some(5)), stage("training", None), stage("training", None)],
            scores: vec![ScoreRecord {
                role: "challenger".into(),
                version: None,
                model_fingerprint: String::new(),
                metric: "f1".into(),
                value: if day == 2 { Err("no positives".into()) } else { Ok(0.1 * day as f64) },
                interval: None,
                rows: 1,
                test_fingerprint: String::new(),
            }],
            columns: vec![column("steady", 5), column("moves", 10 * day as u64), column("whole", 0)],
            drift: vec![
                test("column", "fee", "kolmogorov_smirnov", 0.2 * day as f64, false),
                test("column", "fee", "missing_share", 0.9, day == 3),
                test("column", "plan", "g_test", 0.1, false),
                test("multivariate", "all features", "domain_classifier", 0.3, true),
            ],
            measures: vec![measure(LATENCY, "/health", 0.001)],
            ..RunRecord::default()
        }
    }

    #[test]
    fn trends_show_what_is_there_oldest_first() {
        let runs: Vec<RunRecord> = (1..4).map(run).collect();
        let trends = over(&runs);
        let names: Vec<(&str, &str)> = trends.iter().map(|t| (t.measure.as_str(), t.name.as_str())).collect();
        assert_eq!(
            names,
            [
                ("score", "f1 of the challenger"),
                ("missing_share", "moves"),
                ("missing_share", "steady"),
                ("drift", "fee"),
                ("latency", "/health"),
                ("stage_seconds", "training"),
                ("stage_seconds", "total"),
                ("stage_seconds", "ingestion"),
            ]
        );
        let values = |place: usize| trends[place].points.iter().map(|p| p.value).collect::<Vec<_>>();
        assert_eq!(values(0), [0.1, 0.1 * 3.0], "the undefined score is left out");
        assert_eq!(values(1), [0.1, 0.2, 0.3]);
        assert_eq!(values(3), [0.2, 0.4, 0.2 * 3.0], "the effect is that of the distribution");
        assert_eq!(values(5), [2.0, 4.0, 6.0], "a stage that came twice is one");
        assert_eq!(values(7), [2.0, 3.0], "nothing was merged on the first day");
        assert_eq!(trends[1].points[0].time, "2026-01-01T00:00:00Z");
    }

    #[test]
    fn at_most_twelve_columns_are_shown() {
        let columns =
            (0..40).map(|i| ColumnRecord { name: format!("c{i}"), rows: 100, missing: i, numbers: [None; 5] });
        let now = RunRecord { columns: columns.collect(), ..RunRecord::default() };
        let before = RunRecord {
            columns: now.columns.iter().map(|c| ColumnRecord { missing: 0, ..c.clone() }).collect(),
            ..RunRecord::default()
        };
        let trends = over(&[before, now]);
        assert_eq!((trends.len(), trends[0].name.as_str(), trends[11].name.as_str()), (12, "c39", "c28"));
    }
}
