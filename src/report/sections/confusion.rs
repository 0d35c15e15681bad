//! Right and wrong predictions of the newest model.

use super::{Findings, amount, decimals};
use crate::error::Result;
use crate::metrics::{Evaluation, LabelCounts, Residuals};
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{self, labels::Label, quantity::Point};
use crate::report::document::{Align, Block, Section, Table};
use crate::table::Task;

/// The section.
///
/// # Errors
/// The matrix is not square; that is a bug.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let chart = chart(f.challenger, f.kind, &f.model.schema.target_words())?;
    let mut blocks = vec![Block::Chart(chart)];
    if let Some(residuals) = &f.challenger.residuals {
        blocks.push(Block::Facts(errors(residuals)));
    }
    if !f.challenger.labels.is_empty() {
        blocks.push(Block::Table(labels(&f.challenger.labels)));
    }
    let title = match f.challenger.task() {
        Task::Regression => "Predicted against true",
        Task::Multilabel => "Right and wrong labels",
        _ => "Right and wrong predictions",
    };
    Ok(Section::new(title, blocks))
}

/// The chart, also for `confusionmatrix.png`; `target` is what is predicted.
///
/// # Errors
/// The matrix is not square; that is a bug.
pub fn chart(evaluation: &Evaluation, kind: &str, target: &str) -> Result<Box<dyn charts::Chart>> {
    let value = evaluation.value.get().map_or("undefined".to_string(), |value| match evaluation.task() {
        Task::Regression => super::scores::text(&evaluation.metric, value),
        _ => score(value),
    });
    let subtitle = format!(
        "{kind} {}, {} {value}, {} test rows",
        evaluation.model_fingerprint.short(),
        evaluation.metric,
        grouped(evaluation.rows)
    );
    if let Some(confusion) = &evaluation.confusion {
        let (classes, counts) = (confusion.classes.clone(), confusion.counts.clone());
        return Ok(Box::new(charts::Confusion::new("Confusion matrix", subtitle, classes, counts)?));
    }
    if let Some(residuals) = &evaluation.residuals {
        let point =
            |s: &crate::metrics::Step| Point { predicted: s.predicted, truth: s.mean, low: s.low, high: s.high };
        return Ok(Box::new(charts::Quantity {
            title: "Predicted against true".to_string(),
            subtitle,
            target: target.to_string(),
            points: residuals.steps.iter().map(point).collect(),
        }));
    }
    Ok(Box::new(charts::Labels::new("Right and wrong labels", subtitle, counted(&evaluation.labels))))
}

/// Labels as charts and tables take them.
fn counted(labels: &[LabelCounts]) -> Vec<Label> {
    let one = |l: &LabelCounts| Label { name: l.label.clone(), rows: l.rows, predicted: l.predicted, both: l.both };
    labels.iter().map(one).collect()
}

/// How far off predictions are, in the unit of the target.
fn errors(residuals: &Residuals) -> Vec<(String, String)> {
    let [least, low, quarter, median, upper, high, most] = residuals.quantiles;
    let [half, most_rows, _] = residuals.within;
    // All with the digits of an ordinary error, so that they are read against each other.
    let digits = decimals(if half > 0.0 { half } else { most.abs().max(least.abs()) });
    let amount = |value: f64| amount(value, digits);
    let range = |a: f64, b: f64| format!("{} to {}", amount(a), amount(b));
    let tendency = match () {
        () if residuals.mean > 0.0 => " (predictions are too high on average)",
        () if residuals.mean < 0.0 => " (predictions are too low on average)",
        () => "",
    };
    [
        ("Mean error", amount(residuals.mean) + tendency),
        ("Median error", amount(median)),
        ("Median absolute error", format!("{}: half of the rows are nearer to the truth", amount(half))),
        ("Absolute error of 90%", format!("at most {}", amount(most_rows))),
        ("Middle 50% of the errors", range(quarter, upper)),
        ("Middle 90% of the errors", range(low, high)),
        ("Least and greatest error", range(least, most)),
    ]
    .map(|(name, text)| (name.to_string(), text))
    .to_vec()
}

/// Counts and shares of each label, the most frequent first.
fn labels(counts: &[LabelCounts]) -> Table {
    let mut table = Table::new([
        ("Label", Align::Start),
        ("Has it", Align::End),
        ("Predicted", Align::End),
        ("Both", Align::End),
        ("Precision", Align::End),
        ("Recall", Align::End),
        ("F1", Align::End),
    ]);
    let mut labels = counted(counts);
    labels.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    for label in labels {
        let share = |share: Option<f64>| share.map_or("–".to_string(), percent);
        let all = label.rows + label.predicted;
        let f1 = if all > 0 { score(2.0 * label.both as f64 / all as f64) } else { "–".to_string() };
        let [rows, predicted, both] = [label.rows, label.predicted, label.both].map(grouped);
        let (precision, recall) = (share(label.precision()), share(label.recall()));
        table.push([label.name, rows, predicted, both, precision, recall, f1]);
    }
    table
}
