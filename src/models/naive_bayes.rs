//! Naive Bayes: the probability of a class by Bayes' rule, as if the columns of a row of a
//! class were independent of each other (Manning, Raghavan and Schütze, 2008, chapter 13).
//!
//! - A dense column of 0 and 1 alone: the share of ones in each class, α added to both
//!   counts, as scikit-learn's `BernoulliNB` does.
//! - Any other dense column: a normal distribution for each class, all variances raised by
//!   a share of the largest variance of such a column, as in `GaussianNB`.
//! - The sparse columns, which are counts: drawn from one distribution over these columns
//!   for each class, α added to every count, as in `MultinomialNB`.
//!
//! Logarithms of the three add up, and so explain a row column by column.

use super::explanation::Contributions;
use super::moments::Moments;
use super::params::{Domain, ParamSpec, Params, Value};
use super::sigmoid::{both, softmax};
use super::{Algorithm, Facts, Fitted, blocks, input, unreadable};
use crate::error::{Error, Problem, Result};
use crate::table::{Classes, Design, Matrix, Sparse, Target, Task};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// The algorithm.
#[derive(Debug, Clone, Copy)]
pub struct NaiveBayes;

const NAME: &str = "naive_bayes";

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "smoothing",
        default: Value::Number(0.1),
        domain: Domain::Number { above: 1e-12, most: 1e6 },
        purpose: "what is added to every count, so that nothing unseen is impossible",
    },
    ParamSpec {
        name: "variance_smoothing",
        default: Value::Number(1e-9),
        domain: Domain::Number { above: 0.0, most: 1e6 },
        purpose: "share of the largest variance of a column that is added to all variances",
    },
    ParamSpec {
        name: "class_weight",
        default: Value::Word("none"),
        domain: Domain::Choice(&["none", "balanced"]),
        purpose: "whether all classes are as likely beforehand, however rare one is",
    },
];

/// A value farther from a mean than so many deviations counts as so far, so that its
/// square stays finite.
const FARTHEST: f64 = 1e100;

impl Algorithm for NaiveBayes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "naive Bayes: each column speaks for or against a class on its own"
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Binary, Task::Multiclass]
    }

    fn params(&self) -> &'static [ParamSpec] {
        PARAMS
    }

    /// So that one share of the largest variance suits all columns.
    fn wants_standardized(&self, _params: &Params) -> bool {
        true
    }

    fn takes_sparse(&self) -> bool {
        true
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, _seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        input::bounded(x.dense())?;
        let y = input::classes(y)?;
        let smoothing = params.number("smoothing")?;
        let columns = columns(x.dense(), y, smoothing, params.number("variance_smoothing")?, threads);
        let counts = x.sparse().map(|sparse| log_shares(sparse, y, smoothing)).transpose()?;
        let rows = y.counts();
        let present = rows.iter().filter(|rows| **rows > 0).count() as f64;
        let prior = |rows: &usize| match rows {
            0 => 0.0,
            _ if params.is("class_weight", "balanced") => 1.0 / present,
            rows => *rows as f64 / x.rows() as f64,
        };
        let priors = rows.iter().map(prior).collect();
        Ok(Box::new(Model { priors, columns, counts: counts.unwrap_or_default() }))
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        let model: Model = serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
        if !model.is_whole() {
            return Err(unreadable(NAME, "columns and classes do not fit together"));
        }
        Ok(Box::new(model))
    }
}

/// The distributions of the dense columns.
fn columns(x: &Matrix, y: &Classes, smoothing: f64, variance_smoothing: f64, threads: usize) -> Vec<Column> {
    let of_class = Moments::of_groups(x, y.classes.len(), |row| y.codes[row] as usize, threads);
    let mut yes_or_no = vec![true; x.cols()];
    for row in x.iter_rows() {
        yes_or_no.iter_mut().zip(row).for_each(|(is, value)| *is &= *value == 0.0 || *value == 1.0);
    }
    let variances = Moments::of(x, threads).variance.into_iter().zip(&yes_or_no);
    let largest = variances.filter(|(_, yes_or_no)| !**yes_or_no).fold(0.0, |most, (v, _)| f64::max(most, v));
    // Columns that never vary tell nothing, whatever their variance is said to be.
    let floor = if largest > 0.0 { (variance_smoothing * largest).max(f64::MIN_POSITIVE) } else { 1.0 };
    let column = |j: usize| {
        let each = |of: &dyn Fn(&Moments) -> f64| of_class.iter().map(of).collect();
        if yes_or_no[j] {
            let ones = |m: &Moments| (m.mean[j] * m.rows as f64).round();
            // Rounding must not make a share 0 or 1, which would make the other answer impossible.
            let share = |m: &Moments| (ones(m) + smoothing) / (m.rows as f64 + 2.0 * smoothing);
            return Column::Share(each(&|m| share(m).clamp(f64::EPSILON, 1.0 - f64::EPSILON)));
        }
        Column::Normal { mean: each(&|m| m.mean[j]), variance: each(&|m| m.variance[j] + floor) }
    };
    (0..x.cols()).map(column).collect()
}

/// For each class, the logarithm of each sparse column's share of the counts.
fn log_shares(x: &Sparse, y: &Classes, smoothing: f64) -> Result<Vec<Vec<f64>>> {
    let mut sums = vec![vec![smoothing; x.cols()]; y.classes.len()];
    for (row, code) in y.codes.iter().enumerate() {
        let (columns, values) = x.row(row);
        if let Some(value) = values.iter().find(|value| !(**value >= 0.0 && **value <= input::LARGEST)) {
            return Err(Error::data("", format!("row {row} of the sparse columns holds {value}, which is no count")));
        }
        let sums = &mut sums[*code as usize];
        columns.iter().zip(values).for_each(|(column, value)| sums[*column as usize] += value);
    }
    for sums in &mut sums {
        let total: f64 = sums.iter().sum();
        sums.iter_mut().for_each(|sum| *sum = sum.ln() - total.ln());
    }
    Ok(sums)
}

