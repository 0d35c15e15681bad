//! Scores of challenger and incumbent, with what the test rows can tell.

use super::{Findings, amount, decimals, paragraph};
use crate::error::Result;
use crate::metrics::{Evaluation, Score};
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{Bar, Group, Intervals};
use crate::report::document::{Align, Block, Callout, Section, Table, Tone};
use crate::table::Task;

/// Fewer test rows than this cannot tell ordinary models apart.
const FEW: u64 = 100;
/// Metrics between 0 and 1 that share an axis in the chart, and their short names there: the
/// margin holds about fifteen letters.
const DRAWN: [(&str, &str); 16] = [
    ("f1", "F1"),
    ("macro_f1", "Macro F1"),
    ("macro_precision", "Macro precision"),
    ("macro_recall", "Macro recall"),
    ("micro_f1", "Micro F1"),
    ("micro_precision", "Micro precision"),
    ("micro_recall", "Micro recall"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("accuracy", "Accuracy"),
    ("balanced_accuracy", "Bal. accuracy"),
    ("top_3_accuracy", "Top-3 accuracy"),
    ("hits_at_1", "Hits at 1"),
    ("hits_at_3", "Hits at 3"),
    ("roc_auc", "ROC-AUC"),
    ("average_precision", "Avg. precision"),
];

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let who = match f.incumbent {
        Some(_) => "Both models answered the same",
        None => "The model answered",
    };
    let threshold = f.challenger.threshold.unwrap_or_default();
    let how = match (f.challenger.task(), f.challenger.rows_per_class.get(1)) {
        (Task::Binary, Some(positive)) => {
            format!("the positive class, {:?}, is predicted from a probability of {threshold} on", positive.class)
        }
        (Task::Regression, _) => "errors are in the unit of the target".to_string(),
        (Task::Multilabel, _) => format!("a label is predicted from a probability of {threshold} on"),
        _ => "the most probable class is predicted".to_string(),
    };
    let rows = grouped(f.challenger.rows);
    let mut blocks = vec![paragraph(format!("{who} {rows} test rows; {how}. Brackets are 95% bootstrap intervals."))];
    if f.challenger.rows < FEW {
        blocks.push(Block::Callout(Callout {
            tone: Tone::Warning,
            title: format!("{} test rows prove little", f.challenger.rows),
            text: "The intervals are so wide that most differences between models are chance. Add labelled test rows \
                   before trusting a comparison."
                .to_string(),
        }));
    }
    let subtitle = format!("{} rows, 95% bootstrap intervals", grouped(f.challenger.rows));
    // Errors have the unit of the target, each of its own size: they share no axis.
    if f.challenger.task() != Task::Regression {
        blocks.push(Block::Chart(Box::new(chart(f.challenger, f.incumbent, subtitle))));
    }
    blocks.push(Block::Table(table(f)));
    blocks.extend(notes(f.challenger).map(paragraph));
    Ok(Section::new("Scores", blocks))
}

/// Scores between 0 and 1 with their intervals.
pub fn chart(challenger: &Evaluation, incumbent: Option<&Evaluation>, subtitle: String) -> Intervals {
    let challenger = ("challenger".to_string(), challenger);
    side_by_side(
        &incumbent.map(|i| ("incumbent".to_string(), i)).into_iter().chain([challenger]).collect::<Vec<_>>(),
        subtitle,
    )
}

/// Scores of several models between 0 and 1 with their intervals; what the last one has is drawn.
pub fn side_by_side(named: &[(String, &Evaluation)], subtitle: String) -> Intervals {
    let series = named.iter().map(|(name, _)| name.clone()).collect();
    let models: Vec<&Evaluation> = named.iter().map(|(_, evaluation)| *evaluation).collect();
    let groups = DRAWN
        .iter()
        .filter(|(name, _)| models.last().is_some_and(|last| last.score(name).is_some()))
        .map(|(name, short)| Group { name: (*short).to_string(), bars: models.iter().map(|m| bar(m, name)).collect() });
    Intervals { title: "Scores on the test data".to_string(), subtitle, series, groups: groups.collect() }
}

fn bar(evaluation: &Evaluation, name: &str) -> Bar {
    let found = evaluation.score(name);
    Bar { value: found.and_then(|s| s.value.get()), interval: found.and_then(|s| s.interval.bounds()) }
}

fn table(f: &Findings<'_>) -> Table {
    let mut columns = vec![("Metric", Align::Start), ("Challenger", Align::End), ("95% interval", Align::End)];
    if f.incumbent.is_some() {
        columns.extend([("Incumbent", Align::End), ("95% interval", Align::End)]);
    }
    columns.push(("Better is", Align::Start));
    let mut table = Table::new(columns);
    for metric in &f.challenger.metrics {
        let mark =
            if metric.name == f.challenger.metric { format!("{} (gate)", metric.label) } else { metric.label.clone() };
        let mut row = vec![mark, value(metric), interval(metric)];
        if let Some(incumbent) = f.incumbent {
            let other = incumbent.score(&metric.name);
            row.extend([other.map(value).unwrap_or_default(), other.map(interval).unwrap_or_default()]);
        }
        row.push(metric.direction.words().trim_end_matches(" is better").to_string());
        table.push(row);
    }
    table
}

/// What a reader of the values must know.
fn notes(evaluation: &Evaluation) -> impl Iterator<Item = String> + '_ {
    evaluation.metrics.iter().filter_map(|m| Some(format!("{}: {}.", m.label, m.note.as_ref()?)))
}

/// A value as its metric is read: errors with the digits of their size, MAPE in percent.
pub(in crate::report) fn text(metric: &str, value: f64) -> String {
    like(metric, value, value)
}

/// A value with the digits that another of the same metric has.
pub(in crate::report) fn like(metric: &str, value: f64, size: f64) -> String {
    match metric {
        "rmse" | "mae" => amount(value, decimals(size.abs())),
        "mape" => percent(value),
        _ => score(value),
    }
}

pub(in crate::report) fn value(metric: &Score) -> String {
    metric.value.get().map_or("undefined".to_string(), |value| text(&metric.name, value))
}

pub(in crate::report) fn interval(metric: &Score) -> String {
    let size = metric.value.get().unwrap_or_default();
    let text = |bound: f64| like(&metric.name, bound, size);
    metric.interval.bounds().map_or("–".to_string(), |(low, high)| format!("{} – {}", text(low), text(high)))
}
