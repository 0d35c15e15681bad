//! What the app did since it started: predictions, times, answers.

use super::dashboard::finite;
use super::html::{bar, duration, empty, identifier, name, section as panel, table};
use super::view::{Bucket, LabelCount, Latency, Predictions, Requests};
use crate::numbers::{compact, grouped, percent};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Labels and routes listed.
const MOST: usize = 20;
/// The height of the histogram, and the white above and below its columns, in CSS pixels.
const HEIGHT: f64 = 150.0;
const ABOVE: f64 = 18.0;
const BELOW: f64 = 24.0;

/// The panel of predictions by label.
pub(super) fn predictions(predictions: &Predictions) -> String {
    let title = "Predictions";
    let rows = predictions.rows;
    if rows == 0 {
        let hint = "They are counted from the start of the app. <a href=\"/docs\">Try one</a>.";
        return panel("predictions", "", title, "", &empty("No prediction yet.", hint));
    }
    let note = format!("{} answered since the app started.", counted(rows, "row"));
    if predictions.labels.is_empty() {
        let body = "<p>They are quantities, which have no classes to count.</p>\n";
        return panel("predictions", "", title, &note, body);
    }
    let mut labels: Vec<&LabelCount> = predictions.labels.iter().collect();
    labels.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.label.cmp(&b.label)));
    let mut body = String::new();
    for label in labels.iter().take(MOST) {
        let share = label.rows as f64 / rows as f64;
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\" class=\"name\">{}</th><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"bars\">{}</td></tr>",
            identifier(&label.label),
            grouped(label.rows),
            percent(share),
            bar(share, "share")
        );
    }
    let left_out = labels.len().saturating_sub(MOST) as u64;
    let caption = match left_out {
        0 => "Rows by predicted label".to_string(),
        n => format!("Rows by predicted label; {} rarer labels are not listed", grouped(n)),
    };
    let head = "<th scope=\"col\">Label</th><th scope=\"col\" class=\"number\">Rows</th><th scope=\"col\" class=\"number\">Share</th>\
        <th scope=\"col\" class=\"bars\"><span class=\"hidden\">Share as a bar</span></th>";
    panel("predictions", "", title, &note, &table("predictions-table", &caption, head, &body))
}

/// The panel of times.
pub(super) fn latency(latency: &Latency) -> String {
    let total: u64 = latency.buckets.iter().map(|b| b.count).sum();
    if total == 0 {
        let body = empty("No answer yet.", "Times are counted from the start of the app.");
        return panel("latency", "", "Time to answer", "", &body);
    }
    let tiles: String = [("half", "p50", latency.p50), ("90%", "p90", latency.p90), ("99%", "p99", latency.p99)]
        .iter()
        .map(|(said, id, value)| {
            let value = finite(*value).map_or("–".to_string(), duration);
            format!(
                "<div><dt>{id}<span class=\"note\"> {said} within</span></dt><dd class=\"number\">{value}</dd></div>"
            )
        })
        .collect();
    let body = format!("<dl class=\"tiles\">{tiles}</dl>\n{}", histogram(&latency.buckets, total));
    panel("latency", "", "Time to answer", &format!("{} since the app started.", counted(total, "answer")), &body)
}

