//! How well the probabilities put rows in order: what every threshold would give.

use super::{Findings, paragraph};
use crate::error::Result;
use crate::metrics::{self, Evaluation};
use crate::numbers::{percent, score};
use crate::report::charts::curves::{Curve, Reference};
use crate::report::charts::{Chart, Curves, Grid};
use crate::report::document::{Align, Block, Section, Table};
use crate::table::Task;

/// The height of one of the small charts.
const HEIGHT: u32 = 410;
/// Shares of the rows for which the table tells what is found in them.
const TAKEN: [f64; 5] = [0.01, 0.05, 0.1, 0.2, 0.5];
/// A row for a share needs so many rows in it.
const LEAST: f64 = 5.0;

/// The section; empty where the question has no order of probabilities.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(found) = &f.challenger.curves else { return Ok(Section::default()) };
    let whom = match f.challenger.task() {
        Task::Multilabel => " All labels are taken together, a probability for each row and label.",
        _ => " A dot is where a model stands with its threshold.",
    };
    let mut blocks = vec![paragraph(format!(
        "A threshold is a choice; these curves show all of them. They rest on the order of the probabilities \
             alone.{whom}"
    ))];
    // Two by two, so that a page may end between them.
    let mut charts = charts(f).into_iter().peekable();
    while charts.peek().is_some() {
        blocks.push(Block::Chart(Box::new(Grid::new(2, HEIGHT, charts.by_ref().take(2).collect()))));
    }
    let table = table(found);
    if !table.rows.is_empty() {
        blocks.push(paragraph("Where only some rows can be looked at, the most probable first:"));
        blocks.push(Block::Table(table));
    }
    Ok(Section::new("Ranking", blocks))
}

/// The four charts; none where there are no curves.
fn charts(f: &Findings<'_>) -> Vec<Box<dyn Chart>> {
    let Some(found) = &f.challenger.curves else { return Vec::new() };
    let binary = f.challenger.task() == Task::Binary;
    let base = found.base_rate();
    // The areas of labels taken together are not the metrics, which are means over labels.
    let area = |name: &str, label: &str, whole: f64| match f.challenger.score(name).filter(|_| binary) {
        Some(metric) => with_interval(metric, label),
        None => format!("{label} {} over all labels", score(whole)),
    };
    let roc = Curves {
        title: "ROC curve".to_string(),
        subtitle: area("roc_auc", "AUC", found.roc_area),
        across: "False positive rate".to_string(),
        up: "True positive rate".to_string(),
        curves: curves(f, metrics::Curves::roc, |p| (p.false_alarms, p.recall)),
        reference: reference("chance", (0.0, 0.0), (1.0, 1.0)),
    };
    let precision_recall = Curves {
        title: "Precision and recall".to_string(),
        subtitle: area("average_precision", "average precision", found.average_precision),
        across: "Recall".to_string(),
        up: "Precision".to_string(),
        curves: curves(f, metrics::Curves::precision_recall, |p| (p.recall, p.precision)),
        reference: reference(&format!("base rate {}", percent(base)), (0.0, base), (1.0, base)),
    };
    let gain = Curves {
        title: "Cumulative gain".to_string(),
        subtitle: "What is found in the most probable rows".to_string(),
        across: "Share of rows taken".to_string(),
        up: "Share of positives found".to_string(),
        curves: curves(f, metrics::Curves::gain, |p| (p.taken, p.recall)),
        reference: reference("drawn blindly", (0.0, 0.0), (1.0, 1.0)),
    };
    let lift = Curves {
        title: "Lift".to_string(),
        subtitle: "Times as many positives as in rows drawn blindly".to_string(),
        across: "Share of rows taken".to_string(),
        up: "Lift".to_string(),
        curves: curves(f, lift_of_many, |p| (p.taken, p.recall / p.taken)),
        reference: reference("drawn blindly", (0.0, 1.0), (1.0, 1.0)),
    };
    [roc, precision_recall, gain, lift].map(|chart| Box::new(chart) as Box<dyn Chart>).into()
}

/// The lift of at least a hundredth of the rows: that of the very first is a lottery.
fn lift_of_many(curves: &metrics::Curves) -> Vec<(f64, f64)> {
    curves.lift().into_iter().filter(|(taken, _)| *taken >= 0.01).collect()
}

fn reference(name: &str, from: (f64, f64), to: (f64, f64)) -> Option<Reference> {
    Some(Reference { name: name.to_string(), from, to })
}

/// A curve of each model that has one, the incumbent first.
fn curves(
    f: &Findings<'_>,
    points: fn(&metrics::Curves) -> Vec<(f64, f64)>,
    place: fn(&Standing) -> (f64, f64),
) -> Vec<Curve> {
    let models = [("incumbent", f.incumbent), ("challenger", Some(f.challenger))];
    let one = |(name, model): (&str, Option<&Evaluation>)| {
        let model = model?;
        let name = if f.incumbent.is_none() { "model" } else { name };
        let curves = model.curves.as_ref()?;
        Some(Curve { name: name.to_string(), points: points(curves), mark: Standing::of(model).as_ref().map(place) })
    };
    models.into_iter().filter_map(one).collect()
}

/// Where a model stands with its threshold.
struct Standing {
    false_alarms: f64,
    recall: f64,
    precision: f64,
    taken: f64,
}

impl Standing {
    fn of(model: &Evaluation) -> Option<Standing> {
        let confusion = model.confusion.as_ref()?;
        let [no, yes] = confusion.counts.as_slice() else { return None };
        let ([tn, fp], [miss, tp]) = (no.as_slice(), yes.as_slice()) else { return None };
        let [tn, fp, miss, tp] = [tn, fp, miss, tp].map(|count| *count as f64);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { f64::NAN };
        Some(Standing {
            false_alarms: share(fp, fp + tn),
            recall: share(tp, tp + miss),
            precision: share(tp, tp + fp),
            taken: share(tp + fp, tn + fp + miss + tp),
        })
    }
}

/// A metric in short: `AUC 0.842 (0.811 – 0.871)`.
fn with_interval(metric: &metrics::Score, label: &str) -> String {
    let value = metric.value.get().map_or("undefined".to_string(), score);
    match metric.interval.bounds() {
        Some((low, high)) => format!("{label} {value}, 95% interval {} – {}", score(low), score(high)),
        None => format!("{label} {value}"),
    }
}

/// What is found in the most probable rows.
fn table(found: &metrics::Curves) -> Table {
    let mut table = Table::new([
        ("Most probable rows", Align::Start),
        ("Of all positives", Align::End),
        ("Precision", Align::End),
        ("Lift", Align::End),
    ]);
    let (gain, rows) = (found.gain(), (found.positive + found.negative) as f64);
    for taken in TAKEN.into_iter().filter(|share| share * rows >= LEAST) {
        let Some(caught) = between(&gain, taken) else { continue };
        let lift = caught / taken;
        table.push([percent(taken), percent(caught), percent(lift * found.base_rate()), format!("{lift:.2}")]);
    }
    table
}

/// The height of a curve at `x`, straight between its points: rows of one probability are
/// taken in a random order.
fn between(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let at = points.windows(2).find(|w| w[0].0 <= x && x <= w[1].0)?;
    let width = at[1].0 - at[0].0;
    let part = if width > 0.0 { (x - at[0].0) / width } else { 1.0 };
    Some(at[0].1 + part * (at[1].1 - at[0].1))
}
