//! The report about two deployed versions, side by side.

mod origins;
mod scores;

use super::document::{Callout, Document, Tone};
use super::sections::scores::{like, text};
use crate::error::Result;
use crate::numbers::grouped;
use crate::stages::comparing::{Compared, Difference, Side};

/// The report. `time` is when it is made, RFC 3339; `target` is what is predicted.
///
/// # Errors
/// A chart cannot be made; that is a bug.
pub fn document(found: &Compared, time: &str, target: &str) -> Result<Document> {
    let [first, second] = &found.versions;
    let (a, b) = (first.deployed.version, second.deployed.version);
    let mut document = Document::new(
        format!("Version {a} and version {b}"),
        format!("Both scored anew on the same {}", test_rows(first.evaluation.rows)),
    );
    let print = |side: &Side| format!("{} {}", side.kind, side.evaluation.model_fingerprint.short());
    document.meta = vec![
        ("Date".to_string(), time.to_string()),
        ("Target".to_string(), target.to_string()),
        ("Metric of the gate".to_string(), first.evaluation.metric.clone()),
        (format!("Version {a}"), print(first)),
        (format!("Version {b}"), print(second)),
        ("Test data".to_string(), first.evaluation.test_fingerprint.short().to_string()),
    ];
    document.verdict = Some(verdict(found));
    document.sections = vec![
        scores::metrics(found),
        scores::predictions(found, target)?,
        scores::leaning(found),
        origins::versions(found),
    ];
    document.sections.extend([origins::data(found), origins::model(found), origins::dependencies(found)]);
    document.sections.retain(|section| !section.blocks.is_empty());
    Ok(document)
}

/// What came out, in words: which of the two is better, or why that cannot be told.
pub fn verdict(found: &Compared) -> Callout {
    let [first, second] = &found.versions;
    let (a, b) = (first.deployed.version, second.deployed.version);
    let rows = test_rows(first.evaluation.rows);
    if found.same_model {
        let title = match a == b {
            true => format!("Version {a} is compared with itself"),
            false => format!("Version {a} and version {b} hold the same model"),
        };
        let text = format!("{}.", capital(&score(first)));
        return Callout { tone: Tone::Neutral, title, text };
    }
    let Some((gate, is_second)) = found.gate().map(|gate| (gate, gate.second_is_better())) else {
        return Callout {
            tone: Tone::Neutral,
            title: "The scores cannot be compared".to_string(),
            text: capital(&scores(found)) + ".",
        };
    };
    let text = format!("{}; {}.", capital(&scores(found)), certainty(gate, found));
    let (tone, title) = match (gate.difference.get(), found.indistinguishable, is_second) {
        (None, _, _) => (Tone::Neutral, "The scores cannot be compared".to_string()),
        (_, Some(false), Some(second)) => {
            let (better, worse) = if second { (b, a) } else { (a, b) };
            (Tone::Good, format!("Version {better} is better than version {worse}"))
        }
        _ => (Tone::Neutral, format!("{} cannot tell version {a} and version {b} apart", capital(&rows))),
    };
    Callout { tone, title, text }
}

/// Both scores of the gate's metric, and which way is better.
fn scores(found: &Compared) -> String {
    let [first, second] = &found.versions;
    format!("{}, {} ({})", score(first), score(second), first.evaluation.direction.words())
}

fn score(side: &Side) -> String {
    let value = match side.evaluation.value.get() {
        Some(value) => text(&side.evaluation.metric, value),
        None => format!("undefined, since {}", side.evaluation.value.reason().unwrap_or("no reason is known")),
    };
    format!("version {} has {} {value}", side.deployed.version, side.evaluation.metric)
}

/// How sure the difference is.
fn certainty(gate: &Difference, found: &Compared) -> String {
    let (is_open, differing) = (found.indistinguishable == Some(true), found.rows_that_differ);
    let Some((low, high)) = gate.interval.bounds() else {
        return "no interval of the difference is known".to_string();
    };
    let size = low.abs().max(high.abs());
    let bound = |value: f64| signed(&gate.metric, value, size);
    let interval = format!("the 95% interval of the difference is {} to {}", bound(low), bound(high));
    match (gate.is_clear(), is_open) {
        (true, true) => format!("{interval}, but they differ on {} rows only", grouped(differing)),
        (true, false) => interval,
        (false, _) => format!("{interval}, which contains 0"),
    }
}

/// A difference with its sign and the digits of `size`.
fn signed(metric: &str, value: f64, size: f64) -> String {
    let text = like(metric, value, size);
    if value > 0.0 { format!("+{text}") } else { text }
}

fn test_rows(rows: u64) -> String {
    match rows {
        1 => "single test row".to_string(),
        rows => format!("{} test rows", grouped(rows)),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
