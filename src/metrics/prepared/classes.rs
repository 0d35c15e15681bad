//! Rows of which each has one class.

use super::groups::{Groups, place};
use super::log_loss;
use crate::metrics::Observations;

/// The weights of the four cells of a yes/no confusion matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cells {
    /// Negative and predicted so.
    pub tn: f64,
    /// Negative, predicted positive.
    pub fp: f64,
    /// Positive, predicted negative.
    pub fn_: f64,
    /// Positive and predicted so.
    pub tp: f64,
}

impl Cells {
    /// The weight of the truly positive rows.
    pub fn positive(&self) -> f64 {
        self.tp + self.fn_
    }

    /// The weight of the truly negative rows.
    pub fn negative(&self) -> f64 {
        self.tn + self.fp
    }
}

/// What metrics of classes need.
#[derive(Debug, Clone)]
pub struct ByClass {
    predicted: Vec<u32>,
    /// Truth and prediction of a row as 2·truth + predicted; empty for more than two classes.
    cells: Vec<u8>,
    /// 1 where the prediction is right, else 0.
    hits: Vec<f64>,
    /// −ln of the probability given to the true class.
    log_losses: Vec<f64>,
    /// Squared distance of the positive class's probability from the truth; empty for more
    /// than two classes.
    squares: Vec<f64>,
    /// How many classes are more probable than the true one; empty for two classes.
    places: Vec<u32>,
    by_truth: Groups,
    by_predicted: Groups,
}

impl ByClass {
    /// Counts the rows.
    pub fn new(observations: &Observations) -> ByClass {
        let (truth, k) = (observations.codes(), observations.classes().len());
        let predicted = observations.predicted();
        let rows = || observations.answers().iter_rows().zip(truth);
        let hits = predicted.iter().zip(truth).map(|(p, t)| f64::from(u8::from(p == t))).collect();
        let log_losses = rows().map(|(shares, t)| log_loss(shares[*t as usize])).collect();
        let (mut cells, mut squares, mut places) = (Vec::new(), Vec::new(), Vec::new());
        if observations.is_yes_no() {
            cells = predicted.iter().zip(truth).map(|(p, t)| (2 * t + p) as u8).collect();
            squares = rows().map(|(shares, t)| (shares[1] - f64::from(*t)).powi(2)).collect();
        } else {
            places = rows().map(|(shares, t)| place(shares, *t as usize)).collect();
        }
        let (by_truth, by_predicted) = (Groups::of_codes(truth, k), Groups::of_codes(&predicted, k));
        ByClass { predicted, cells, hits, log_losses, squares, places, by_truth, by_predicted }
    }

    /// The predicted class code of each row.
    pub fn predicted(&self) -> &[u32] {
        &self.predicted
    }

    /// 1 where the prediction is right, else 0.
    pub fn hits(&self) -> &[f64] {
        &self.hits
    }

    /// −ln of the probability given to the true class.
    pub fn log_losses(&self) -> &[f64] {
        &self.log_losses
    }

    /// Squared distance of the positive class's probability from the truth.
    pub fn squares(&self) -> &[f64] {
        &self.squares
    }

    /// How many classes are more probable than the true one.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The four cells; `None` for more than two classes.
    #[inline]
    pub fn cells(&self, weights: &[f64]) -> Option<Cells> {
        // There are rows, so only more than two classes leave this empty.
        if self.cells.is_empty() {
            return None;
        }
        // Four tables in turn: additions to one cell would wait for each other.
        let mut lanes = [[0.0; 4]; 4];
        for (cells, weights) in self.cells.chunks(4).zip(weights.chunks(4)) {
            for ((lane, cell), weight) in lanes.iter_mut().zip(cells).zip(weights) {
                lane[usize::from(cell & 3)] += weight;
            }
        }
        let [tn, fp, fn_, tp] = [0, 1, 2, 3].map(|cell| lanes.iter().map(|lane| lane[cell]).sum());
        Some(Cells { tn, fp, fn_, tp })
    }

    /// For each class: the weight of its rows, of the rows predicted so, and of both.
    pub fn each(&self, weights: &[f64], each: &mut impl FnMut(f64, f64, f64)) {
        for class in 0..self.by_truth.len() {
            let (mut rows, mut right) = (0.0, 0.0);
            for row in self.by_truth.rows(class) {
                rows += weights[*row as usize];
                right += weights[*row as usize] * self.hits[*row as usize];
            }
            each(rows, self.by_predicted.weight(class, weights), right);
        }
    }
}