/// A count with its noun: `1 row`, `1,200 rows`.
fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Columns from the first bucket that holds something to the last.
fn histogram(buckets: &[Bucket], total: u64) -> String {
    let first = buckets.iter().position(|b| b.count > 0).unwrap_or_default();
    let last = buckets.iter().rposition(|b| b.count > 0).unwrap_or_default();
    let shown = buckets.get(first..=last).unwrap_or_default();
    let most = shown.iter().map(|b| b.count).max().unwrap_or_default().max(1) as f64;
    let step = 100.0 / shown.len().max(1) as f64;
    let floor = HEIGHT - BELOW;
    // Labels that fit on a phone, and those that fit on a desk.
    let wide = shown.len().div_ceil(8);
    let narrow = wide * shown.len().div_ceil(4 * wide.max(1));
    let mut out = String::new();
    for (i, bucket) in shown.iter().enumerate() {
        let x = i as f64 * step;
        let height = match bucket.count {
            0 => 0.0,
            n => ((floor - ABOVE) * n as f64 / most).max(1.5),
        };
        let bound = match before(buckets, first + i) {
            Some(lower) if !bucket.upper.is_finite() => format!("over {}", duration(lower)),
            _ => format!("up to {}", duration(bucket.upper)),
        };
        let _ = write!(
            out,
            "<g><title>{bound}: {}</title><rect class=\"share\" x=\"{:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{height:.1}\"/>",
            grouped(bucket.count),
            x + step * 0.08,
            floor - height,
            step * 0.84
        );
        let middle = x + step / 2.0;
        let count = compact(bucket.count);
        let roomy = if shown.len() > 9 { " class=\"roomy\"" } else { "" };
        if bucket.count > 0 {
            let _ = write!(
                out,
                "<text{roomy} x=\"{middle:.2}%\" y=\"{:.1}\" text-anchor=\"middle\">{count}</text>",
                floor - height - 5.0
            );
        }
        let back = shown.len() - 1 - i;
        if back.is_multiple_of(wide) {
            let roomy = if back.is_multiple_of(narrow) { "" } else { " class=\"roomy\"" };
            let label = if bucket.upper.is_finite() { bound_text(bucket.upper) } else { "more".to_string() };
            let _ = write!(
                out,
                "<text{roomy} x=\"{middle:.2}%\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                HEIGHT - 6.0
            );
        }
        out.push_str("</g>\n");
    }
    let (low, high) = (before(buckets, first), shown.last().map(|b| b.upper).filter(|u| u.is_finite()));
    let spread = match (low, high) {
        (Some(low), Some(high)) => format!("all between {} and {}", duration(low), duration(high)),
        (None, Some(high)) => format!("all within {}", duration(high)),
        (Some(low), None) => format!("from {} upwards", duration(low)),
        (None, None) => "of any length".to_string(),
    };
    format!(
        "<figure><svg class=\"area histogram\" width=\"100%\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"Histogram of {} \
         by time, {spread}.\">\n<line class=\"base\" x1=\"0\" x2=\"100%\" \
         y1=\"{floor}\" y2=\"{floor}\"/>\n{out}</svg>\n<figcaption class=\"note\">Answers by the time they took at most.</figcaption></figure>\n",
        counted(total, "answer")
    )
}

/// The bound below a bucket; `None` for the first.
fn before(buckets: &[Bucket], i: usize) -> Option<f64> {
    buckets.get(i.checked_sub(1)?).map(|b| b.upper)
}

/// A bound, as short as can be: `5 ms`, `2.5 s`.
fn bound_text(seconds: f64) -> String {
    if seconds < 0.999_5 { format!("{} ms", short(seconds * 1e3)) } else { format!("{} s", short(seconds)) }
}

