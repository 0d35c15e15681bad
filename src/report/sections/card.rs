//! The model card: what the model is for, what it rests on, and where it must not be trusted.
//! Every sentence follows from a fact of the run; what is not known is not said.

use super::{Findings, paragraph, scores, sentence};
use crate::error::Result;
use crate::numbers::{grouped, percent};
use crate::report::document::{Block, Section};
use crate::stages::decision::Decision;
use crate::suggest::listed;
use crate::table::{Role, Task};

/// Names of a list that are told.
const NAMES: usize = 12;
/// With fewer test rows, or fewer of a class, a score says little.
const FEW: u64 = 100;
/// See [`FEW`].
const FEW_OF_A_CLASS: u64 = 30;
/// From this expected calibration error on probabilities are not to be read as shares.
const OFF: f64 = 0.05;
/// From this share of missing cells on a column says little.
const EMPTY: f64 = 0.5;

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let blocks =
        vec![Block::Facts(facts(f)), paragraph("Limits, and what it must not be used for:"), Block::List(limits(f))];
    Ok(Section::new("Model card", blocks))
}

fn facts(f: &Findings<'_>) -> Vec<(String, String)> {
    let mut facts = vec![("Predicts".to_string(), predicts(f)), ("Learnt from".to_string(), learnt_from(f))];
    let columns = |roles: &[Role]| -> Vec<&str> {
        f.model.schema.columns.iter().filter(|c| roles.contains(&c.role)).map(|c| c.name.as_str()).collect()
    };
    facts.push(("Looks at".to_string(), listed(&columns(&[Role::Feature]), NAMES)));
    let unseen = columns(&[Role::Id, Role::Ignored]);
    if !unseen.is_empty() {
        facts.push(("Never sees".to_string(), listed(&unseen, NAMES)));
    }
    facts.push(("Algorithm".to_string(), algorithm(f)));
    facts.push(("Judged by".to_string(), judged(f)));
    let refused = f.last.is_some_and(|last| last.decision == Decision::KeptIncumbent);
    let label = if refused { "Not put in office" } else { "Put in office by" };
    facts.push((label.to_string(), decided(f)));
    facts
}

fn predicts(f: &Findings<'_>) -> String {
    let target = f.model.schema.target_words();
    let classes: Vec<&str> = f.challenger.rows_per_class.iter().map(|c| c.class.as_str()).collect();
    match f.challenger.task() {
        Task::Binary => {
            let positive = classes.get(1).map(|c| format!("; {c} is the positive answer")).unwrap_or_default();
            format!("{target}: {}{positive}", listed(&classes, NAMES))
        }
        Task::Multiclass => format!("{target}: one of {} classes, {}", classes.len(), listed(&classes, NAMES)),
        Task::Multilabel => format!("any of {} labels: {}", classes.len(), listed(&classes, NAMES)),
        Task::Regression => format!("{target}: a quantity, in the unit that it has in the data"),
    }
}

fn learnt_from(f: &Findings<'_>) -> String {
    let data = &f.model.data;
    let files: Vec<&str> = data.files.iter().map(|file| file.name.as_str()).collect();
    let files = if files.is_empty() { String::new() } else { format!(" of {}", listed(&files, NAMES)) };
    let dates = f.diagnostics.columns.iter().filter(|c| c.kind == crate::table::Type::Date);
    let dates = dates.filter_map(|c| {
        let n = c.numbers?;
        let day = crate::table::cell::date_text;
        Some(format!("; {} from {} to {}", c.name, day(n.min)?, day(n.max)?))
    });
    let dates: String =
        if data.fingerprint == f.diagnostics.data_fingerprint { dates.collect() } else { String::new() };
    format!("{} distinct rows{files}{dates}; trained {}", grouped(data.rows), f.trained)
}

fn algorithm(f: &Findings<'_>) -> String {
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let params: Vec<String> = f.params.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
    let params = if params.is_empty() { String::new() } else { format!(": {}", params.join(", ")) };
    let chosen = match &f.model.leaderboard {
        Some(board) => {
            format!("; the best of {} candidates in {}-fold cross-validation", board.standings.len(), board.folds)
        }
        None => String::new(),
    };
    format!("{}{params}{chosen}", f.kind)
}