/// What is known of a dense column, for each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Column {
    /// The share of ones.
    Share(Vec<f64>),
    /// A normal distribution.
    Normal { mean: Vec<f64>, variance: Vec<f64> },
}

impl Column {
    /// The logarithm of the likelihood of a value in a class.
    fn term(&self, class: usize, value: f64) -> f64 {
        match self {
            Column::Share(shares) => if value > 0.5 { shares[class] } else { 1.0 - shares[class] }.ln(),
            Column::Normal { mean, variance } => {
                let away = (value - mean[class]) / variance[class].sqrt();
                let away = away.clamp(-FARTHEST, FARTHEST);
                -0.5 * (TAU.ln() + variance[class].ln() + away * away)
            }
        }
    }
}

/// The fitted model, in the form in which it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    /// How likely each class is beforehand; 0 for one without rows.
    priors: Vec<f64>,
    /// The dense columns.
    columns: Vec<Column>,
    /// For each class, the terms of the sparse columns; empty where there is no sparse part.
    counts: Vec<Vec<f64>>,
}

impl Model {
    fn is_whole(&self) -> bool {
        let classes = self.priors.len();
        let share = |p: &f64| (0.0..=1.0).contains(p);
        let column = |column: &Column| match column {
            Column::Share(shares) => shares.len() == classes && shares.iter().all(|p| *p > 0.0 && *p < 1.0),
            Column::Normal { mean, variance } => {
                mean.len() == classes && variance.len() == classes && variance.iter().all(|v| *v > 0.0)
            }
        };
        let counts = self.counts.is_empty() || self.counts.len() == classes;
        let even = self.counts.windows(2).all(|pair| pair[0].len() == pair[1].len());
        let told = self.priors.iter().filter(|p| **p > 0.0).count() >= 2 && self.priors.iter().all(share);
        // Logarithms of shares; sums of counts times these stay finite.
        let shares = self.counts.iter().flatten().all(|log| (-1e6..=0.0).contains(log));
        classes >= 2 && told && counts && even && shares && self.columns.iter().all(column)
    }

    /// Calls `add` with each column's share in each score of a row: with its log-odds for
    /// a yes/no question, else with its log-likelihood in each class.
    fn terms(&self, x: &Design, row: usize, mut add: impl FnMut(usize, usize, f64)) {
        let scores = self.scores();
        let mut each = |column: usize, of: &dyn Fn(usize) -> f64| match scores {
            1 => add(0, column, of(1) - of(0)),
            _ => (0..scores).for_each(|class| add(class, column, of(class))),
        };
        for (j, (column, value)) in self.columns.iter().zip(x.dense().row(row)).enumerate() {
            each(j, &|class| column.term(class, *value));
        }
        if let (Some(sparse), false) = (x.sparse(), self.counts.is_empty()) {
            let (columns, values) = sparse.row(row);
            for (j, value) in columns.iter().zip(values) {
                each(self.columns.len() + *j as usize, &|class| value * self.counts[class][*j as usize]);
            }
        }
    }

    /// How many scores a row has.
    fn scores(&self) -> usize {
        if self.priors.len() == 2 { 1 } else { self.priors.len() }
    }

    /// The scores of a row of which nothing is known.
    fn base(&self) -> Vec<f64> {
        let logs: Vec<f64> = self.priors.iter().map(|p| p.ln()).collect();
        if let [no, yes] = logs[..] { vec![yes - no] } else { logs }
    }

    fn score(&self, x: &Design, row: usize, scores: &mut [f64]) {
        self.terms(x, row, |score, _, term| scores[score] += term);
    }
}

impl Fitted for Model {
    fn width(&self) -> usize {
        self.columns.len() + self.counts.first().map_or(0, Vec::len)
    }

    fn outputs(&self) -> usize {
        self.priors.len()
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let (classes, base) = (self.priors.len(), self.base());
        blocks::predict(x.rows(), classes, threads, |rows, out| {
            for (row, out) in rows.zip(out.chunks_exact_mut(classes)) {
                let mut scores = base.clone();
                self.score(x, row, &mut scores);
                if let [odds] = scores[..] {
                    out.copy_from_slice(&both(odds));
                    continue;
                }
                softmax(&scores, out);
            }
        })
    }

    fn raw(&self, x: &Design, threads: usize) -> Option<Matrix> {
        // A class without rows has no finite score.
        let base = Some(self.base()).filter(|base| base.iter().all(|score| score.is_finite()))?;
        Some(blocks::predict(x.rows(), base.len(), threads, |rows, out| {
            for (row, out) in rows.zip(out.chunks_exact_mut(base.len())) {
                out.copy_from_slice(&base);
                self.score(x, row, out);
            }
        }))
    }

    fn contributions(&self, x: &Design, _threads: usize) -> Option<Contributions> {
        let base = Some(self.base()).filter(|base| base.iter().all(|score| score.is_finite()))?;
        let mut values = vec![Matrix::zeros(x.rows(), self.width()); base.len()];
        for row in 0..x.rows() {
            self.terms(x, row, |score, column, term| values[score].row_mut(row)[column] = term);
        }
        Some(Contributions { base, values })
    }

    fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn notices(&self) -> Vec<Problem> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        Facts::default()
    }
}
