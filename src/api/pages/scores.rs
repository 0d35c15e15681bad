//! How the scores developed, contest by contest.

use super::dashboard::{bounds, finite, metric, shown};
use super::html::{empty, prose, section as panel, time};
use super::view::{Incumbent, Run};
use crate::markup::escape;
use crate::numbers::score;
use crate::report::charts::Area;
use crate::report::charts::axis::Axis;
use crate::stages::decision::Decision;
use std::fmt::Write;

/// Contests drawn at most: more would touch on a phone.
const MOST: usize = 40;
/// The height of the drawing, and the white above and below its axis, in CSS pixels.
const HEIGHT: f32 = 240.0;
const ABOVE: f32 = 22.0;
const BELOW: f32 = 12.0;
/// The width of the drawing on a phone and on a desk, in CSS pixels, for labels that fit.
const NARROW: f64 = 240.0;
const WIDE: f64 = 700.0;
/// The room a label such as `v12` takes.
const LABEL: f64 = 34.0;

/// A run that put a challenger to the test.
struct Contest<'a> {
    run: &'a Run,
    old: Option<f64>,
    new: f64,
    deployed: bool,
}

impl Contest<'_> {
    /// The score of the model in office afterwards.
    fn after(&self) -> Option<f64> {
        if self.deployed { Some(self.new) } else { self.old }
    }
}

/// The panel; `runs` come newest first. The line ends at the score of the model in office, which
/// may be another since the last contest.
pub(super) fn section(runs: &[Run], problem: Option<&str>, now: Option<&Incumbent>) -> String {
    let mut contests: Vec<Contest<'_>> = runs.iter().filter_map(contest).collect();
    let Some(newest) = contests.first().map(|c| c.run) else {
        let body = match problem {
            Some(why) => format!(
                "<p class=\"callout warning\"><strong>The history cannot be read.</strong> {}</p>\n\
                 <p class=\"note\">The model in office is not affected.</p>\n",
                prose(why)
            ),
            None => empty("No contest yet.", "Each run that trains a challenger adds a point."),
        };
        return panel("scores", "wide", "Scores", "", &body);
    };
    let now = now.filter(|i| newest.metric.as_ref() == Some(&i.metric)).and_then(|i| finite(i.score));
    let all = contests.len();
    contests.retain(|c| c.run.metric == newest.metric);
    let others = all - contests.len();
    contests.truncate(MOST);
    contests.reverse();
    let (label, better) = metric(newest.metric.as_deref().unwrap_or("score"));
    let mut note = if better.is_empty() { label.clone() } else { format!("{label}, {better}") };
    note.push_str("; a step for each contest, evenly spaced, on the test data of its time");
    if others > 0 {
        let _ = write!(note, "; {others} of another metric are left out");
    }
    panel("scores", "wide", "Scores", &format!("{note}."), &figure(&contests, &label, now))
}

fn contest(run: &Run) -> Option<Contest<'_>> {
    let decision = run.decision.as_deref()?;
    let is = |decisions: &[Decision]| decisions.iter().any(|d| d.name() == decision);
    let deployed = is(&[Decision::FirstDeployment, Decision::Deployed]);
    let new = finite(run.new_score)?;
    (deployed || is(&[Decision::KeptIncumbent])).then(|| Contest { run, old: finite(run.old_score), new, deployed })
}