fn judged(f: &Findings<'_>) -> String {
    let e = f.challenger;
    let name = e.score(&e.metric).map_or(e.metric.as_str(), |s| s.label.as_str());
    let value = match (e.value.get(), e.value.reason()) {
        (Some(value), _) => scores::text(&e.metric, value),
        (None, why) => format!("undefined, because {}", why.unwrap_or("it has no value")),
    };
    let bound = |bound: f64| scores::like(&e.metric, bound, e.value.get().unwrap_or_default());
    let interval = e.interval.bounds().map(|(low, high)| format!(", 95% interval {} to {}", bound(low), bound(high)));
    let threshold = e.threshold.map(|t| format!("; answers yes from a probability of {t} on"));
    let threshold = threshold.unwrap_or_default();
    format!("{name} {value}{} on {} test rows{threshold}", interval.unwrap_or_default(), grouped(e.rows))
}

fn decided(f: &Findings<'_>) -> String {
    match f.last {
        Some(last) => format!("{}: {}", last.decision.title(), last.reason),
        None => "nobody yet: no run has decided about this model".to_string(),
    }
}

/// What follows from the facts, the gravest first.
fn limits(f: &Findings<'_>) -> Vec<String> {
    let mut limits = Vec::new();
    limits.extend(from_new_rows(f));
    limits.extend(from_the_test(f));
    let empty: Vec<&str> = f
        .diagnostics
        .columns
        .iter()
        .filter(|c| c.role == Role::Feature && c.missing_share >= EMPTY)
        .map(|c| c.name.as_str())
        .collect();
    if !empty.is_empty() {
        limits.push(format!(
            "Mostly missing in the data, so that little was learnt from them: {}.",
            listed(&empty, NAMES)
        ));
    }
    limits.push(groups(f));
    limits.push(match f.challenger.task() {
        Task::Binary | Task::Multiclass => {
            "It is for rows like those that it learnt from. Every row gets one of the classes above, also one that \
             belongs to none of them."
                .to_string()
        }
        Task::Multilabel => {
            "It is for rows like those that it learnt from. Labels that are not named above are never predicted."
                .to_string()
        }
        Task::Regression => {
            "It is for rows like those that it learnt from; a quantity outside of the range of the training data is a \
             guess."
                .to_string()
        }
    });
    limits.push(
        "It finds what goes together in the data, not what causes what: it does not tell what would happen if a column \
         were changed."
            .to_string(),
    );
    limits
}

/// What the new rows say against it.
fn from_new_rows(f: &Findings<'_>) -> Vec<String> {
    let mut limits = Vec::new();
    let fallen = f.diagnostics.performance.as_ref().filter(|p| p.fallen);
    limits.extend(fallen.map(|p| {
        format!("Version {}, in office when the run began, did worse on the new rows than on its test rows.", p.version)
    }));
    if let Some(drift) = f.diagnostics.drift.as_ref().filter(|d| d.drifted_columns > 0) {
        let names: Vec<&str> = drift.columns.iter().filter(|c| c.drifted).map(|c| c.name.as_str()).collect();
        limits.push(format!("The newest rows differ from those before in {}.", listed(&names, NAMES)));
    }
    limits
}

/// What the test says against it.
fn from_the_test(f: &Findings<'_>) -> Vec<String> {
    let (e, mut limits) = (f.challenger, Vec::new());
    if e.rows < FEW {
        limits.push(format!("Judged on {} test rows only: its scores may be far off.", e.rows));
    }
    let rare = e.rows_per_class.iter().filter(|c| c.rows < FEW_OF_A_CLASS);
    let rare: Vec<String> = rare.map(|c| format!("{} ({})", c.class, c.rows)).collect();
    if !rare.is_empty() {
        let rare: Vec<&str> = rare.iter().map(String::as_str).collect();
        limits.push(format!("Few test rows, so that its errors there are hardly known: {}.", listed(&rare, NAMES)));
    }
    if let Some(off) = e.reliability.as_ref().map(|r| r.expected_error).filter(|off| *off >= OFF) {
        limits.push(format!(
            "Its probabilities are off by {} on average: use their order, not their size.",
            percent(off)
        ));
    }
    if f.facts.converged == Some(false) {
        limits.push("Training stopped before it had converged.".to_string());
    }
    if let Some(reason) = e.value.reason() {
        limits.push(sentence(&format!("its score is undefined: {reason}")));
    }
    limits
}

/// What is known about groups of rows.
fn groups(f: &Findings<'_>) -> String {
    match f.last.and_then(|last| last.segments.as_ref()) {
        Some(segments) => format!(
            "It was judged in groups of the test rows by {} too; about other groups of people or things nothing is known.",
            segments.columns.join(", ")
        ),
        None => {
            "Scores are over all test rows. Whether it does worse for some group of people or things is not measured \
                 here (gate.segments does), so that it must not alone decide about people."
                .to_string()
        }
    }
}
