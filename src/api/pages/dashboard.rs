//! The page at `/`: the model in office, how it got there, and how it is doing.

use super::html::{Place, age, empty, name, page, prose, time};
use super::view::{Dashboard, Health, Incumbent, Run};
use super::{drift, runs, scores, traffic};
use crate::markup::escape;
use crate::metrics;
use crate::numbers::{grouped, score};
use crate::report::sections::sentence;
use crate::stages::alarms::title;

/// The page at `/`.
pub fn dashboard(view: &Dashboard) -> String {
    let main = [
        format!(
            "<div class=\"grid\">\n{}{}{}",
            alarms(&view.alarms),
            office(view),
            health(&view.health, view.runs.iter().find(|run| run.command == "fullprocess"))
        ),
        scores::section(&view.runs, view.runs_problem.as_deref(), view.incumbent.as_ref()),
        runs::section(&view.runs, view.runs_problem.as_deref()),
        "<div class=\"column\">\n".to_string(),
        drift::section(view.drift.as_ref()),
        traffic::requests(&view.requests),
        "</div>\n<div class=\"column\">\n".to_string(),
        traffic::predictions(&view.predictions),
        traffic::latency(&view.latency),
        format!(
            "</div>\n</div>\n<p class=\"foot\">{} · as of {} · all times in UTC</p>\n",
            name(&view.program),
            time(&view.now)
        ),
    ]
    .concat();
    page("incumbent", Place::Dashboard, Some("/dashboard.js"), &main)
}

/// A metric in words, and which way it is better; the name alone where it is not known.
pub(super) fn metric(id: &str) -> (String, &'static str) {
    match metrics::by_name(id) {
        Ok(metric) => (escape(metric.label()).to_string(), metric.direction().words()),
        Err(_) => (name(id).to_string(), ""),
    }
}

/// A number that is there and finite.
pub(super) fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

/// Bounds that are both finite.
pub(super) fn bounds(interval: Option<(f64, f64)>) -> Option<(f64, f64)> {
    interval.filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// A score for people, or a dash.
pub(super) fn shown(value: Option<f64>) -> String {
    finite(value).map_or("–".to_string(), score)
}

/// Nothing where there is none: an empty panel at the top would be the loudest thing of the page.
fn alarms(alarms: &[(String, String)]) -> String {
    if alarms.is_empty() {
        return String::new();
    }
    let list: String = alarms
        .iter()
        .map(|(kind, what)| {
            let what = prose(&sentence(what)).to_string();
            format!("<p class=\"callout warning\"><strong>{}.</strong> {what}</p>\n", name(title(kind)))
        })
        .collect();
    super::html::section("alarms", "wide", "Alarms of the last run", "", &list)
}

fn office(view: &Dashboard) -> String {
    let (title, body) = match (&view.incumbent, &view.incumbent_problem) {
        (Some(incumbent), _) => (format!("Version {} is in office", incumbent.version), in_office(incumbent)),
        (None, Some(problem)) => (
            "The model in office cannot be loaded".to_string(),
            format!(
                "<p class=\"callout warning\">{}</p>\n<p>Predictions are refused until it is mended. \
                 <code>fullprocess --check</code> tells more; <code>deployment --rollback</code> puts the version \
                 before it in office.</p>\n",
                prose(problem)
            ),
        ),
        (None, None) => (
            "No model yet".to_string(),
            empty(
                "Nothing was deployed so far.",
                "Run <code>fullprocess</code>: the first model that can be scored takes office.",
            ),
        ),
    };
    format!(
        "<section class=\"card office\" aria-labelledby=\"office\">\n<h1 id=\"office\">{title}</h1>\n{body}</section>\n"
    )
}

fn in_office(incumbent: &Incumbent) -> String {
    let (label, better) = metric(&incumbent.metric);
    let better = if better.is_empty() { String::new() } else { format!(" <span class=\"note\">({better})</span>") };
    let range = match (finite(incumbent.score), bounds(incumbent.interval)) {
        (Some(value), Some((low, high))) => format!(
            "{}<p class=\"range\">95% interval <span class=\"number\">{} – {}</span></p>\n",
            gauge(value, low, high),
            score(low),
            score(high)
        ),
        (Some(_), None) => "<p class=\"range\">without an interval</p>\n".to_string(),
        (None, _) => "<p class=\"range\">undefined on the test data</p>\n".to_string(),
    };
    let rows = |count: Option<u64>| count.map(grouped);
    let date = |text: &Option<String>| text.as_deref().map(time);
    let facts = facts(&[
        ("Model", Some(name(&incumbent.kind.replace('_', " ")).to_string())),
        ("Trained", date(&incumbent.trained)),
        ("Deployed", date(&incumbent.deployed)),
        ("Training rows", rows(incumbent.training_rows)),
        ("Test rows", rows(incumbent.test_rows)),
    ]);
    let reason = incumbent.reason.as_deref().filter(|r| !r.trim().is_empty()).map_or(String::new(), |reason| {
        format!("<p class=\"callout good\"><strong>Why it is in office.</strong> {}</p>\n", prose(&sentence(reason)))
    });
    format!(
        "<div class=\"standing\">\n<div>\n<p class=\"label\">{label}{better}</p>\n<p class=\"big number\">{}</p>\n\
         {range}</div>\n{facts}</div>\n{reason}",
        shown(incumbent.score)
    )
}

/// The score and its interval between 0 and 1; nothing for scores of another range.
fn gauge(value: f64, low: f64, high: f64) -> String {
    if low < 0.0 || high > 1.0 || low > high {
        return String::new();
    }
    let (x, width) = (low * 100.0, ((high - low) * 100.0).max(0.5));
    format!(
        "<svg class=\"gauge\" width=\"100%\" height=\"14\" aria-hidden=\"true\"><rect class=\"track\" y=\"5\" \
         width=\"100%\" height=\"4\" rx=\"2\"/><rect class=\"between\" x=\"{x:.1}%\" y=\"3\" width=\"{width:.1}%\" \
         height=\"8\" rx=\"2\"/><circle cx=\"{:.1}%\" cy=\"7\" r=\"5\"/></svg>\n",
        value.clamp(0.0, 1.0) * 100.0
    )
}

/// Names and values, which are HTML; what is not known is left out.
fn facts(facts: &[(&str, Option<String>)]) -> String {
    let known = facts.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let rows: String = known.map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n")).collect();
    if rows.is_empty() { rows } else { format!("<dl class=\"facts\">\n{rows}</dl>\n") }
}

fn health(health: &Health, last: Option<&Run>) -> String {
    let failed = last.is_some_and(|run| run.decision.as_deref() == Some("failed"));
    let (tone, title, text) = match (failed, health.stale, &health.last_success) {
        (true, _, _) => ("warning", "The last run failed", "The reason stands below, among the last runs."),
        (_, Some(true), _) => ("warning", "Stale", "A scheduled run is overdue."),
        (_, _, None) => ("neutral", "No good run yet", "None has ended well so far."),
        (_, Some(false), _) => ("good", "On schedule", "No scheduled run is overdue."),
        (_, None, _) => ("neutral", "No schedule", "The config names no schedule, so nothing is overdue."),
    };
    let facts = facts(&[
        ("Last good run", health.last_success.as_deref().map(time)),
        ("Its age", finite(health.last_success_age).map(age)),
        ("Last decision", last.map(runs::decision)),
        ("App started", health.started.as_deref().map(time)),
    ]);
    let body = format!("<p class=\"callout {tone}\"><strong>{title}.</strong> {text}</p>\n{facts}");
    super::html::section("health", "health", "Health", "", &body)
}
