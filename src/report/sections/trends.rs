//! Measures of this run and of earlier ones.

use super::{Findings, label, paragraph};
use crate::error::Result;
use crate::report::charts::{Chart, Grid, Lines};
use crate::report::document::{Block, Section};
use crate::stages::decision::Decision;
use crate::stages::trends::Trend;
use chrono::DateTime;

/// The kinds of measure in the order of drawing: the name, for people, and most charts of it.
const MEASURES: [(&str, &str, usize); 7] = [
    ("score", "Score", 2),
    ("new_score", "Incumbent on new rows", 1),
    ("drift_share", "Drifted", 1),
    ("drift", "Drift", 2),
    ("missing_share", "Missing cells", 2),
    ("latency", "Latency", 2),
    ("stage_seconds", "Duration", 3),
];

/// The section; empty where the history tells nothing.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    if f.diagnostics.trends.is_empty() {
        return Ok(Section::default());
    }
    let charts = charts(f);
    let blocks = match charts.is_empty() {
        true => vec![paragraph("One run is known so far; a trend needs more of them.")],
        false => {
            vec![Block::Chart(Box::new(Grid::new(2, 215, charts)))]
        }
    };
    Ok(Section::new("Over the runs", blocks))
}

/// A chart of each measure of more than one run. Of a kind with
/// many, those with the largest values are drawn.
fn charts(f: &Findings<'_>) -> Vec<Box<dyn Chart>> {
    let known = f.diagnostics.trends.iter().map(|trend| (trend, points(trend))).filter(|(_, p)| p.len() > 1);
    let known: Vec<(&Trend, Vec<(f64, f64)>)> = known.collect();
    let times = || known.iter().flat_map(|(_, points)| points.iter().map(|p| p.0));
    let span = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
    let mut drawn = Vec::new();
    for (measure, title, most) in MEASURES {
        let mut of_kind: Vec<_> = known.iter().filter(|(trend, _)| trend.measure == measure).collect();
        let largest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        of_kind.sort_by(|a, b| largest(&b.1).total_cmp(&largest(&a.1)).then_with(|| a.0.name.cmp(&b.0.name)));
        let all = of_kind.len();
        for (trend, points) in of_kind.into_iter().take(most) {
            let rest = if all > most { format!(" (one of {all})") } else { String::new() };
            let chart = Lines {
                title: format!("{title}: {}", name(trend)),
                subtitle: format!("{}, {} runs{rest}", unit(measure), points.len()),
                points: points.clone(),
                interval: interval(f, trend),
                span,
                deployed: deployed(f).filter(|time| (span.0..=span.1).contains(time)).into_iter().collect(),
            };
            drawn.push(Box::new(chart) as Box<dyn Chart>);
        }
    }
    drawn
}

/// Points by time; those whose time cannot be read are left out.
fn points(trend: &Trend) -> Vec<(f64, f64)> {
    let one = |p: &crate::stages::trends::TrendPoint| Some((seconds(&p.time)?, p.value));
    let mut points: Vec<(f64, f64)> = trend.points.iter().filter_map(one).filter(|p| p.1.is_finite()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// Seconds since 1970.
fn seconds(time: &str) -> Option<f64> {
    DateTime::parse_from_rfc3339(time).ok().map(|t| t.timestamp() as f64)
}

fn unit(measure: &str) -> &'static str {
    match measure {
        "score" => "on the test rows of the run",
        "missing_share" => "share of the cells, 0 to 1",
        "drift_share" => "share of the columns, 0 to 1",
        "drift" => "effect size, 0 to 1",
        "new_score" => "on the rows of new files",
        _ => "in seconds",
    }
}

fn name(trend: &Trend) -> String {
    match trend.measure.as_str() {
        "score" | "new_score" => {
            let (metric, of) = trend.name.split_once(' ').unwrap_or((&trend.name, ""));
            format!("{} {of}", label(metric)).trim_end().to_string()
        }
        _ => trend.name.replace('_', " "),
    }
}

/// The interval of the last value, where it is the score that this report is about.
fn interval(f: &Findings<'_>, trend: &Trend) -> Option<(f64, f64)> {
    let metric = trend.name.strip_suffix(" of the challenger").filter(|_| trend.measure == "score")?;
    let score = f.challenger.score(metric)?;
    let last = trend.points.last().filter(|p| Some(p.value) == score.value.get())?;
    score.interval.bounds().filter(|(low, high)| (*low..=*high).contains(&last.value))
}

/// When this run deployed; deployments before it are not told here.
fn deployed(f: &Findings<'_>) -> Option<f64> {
    let deployed = |d: Decision| matches!(d, Decision::Deployed | Decision::FirstDeployment);
    f.last.filter(|l| deployed(l.decision)).and_then(|l| seconds(&l.time))
}
