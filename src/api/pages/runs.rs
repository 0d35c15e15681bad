//! The last runs, with what they decided and why.

use super::dashboard::shown;
use super::html::{duration, empty, name, prose, section as panel, table, time};
use super::view::Run;
use crate::numbers::grouped;
use crate::report::sections::sentence;
use crate::stages::decision::Decision;
use std::fmt::Write;

/// Runs listed.
const MOST: usize = 12;

/// The decision of a run as a tag: words and their tone. A run without one is named by its
/// command.
pub(super) fn decision(run: &Run) -> String {
    let id = run.decision.as_deref().unwrap_or(&run.command);
    let Some(known) = Decision::ALL.iter().find(|d| d.name() == id) else {
        if run.failed {
            return format!("<span class=\"tag warning\">{} failed</span>", name(&run.command));
        }
        if id == "rollback" {
            return "<span class=\"tag neutral\">Version switched</span>".to_string();
        }
        return format!("<span class=\"tag neutral\">{}</span>", name(id));
    };
    let tone = match known {
        Decision::FirstDeployment | Decision::Deployed => "good",
        Decision::KeptIncumbent | Decision::NoNewData | Decision::NoDrift => "neutral",
        Decision::Failed => "warning",
    };
    format!("<span class=\"tag {tone}\">{}</span>", known.title())
}

/// Whether the reason of a run is an error, and not that of a decision.
fn tells_error(run: &Run) -> bool {
    match run.decision.as_deref() {
        Some(decision) => decision == Decision::Failed.name(),
        None => run.failed,
    }
}

/// The panel; `runs` come newest first.
pub(super) fn section(runs: &[Run], problem: Option<&str>) -> String {
    if runs.is_empty() {
        let body = match problem {
            Some(_) => empty(
                "No run can be shown.",
                "The history is set aside and begun anew by the next run; <code>fullprocess.log</code> has the last ones too.",
            ),
            None => empty(
                "No run yet.",
                "Run <code>fullprocess</code>, or let cron do it: <code>fullprocess --crontab</code> prints the line.",
            ),
        };
        return panel("runs", "wide", "Last runs", "", &body);
    }
    let problem = problem.map_or(String::new(), |why| {
        format!(
            "<p class=\"callout warning\"><strong>The history cannot be read in full.</strong> {}</p>\n",
            prose(why)
        )
    });
    let mut rows = String::new();
    for run in runs.iter().take(MOST) {
        let reason = run.reason.as_deref().filter(|r| !r.trim().is_empty()).map_or(String::new(), |reason| {
            // An error begins with a place, which has no capital.
            let text = if tells_error(run) { reason.to_string() } else { sentence(reason) };
            format!("<p class=\"why\">{}</p>", prose(&text))
        });
        let version = run.version.map_or("–".to_string(), |v| v.to_string());
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\" class=\"when\">{}</th><td class=\"decision\">{}{reason}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{version}</td><td class=\"number took\">{}</td></tr>",
            time(&run.started),
            decision(run),
            shown(run.new_score),
            shown(run.old_score),
            duration(run.seconds)
        );
    }
    let caption = match runs.len() {
        1 => "The one run so far".to_string(),
        n if n <= MOST => format!("The last {n} runs, newest first"),
        n => format!("The newest {MOST} of the last {} runs", grouped(n as u64)),
    };
    let head = "<th scope=\"col\">Began</th><th scope=\"col\">Decision</th><th scope=\"col\" class=\"number\">Challenger</th>\
        <th scope=\"col\" class=\"number\">Incumbent</th><th scope=\"col\" class=\"number\">In office</th>\
        <th scope=\"col\" class=\"number\">Took</th>";
    panel("runs", "wide", "Last runs", "", &(problem + &table("runs-table", &caption, head, &rows)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_decision_is_named_by_its_command() {
        let run = Run { command: "deployment".into(), ..Run::default() };
        assert_eq!(decision(&run), "<span class=\"tag neutral\">deployment</span>");
        let failed = Run { failed: true, ..run.clone() };
        assert_eq!(decision(&failed), "<span class=\"tag warning\">deployment failed</span>");
        let run = Run { decision: Some("kept_incumbent".into()), ..run };
        assert_eq!(decision(&run), "<span class=\"tag neutral\">Incumbent kept</span>");
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let runs = vec![Run { seconds: 0.5, ..Run::default() }; 1_200];
        let html = section(&runs, Some("the disk is full"));
        assert_eq!(html.matches("<tr>").count(), 1 + MOST);
        assert!(html.contains("The newest 12 of the last 1,200 runs") && html.contains("the disk is full"));
    }
}