fn figure(contests: &[Contest<'_>], label: &str, now: Option<f64>) -> String {
    let values = contests.iter().flat_map(|c| {
        let (low, high) = bounds(c.run.new_interval).unzip();
        [c.old, Some(c.new), low, high].into_iter().flatten()
    });
    let axis = Axis::around(values.chain(now));
    let ticks: Vec<(f32, String)> = axis.ticks().map(|tick| (up(axis, tick), axis.label(tick))).collect();
    let side = ticks.iter().map(|(_, l)| l.chars().count()).max().unwrap_or_default() * 7 + 14;
    let mut y_axis = format!("<svg class=\"axis\" width=\"{side}\" height=\"{HEIGHT}\">");
    let mut area = format!("<svg class=\"area\" width=\"100%\" height=\"{HEIGHT}\">\n");
    for (y, text) in &ticks {
        let _ = write!(y_axis, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", side - 8, y + 4.0);
        let _ = write!(area, "<line class=\"grid-line\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
    }
    area.push('\n');
    let at = |i: usize| across(i, contests.len());
    changes(&mut area, contests, &at);
    steps(&mut area, contests, axis, &at, now);
    points(&mut area, contests, axis, &at);
    let ends = match contests {
        [one] => format!("<span></span><span>{}</span><span></span>", time(&one.run.started)),
        [first, .., last] => {
            format!("<span>{}</span><span>{}</span>", time(&first.run.started), time(&last.run.started))
        }
        [] => String::new(),
    };
    format!(
        "<figure>\n{}<div class=\"plot\" role=\"img\" aria-label=\"{}\">\n{y_axis}</svg>\n{area}</svg>\n</div>\n\
         <div class=\"ends\" aria-hidden=\"true\">{ends}</div>\n</figure>\n",
        legend(contests),
        describe(contests, label)
    )
}

/// Where a contest stands, in percent of the width.
fn across(i: usize, count: usize) -> f64 {
    if count < 2 { 50.0 } else { 5.0 + 90.0 * i as f64 / (count - 1) as f64 }
}

fn up(axis: Axis, value: f64) -> f32 {
    axis.up(value, Area::new(0.0, ABOVE, 100.0, HEIGHT - ABOVE - BELOW))
}

/// Dashed lines where the test data is another than in the contest before.
fn changes(out: &mut String, contests: &[Contest<'_>], at: &dyn Fn(usize) -> f64) {
    for i in changed(contests) {
        let x = (at(i - 1) + at(i)) / 2.0;
        let _ = writeln!(
            out,
            "<line class=\"change\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{}\" y2=\"{}\"><title>New test data</title></line>",
            ABOVE - 8.0,
            HEIGHT - BELOW
        );
    }
}

fn changed<'a>(contests: &'a [Contest<'_>]) -> impl Iterator<Item = usize> + 'a {
    let differ = |(a, b): (&Option<String>, &Option<String>)| a.is_some() && b.is_some() && a != b;
    (1..contests.len()).filter(move |i| {
        contests.get(i - 1).zip(contests.get(*i)).is_some_and(|(a, b)| differ((&a.run.test_data, &b.run.test_data)))
    })
}

/// The line of the model in office. It moves within a contest only: when the incumbent is
/// scored anew on other test data, and when another takes office.
fn steps(out: &mut String, contests: &[Contest<'_>], axis: Axis, at: &dyn Fn(usize) -> f64, now: Option<f64>) {
    let mut line = |x1: f64, x2: f64, y1: f32, y2: f32| {
        let _ =
            write!(out, "<line class=\"office-line\" x1=\"{x1:.2}%\" x2=\"{x2:.2}%\" y1=\"{y1:.1}\" y2=\"{y2:.1}\"/>");
    };
    let mut before: Option<f64> = None;
    for (i, contest) in contests.iter().enumerate() {
        let x = at(i);
        if let (Some(value), true) = (before, i > 0) {
            line(at(i - 1), x, up(axis, value), up(axis, value));
        }
        let heights: Vec<f32> =
            [before, contest.old, contest.after()].into_iter().flatten().map(|v| up(axis, v)).collect();
        let (top, bottom) = heights.iter().fold((f32::MAX, f32::MIN), |(a, b), y| (a.min(*y), b.max(*y)));
        if bottom > top {
            line(x, x, top, bottom);
        }
        before = contest.after();
    }
    if let (Some(value), Some(last)) = (before, contests.len().checked_sub(1)) {
        let now = now.unwrap_or(value);
        // Another version was put in office since, by hand.
        let turn = if now == value { 100.0 } else { (at(last) + 100.0) / 2.0 };
        line(at(last), turn, up(axis, value), up(axis, value));
        if now != value {
            line(turn, turn, up(axis, value).min(up(axis, now)), up(axis, value).max(up(axis, now)));
            line(turn, 100.0, up(axis, now), up(axis, now));
        }
    }
    out.push('\n');
}

/// A mark for each challenger: a filled diamond where it took office, an open circle where not.
fn points(out: &mut String, contests: &[Contest<'_>], axis: Axis, at: &dyn Fn(usize) -> f64) {
    let narrow = labelled(contests, NARROW);
    let wide = labelled(contests, WIDE);
    for (i, contest) in contests.iter().enumerate() {
        let (x, y) = (at(i), up(axis, contest.new));
        if let Some((low, high)) = bounds(contest.run.new_interval) {
            let (y1, y2) = (up(axis, low), up(axis, high));
            let _ =
                write!(out, "<line class=\"whisker\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{y1:.1}\" y2=\"{y2:.1}\"/>");
        }
        let (shape, said) = if contest.deployed { (DEPLOYED, "deployed") } else { (REFUSED, "refused") };
        let date: String = contest.run.started.chars().take(10).collect();
        let _ = write!(
            out,
            "<svg x=\"{x:.2}%\" y=\"{y:.1}\" class=\"point\">{shape}<title>{}: challenger {} {said}, incumbent {}</title>",
            escape(&date),
            score(contest.new),
            shown(contest.old)
        );
        if let (true, Some(version)) = (wide.contains(&i), contest.run.version) {
            let class = if narrow.contains(&i) { "version" } else { "version roomy" };
            let _ = write!(out, "<text class=\"{class}\" y=\"-11\" text-anchor=\"middle\">v{version}</text>");
        }
        out.push_str("</svg>\n");
    }
}

const DEPLOYED: &str = "<path class=\"deployed\" d=\"M0-7L7 0L0 7L-7 0Z\"/>";
const REFUSED: &str = "<circle class=\"refused\" r=\"4.5\"/>";

/// The deployments whose versions can be written without touching, the newest first.
fn labelled(contests: &[Contest<'_>], width: f64) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for i in (0..contests.len()).rev().filter(|i| contests.get(*i).is_some_and(|c| c.deployed)) {
        let room = |last: &usize| (across(*last, contests.len()) - across(i, contests.len())) / 100.0 * width;
        if found.last().is_none_or(|last| room(last) >= LABEL) {
            found.push(i);
        }
    }
    found
}

fn legend(contests: &[Contest<'_>]) -> String {
    let mut entries = vec![
        ("<line class=\"office-line\" x1=\"-9\" x2=\"9\"/>".to_string(), "in office"),
        (DEPLOYED.to_string(), "challenger, deployed"),
        (REFUSED.to_string(), "challenger, refused"),
    ];
    if contests.iter().any(|c| bounds(c.run.new_interval).is_some()) {
        entries.push(("<line class=\"whisker\" y1=\"-8\" y2=\"8\"/>".to_string(), "its 95% interval"));
    }
    if changed(contests).next().is_some() {
        entries.push(("<line class=\"change\" y1=\"-8\" y2=\"8\"/>".to_string(), "new test data"));
    }
    let entries: String = entries
        .iter()
        .map(|(mark, text)| {
            format!(
                "<li><svg class=\"key\" viewBox=\"-10 -10 20 20\" width=\"20\" height=\"20\" aria-hidden=\"true\">{mark}</svg>{text}</li>"
            )
        })
        .collect();
    format!("<ul class=\"legend\">{entries}</ul>\n")
}

fn describe(contests: &[Contest<'_>], label: &str) -> String {
    let deployed = contests.iter().filter(|c| c.deployed).count();
    let (low, high) = contests.iter().fold((f64::MAX, f64::MIN), |(a, b), c| (a.min(c.new), b.max(c.new)));
    let now = contests.last().and_then(Contest::after);
    format!(
        "{label} in {} contests: the challenger was deployed in {deployed} and refused in {}; challengers scored \
         from {} to {}; the model in office now has {}. The table of the last runs has the numbers.",
        contests.len(),
        contests.len() - deployed,
        score(low),
        score(high),
        shown(now)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(decision: &str, old: Option<f64>, new: f64, version: u64) -> Run {
        Run {
            started: "2026-01-01T00:00:00Z".into(),
            decision: Some(decision.into()),
            metric: Some("f1".into()),
            old_score: old,
            new_score: Some(new),
            version: Some(version),
            ..Run::default()
        }
    }

    #[test]
    fn contests_of_the_newest_metric_are_drawn() {
        let mut runs = vec![run("kept_incumbent", Some(0.6), 0.5, 1), run("no_drift", Some(0.6), 0.4, 1)];
        runs.push(run("first_deployment", None, 0.6, 1));
        runs.push(Run { metric: Some("rmse".into()), ..run("deployed", Some(9.0), 8.0, 1) });
        let html = section(&runs, None, None);
        assert_eq!(html.matches("class=\"point\"").count(), 2);
        assert!(html.contains("in 2 contests: the challenger was deployed in 1 and refused in 1"), "{html}");
        assert!(html.contains("1 of another metric are left out"));
        assert!(html.contains("F1"));
    }

    #[test]
    fn the_line_moves_when_somebody_takes_office_and_is_scored_anew() {
        let runs = [run("kept_incumbent", Some(0.7), 0.5, 1), run("first_deployment", None, 0.6, 1)];
        let html = section(&runs, None, None);
        // Level until the second contest, up to its new score there, level to the edge.
        assert_eq!(html.matches("class=\"office-line\"").count(), 3 + 1, "{html}");
    }

    #[test]
    fn labels_of_versions_do_not_touch() {
        let runs: Vec<Run> = (0..MOST as u64).map(|i| run("deployed", Some(0.5), 0.5, i)).collect();
        let contests: Vec<Contest<'_>> = runs.iter().filter_map(contest).collect();
        let (narrow, wide) = (labelled(&contests, NARROW), labelled(&contests, WIDE));
        assert!(narrow.len() <= 7 && wide.len() > narrow.len() && wide[0] == MOST - 1);
    }

    #[test]
    fn numbers_that_are_none_draw_nothing() {
        let mut odd = run("deployed", Some(f64::NAN), f64::INFINITY, 1);
        assert!(section(&[odd.clone()], None, None).contains("No contest yet"));
        odd.new_score = Some(0.5);
        odd.new_interval = Some((f64::NAN, 1.0));
        let html = section(&[odd], None, None);
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }
}
