//! Right and wrong predictions of the newest model.

use super::{Findings, amount, decimals, paragraph};
use crate::error::Result;
use crate::metrics::{Evaluation, LabelCounts, Residuals, Step};
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{self, labels::Label, quantity::Point};
use crate::report::document::{Align, Block, Callout, Section, Table, Tone};
use crate::table::Task;

/// The section.
///
/// # Errors
/// The matrix is not square; that is a bug.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let evaluation = f.challenger;
    let mut blocks = Vec::new();
    let title = match evaluation.task() {
        Task::Regression => "How far off predictions are",
        _ => "Right and wrong predictions",
    };
    if let Some(residuals) = &evaluation.residuals {
        blocks.push(paragraph("An error is a prediction less the true value, in the unit of the target."));
        blocks.push(Block::Facts(errors(residuals)));
    }
    if let Some(none) = none_predicted(evaluation) {
        blocks.push(Block::Callout(none));
    }
    blocks.push(Block::Chart(chart(evaluation, f.kind, &f.model.schema.target_words())?));
    let more = residual_charts(evaluation, &f.model.schema.target_words());
    if !more.is_empty() {
        blocks.push(Block::Chart(Box::new(charts::Grid::new(2, 390, more))));
    }
    if !evaluation.labels.is_empty() {
        blocks.push(Block::Table(labels(&evaluation.labels)));
    }
    Ok(Section::new(title, blocks))
}

/// What to know where no row is predicted to have any label: precision is undefined then, and
/// recall 0, which is no fault of the ranking.
fn none_predicted(evaluation: &Evaluation) -> Option<Callout> {
    let none = !evaluation.labels.is_empty() && evaluation.labels.iter().all(|l| l.predicted == 0);
    none.then(|| Callout {
        tone: Tone::Neutral,
        title: "No label is predicted for any row".to_string(),
        text: format!(
            "No probability reaches the threshold of {}. That is usual where labels are rare: the order of the \
             probabilities, which ROC-AUC and hits at k measure, says more about such a model.",
            evaluation.threshold.unwrap_or_default()
        ),
    })
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
        let point = |s: &Step| Point { predicted: s.predicted, truth: s.mean, low: s.low, high: s.high };
        return Ok(Box::new(charts::Quantity {
            title: "Predicted against true".to_string(),
            subtitle,
            target: target.to_string(),
            points: residuals.steps.iter().map(point).collect(),
        }));
    }
    Ok(Box::new(charts::Labels::new("Right and wrong labels", subtitle, counted(&evaluation.labels))))
}

/// Errors against predictions and how many rows have which error; none where
/// the question is not about a quantity, or the score is from before they were kept.
fn residual_charts(evaluation: &Evaluation, target: &str) -> Vec<Box<dyn charts::Chart>> {
    let Some(residuals) = &evaluation.residuals else { return Vec::new() };
    let mut found: Vec<Box<dyn charts::Chart>> = Vec::new();
    let step = |s: &Step| Some(charts::errors::Step { predicted: s.predicted, quantiles: s.errors? });
    let steps: Vec<_> = residuals.steps.iter().filter_map(step).collect();
    if !steps.is_empty() {
        let chart = charts::Errors {
            title: "Errors by prediction".to_string(),
            subtitle: "A good model is as wrong everywhere, around 0".to_string(),
            target: target.to_string(),
            steps,
        };
        found.push(Box::new(chart));
    }
    if let Some(bins) = residuals.histogram.as_ref().filter(|b| b.counts.len() > 1) {
        let (steps, rows) = (bins.counts.len() as f64, bins.counts.iter().sum::<u64>().max(1) as f64);
        let edge = |i: usize| bins.low + (bins.high - bins.low) * i as f64 / steps;
        let chart = charts::Distribution {
            title: "How often which error".to_string(),
            subtitle: "Prediction less truth; the outermost 1% stand at the ends".to_string(),
            edges: (0..=bins.counts.len()).map(edge).collect(),
            current: bins.counts.iter().map(|count| *count as f64 / rows).collect(),
            ..charts::Distribution::default()
        };
        found.push(Box::new(chart));
    }
    found
}

/// Labels as charts and tables take them.
fn counted(labels: &[LabelCounts]) -> Vec<Label> {
    let one = |l: &LabelCounts| Label { name: l.label.clone(), rows: l.rows, predicted: l.predicted, both: l.both };
    labels.iter().map(one).collect()
}

/// How far off predictions are, in the unit of the target.
fn errors(residuals: &Residuals) -> Vec<(String, String)> {
    let [least, low, quarter, median, upper, high, most] = residuals.quantiles;
    let [half, many, _] = residuals.within;
    // All with the digits of a large error, so that they are read against each other.
    let digits = decimals(if many > 0.0 { many } else { most.abs().max(least.abs()) });
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
        ("Absolute error of 90%", format!("at most {}", amount(many))),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::metrics::{Observations, default_for};
    use crate::report::charts::to_svg;
    use crate::table::{Labels, Matrix, Target};

    fn evaluation(truth: Target, said: Vec<f64>) -> Evaluation {
        let matrix = Matrix::from_rows(truth.rows(), said.len() / truth.rows(), said).unwrap();
        let observations = Observations::new(truth, matrix, 0.5).unwrap();
        let (metric, print) = (default_for(observations.task()), Fingerprint::of(b""));
        Evaluation::of(&observations, metric, print.clone(), print, 0, 1).unwrap()
    }

    #[test]
    fn a_quantity_has_its_chart_and_its_errors() {
        let truth: Vec<f64> = (0..40).map(|i| f64::from(i) * 50.0).collect();
        let said = truth.iter().map(|t| t + 12.5).collect();
        let evaluation = evaluation(Target::Numbers(truth), said);
        let svg = to_svg(chart(&evaluation, "boosting", "rent").unwrap().as_ref(), 820, 600).unwrap();
        for text in [">Predicted against true<", ">Predicted rent<", "rmse 12.500, 40 test rows"] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
        let errors = errors(evaluation.residuals.as_ref().unwrap());
        assert_eq!(errors[0].1, "12.500 (predictions are too high on average)");
        assert_eq!(errors[6].1, "12.500 to 12.500");
    }

    #[test]
    fn labels_have_their_chart_and_their_table() {
        let truth = || Labels { names: vec!["loan".into(), "card".into()], flags: [true, true, false, true].repeat(5) };
        let evaluation = |said: [f64; 2]| evaluation(Target::Labels(truth()), said.repeat(10));
        let found = evaluation([0.7, 0.1]);
        let svg = to_svg(chart(&found, "boosting", "").unwrap().as_ref(), 820, 300).unwrap();
        assert!(svg.contains(">Right and wrong labels<") && svg.contains("card: 10 rows have it, 0 predicted, 0 both"));
        assert_eq!(none_predicted(&found), None);
        let table = labels(&found.labels);
        assert_eq!(table.rows[0], ["card", "10", "0", "0", "–", "0.0%", "0.000"]);
        assert_eq!(table.rows[1], ["loan", "5", "10", "5", "50.0%", "100.0%", "0.667"]);
        let none = none_predicted(&evaluation([0.3, 0.1])).unwrap();
        assert!(none.text.contains("threshold of 0.5"));
    }
}