/// Two significant digits without zeros at the end.
fn short(value: f64) -> String {
    let digits = if value < 1.0 { 2 } else { usize::from(value < 10.0) };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// The panel of answers by route and status.
pub(super) fn requests(requests: &[Requests]) -> String {
    let mut routes: BTreeMap<(&str, &str), BTreeMap<u16, u64>> = BTreeMap::new();
    for r in requests.iter().filter(|r| r.count > 0) {
        *routes.entry((&r.route, &r.method)).or_default().entry(r.status).or_default() += r.count;
    }
    if routes.is_empty() {
        let body = empty("No request yet.", "Answers are counted from the start of the app.");
        return panel("requests", "", "Requests", "", &body);
    }
    let statuses: BTreeSet<u16> = routes.values().flat_map(|s| s.keys().copied()).collect();
    let mut rows: Vec<_> = routes.into_iter().map(|(route, by)| (route, by.values().sum::<u64>(), by)).collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut body = String::new();
    for ((route, method), total, by) in rows.iter().take(MOST) {
        let _ = write!(
            body,
            "<tr><th scope=\"row\" class=\"name route\"><span class=\"method\">{}</span> {}</th>\
             <td class=\"number\">{}</td>",
            name(method),
            identifier(route),
            grouped(*total)
        );
        for status in &statuses {
            let count = by.get(status).copied().unwrap_or_default();
            let text = if count == 0 { "<span class=\"none\">–</span>".to_string() } else { grouped(count) };
            let _ = write!(body, "<td class=\"number\">{text}</td>");
        }
        body.push_str("</tr>\n");
    }
    let mut head = "<th scope=\"col\">Route</th><th scope=\"col\" class=\"number\">All</th>".to_string();
    for status in &statuses {
        let _ = write!(head, "<th scope=\"col\" class=\"number\">{status}</th>");
    }
    let caption = match rows.len().saturating_sub(MOST) {
        0 => "Answers by route and status".to_string(),
        n => format!("Answers by route and status; {} rarer routes are not listed", grouped(n as u64)),
    };
    let total: u64 = rows.iter().map(|(_, total, _)| total).sum();
    let note = format!("{} since the app started.", grouped(total));
    panel("requests", "", "Requests", &note, &table("requests-table", &caption, &head, &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(counts: &[u64]) -> Vec<Bucket> {
        let last = counts.len() - 1;
        let upper = |i: usize| if i == last { f64::INFINITY } else { 0.001 * 2f64.powi(i as i32) };
        counts.iter().enumerate().map(|(i, count)| Bucket { upper: upper(i), count: *count }).collect()
    }

    #[test]
    fn a_histogram_leaves_out_empty_ends() {
        let html = histogram(&buckets(&[0, 3, 0, 9, 0, 0]), 12);
        assert_eq!(html.matches("<rect").count(), 3);
        assert!(html.contains("all between 1.0 ms and 8.0 ms") && html.contains("up to 8.0 ms: 9"), "{html}");
        let html = histogram(&buckets(&[0, 0, 1]), 1);
        assert!(
            html.contains("over 2.0 ms: 1") && html.contains("from 2.0 ms upwards") && !html.contains("inf"),
            "{html}"
        );
    }

    #[test]
    fn bounds_are_short() {
        for (seconds, text) in [
            (0.00025, "0.25 ms"),
            (0.001, "1 ms"),
            (0.0025, "2.5 ms"),
            (0.512, "512 ms"),
            (1.0, "1 s"),
            (2.5, "2.5 s"),
            (10.0, "10 s"),
        ] {
            assert_eq!(bound_text(seconds), text);
        }
    }

    #[test]
    fn the_same_route_and_status_is_counted_together() {
        let one = |route: &str, status, count| Requests { method: "GET".into(), route: route.into(), status, count };
        let html = requests(&[
            one("/health", 200, 2),
            one("/prediction", 200, 7),
            one("/health", 503, 1),
            one("/health", 200, 2),
        ]);
        assert!(html.contains("12 since the app started") && html.find("/prediction") < html.find("/health"));
        assert!(
            html.contains("<td class=\"number\">5</td><td class=\"number\">4</td><td class=\"number\">1</td>"),
            "{html}"
        );
    }

    #[test]
    fn several_labels_of_a_row_are_shares_of_rows() {
        let label = |label: &str, rows| LabelCount { label: label.into(), rows };
        let html = predictions(&Predictions { rows: 4, labels: vec![label("a", 1), label("b", 4)] });
        assert!(html.contains("100.0%") && html.contains("25.0%") && html.find("<bdi>b<") < html.find("<bdi>a<"));
        assert!(predictions(&Predictions { rows: 9, labels: vec![] }).contains("no classes"));
    }
}
