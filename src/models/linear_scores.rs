//! The fitted model that is linear in its columns and has no standard errors: several
//! classes, or sparse columns.

use super::explanation::{self, Contributions};
use super::logistic_regression::not_converged;
use super::newton_cg::{Solution, probabilities};
use super::scaled_design::add;
use super::{Coefficient, Facts, Fitted, blocks};
use crate::error::Problem;
use crate::table::{Design, Matrix};
use serde::{Deserialize, Serialize};

/// Contributions of sparse columns fill a matrix of all columns, most of them 0: one of
/// more numbers than these (128 MiB) is not made.
const MOST_CONTRIBUTIONS: usize = 1 << 24;

/// The model, in the form in which it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearScores {
    /// One for two classes, the score of the second; else one for each class.
    intercepts: Vec<f64>,
    /// As many for each column, column after column.
    weights: Vec<f64>,
    iterations: usize,
    converged: bool,
}

impl LinearScores {
    /// The model of a solution with so many outputs.
    pub fn new(solution: Solution, outputs: usize) -> LinearScores {
        let mut weights = solution.weights;
        let intercepts = weights.split_off(weights.len().saturating_sub(outputs));
        LinearScores { intercepts, weights, iterations: solution.iterations, converged: solution.converged }
    }

    /// What is wrong with a model as read, if anything.
    pub fn flaw(&self) -> Option<&'static str> {
        match self.intercepts.len() {
            0 | 2 => Some("so many intercepts belong to no number of classes"),
            outputs if !self.weights.len().is_multiple_of(outputs) => {
                Some("some columns have no weight for some class")
            }
            _ => None,
        }
    }

    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.intercepts.iter().chain(&self.weights).all(|number| number.is_finite())
    }

    /// Terms of a row: the value of each column that is not 0 for sure, and its weights.
    fn terms<'a>(&'a self, x: &'a Design, row: usize) -> impl Iterator<Item = (usize, f64, &'a [f64])> {
        let dense = x.dense().row(row).iter().copied().enumerate();
        let (columns, values) = x.sparse().map_or((&[][..], &[][..]), |sparse| sparse.row(row));
        let first = x.dense().cols();
        let sparse = columns.iter().map(move |column| first + *column as usize).zip(values.iter().copied());
        let outputs = self.intercepts.len();
        dense.chain(sparse).map(move |(column, value)| (column, value, &self.weights[column * outputs..][..outputs]))
    }

    fn scores(&self, x: &Design, row: usize, out: &mut [f64]) {
        out.copy_from_slice(&self.intercepts);
        self.terms(x, row).for_each(|(_, value, weights)| add(out, value, weights));
    }

    fn probabilities(&self, x: &Design, row: usize, scores: &mut [f64], out: &mut [f64]) {
        self.scores(x, row, scores);
        if !scores.iter().all(|score| score.is_finite()) {
            // Terms beyond all numbers: only which sum is the largest matters.
            scores.fill(0.0);
            let small = |value: f64| value * 1e-300;
            for (_, value, weights) in self.terms(x, row) {
                scores.iter_mut().zip(weights).for_each(|(z, w)| *z += (w * 1e-150) * small(value));
            }
            let most = scores.iter().copied().fold(if scores.len() == 1 { 0.0 } else { f64::NEG_INFINITY }, f64::max);
            // The sigmoid and the softmax of what is far from 0 are certain.
            scores.iter_mut().for_each(|z| *z = if *z == most { 0.0 } else { -1e4 });
            if let ([z], true) = (&mut *scores, most > 0.0) {
                *z = 1e4;
            }
        }
        match out {
            [no, yes] => {
                probabilities(scores, std::slice::from_mut(yes));
                *no = 1.0 - *yes;
            }
            _ => probabilities(scores, out),
        }
    }
}

impl Fitted for LinearScores {
    fn width(&self) -> usize {
        self.weights.len() / self.intercepts.len().max(1)
    }

    fn outputs(&self) -> usize {
        self.intercepts.len().max(2)
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        blocks::predict(x.rows(), self.outputs(), threads, |rows, out| {
            let mut scores = vec![0.0; self.intercepts.len()];
            for (row, out) in rows.zip(out.chunks_exact_mut(self.outputs())) {
                self.probabilities(x, row, &mut scores, out);
            }
        })
    }

    fn raw(&self, x: &Design, threads: usize) -> Option<Matrix> {
        let outputs = self.intercepts.len();
        Some(blocks::predict(x.rows(), outputs, threads, |rows, out| {
            rows.zip(out.chunks_exact_mut(outputs)).for_each(|(row, out)| self.scores(x, row, out));
        }))
    }

    /// `None` also where sparse columns would make matrices of more than 2²⁴ numbers in
    /// all: ask about fewer rows at a time.
    fn contributions(&self, x: &Design, threads: usize) -> Option<Contributions> {
        let outputs = self.intercepts.len();
        let numbers = x.rows().saturating_mul(x.cols()).saturating_mul(outputs);
        if x.sparse().is_some() && numbers > MOST_CONTRIBUTIONS {
            return None;
        }
        let of = |output: usize| {
            explanation::explain(x.rows(), x.cols(), threads, |rows, out| {
                for (row, out) in rows.zip(out.chunks_exact_mut(x.cols().max(1))) {
                    self.terms(x, row).for_each(|(column, value, weights)| out[column] = value * weights[output]);
                }
            })
        };
        Some(Contributions { base: self.intercepts.clone(), values: (0..outputs).map(of).collect() })
    }

    fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn notices(&self) -> Vec<Problem> {
        not_converged(self.converged, self.iterations).into_iter().collect()
    }

    /// The coefficients of several classes are not told.
    fn facts(&self) -> Facts {
        let coefficient = |value: &f64| Coefficient { value: *value, standard_error: None };
        let one = self.intercepts.len() == 1;
        Facts {
            coefficients: if one { self.weights.iter().map(coefficient).collect() } else { Vec::new() },
            intercept: self.intercepts.first().filter(|_| one).map(coefficient),
            iterations: Some(self.iterations),
            converged: Some(self.converged),
            ..Facts::default()
        }
    }
}
