//! Whether probabilities come true as often as they say.

use super::{Findings, paragraph};
use crate::error::Result;
use crate::metrics::{Evaluation, Reliability};
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{self, reliability::Point};
use crate::report::document::{Align, Block, Section, Table};
use crate::table::Task;

/// Fewer bins show no course.
const LEAST_BINS: usize = 2;

/// The section; empty where the question has no probabilities or the test rows are too few.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(found) = shown(f.challenger) else { return Ok(Section::default()) };
    let whom = match f.challenger.task() {
        Task::Multilabel => "Labels are taken together, a probability for each row and label",
        _ => "The probability is that of the positive class",
    };
    let blocks = vec![
        paragraph(format!(
            "Probabilities are calibrated where they come true as often as they say: of rows with a probability of \
             30%, three in ten. {whom}. Each point stands for about as many, by rising probability."
        )),
        Block::Facts(facts(found)),
        Block::Chart(Box::new(chart(f.challenger, found))),
        Block::Table(table(found)),
    ];
    Ok(Section::new("Calibration", blocks))
}

/// The reliability, where it has bins enough to show a course.
pub fn shown(evaluation: &Evaluation) -> Option<&Reliability> {
    evaluation.reliability.as_ref().filter(|r| r.bins.len() >= LEAST_BINS)
}

/// The reliability diagram.
pub fn chart(evaluation: &Evaluation, found: &Reliability) -> charts::Reliability {
    let (event, what) = match evaluation.rows_per_class.get(1) {
        Some(positive) if evaluation.task() == Task::Binary => (positive.class.clone(), "test rows"),
        _ => ("a label".to_string(), "probabilities"),
    };
    charts::Reliability {
        title: "Predicted probability and observed share".to_string(),
        subtitle: format!("{} {what} in {} bins, 95% Wilson intervals", grouped(found.rows()), found.bins.len()),
        event,
        points: found
            .bins
            .iter()
            .map(|b| Point { predicted: b.predicted, observed: b.observed, low: b.low, high: b.high })
            .collect(),
        spread: found.spread.clone(),
    }
}

fn facts(found: &Reliability) -> Vec<(String, String)> {
    let rows = found.rows().max(1) as f64;
    let mean =
        |of: fn(&crate::metrics::Bin) -> f64| found.bins.iter().map(|b| b.rows as f64 * of(b)).sum::<f64>() / rows;
    let (predicted, observed) = (percent(mean(|b| b.predicted)), percent(mean(|b| b.observed)));
    let mut facts = vec![
        ("Expected calibration error".to_string(), format!("{}, a part of it by chance", points(found.expected_error))),
        ("On average".to_string(), format!("{predicted} predicted, {observed} observed")),
    ];
    if let Some(line) = found.recalibration {
        let reading = match line.slope {
            slope if slope < 0.9 => "; below 1, probabilities are too extreme",
            slope if slope > 1.1 => "; above 1, probabilities are too cautious",
            _ => "",
        };
        facts.push((
            "Calibration line".to_string(),
            format!("intercept {}, slope {} (ideal: 0 and 1{reading})", score(line.intercept), score(line.slope)),
        ));
    }
    facts
}

/// A difference of shares.
fn points(difference: f64) -> String {
    format!("{:.1} percentage points", 100.0 * difference)
}

fn table(found: &Reliability) -> Table {
    let mut table = Table::new([
        ("Bin", Align::End),
        ("Rows", Align::End),
        ("Predicted", Align::End),
        ("Observed", Align::End),
        ("95% interval", Align::End),
    ]);
    for (i, bin) in found.bins.iter().enumerate() {
        let interval = format!("{} – {}", percent(bin.low), percent(bin.high));
        let number = (i + 1).to_string();
        table.push([number, grouped(bin.rows), percent(bin.predicted), percent(bin.observed), interval]);
    }
    table
}
