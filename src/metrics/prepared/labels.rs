//! Rows of which each has any of several labels.

use super::groups::{Groups, NOWHERE, place};
use super::log_loss;
use crate::table::{Labels, Matrix};

/// What metrics of labels need.
#[derive(Debug, Clone)]
pub struct ByLabel {
    by_truth: Groups,
    by_predicted: Groups,
    /// Rows that have the label and are predicted to have it.
    by_both: Groups,
    /// The mean over the labels of −ln of the probability given to the truth.
    log_losses: Vec<f64>,
    /// How many labels are more probable than the most probable true one.
    places: Vec<u32>,
}

impl ByLabel {
    /// Counts the rows: `answers` has the probability of each label.
    pub fn new(truth: &Labels, answers: &Matrix, threshold: f64) -> ByLabel {
        let labels = truth.names.len();
        let group = |belongs: &dyn Fn(bool, f64) -> bool| {
            Groups::of_rows((0..labels).map(|label| {
                let cells = truth.iter_rows().zip(answers.iter_rows()).map(|(flags, p)| (flags[label], p[label]));
                (0..).zip(cells).filter(|(_, (has, p))| belongs(*has, *p)).map(|(row, _)| row).collect()
            }))
        };
        let rows = || truth.iter_rows().zip(answers.iter_rows());
        let loss = |(flags, shares): (&[bool], &[f64])| {
            let each = flags.iter().zip(shares).map(|(has, p)| log_loss(if *has { *p } else { 1.0 - p }));
            each.sum::<f64>() / labels as f64
        };
        let best = |(flags, shares): (&[bool], &[f64])| {
            (0..labels).filter(|label| flags[*label]).map(|label| place(shares, label)).min().unwrap_or(NOWHERE)
        };
        ByLabel {
            by_truth: group(&|has, _| has),
            by_predicted: group(&|_, p| p >= threshold),
            by_both: group(&|has, p| has && p >= threshold),
            log_losses: rows().map(loss).collect(),
            places: rows().map(best).collect(),
        }
    }

    /// The mean over the labels of −ln of the probability given to the truth.
    pub fn log_losses(&self) -> &[f64] {
        &self.log_losses
    }

    /// How many labels are more probable than the most probable true one.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// For each label: the weight of its rows, of the rows predicted so, and of both.
    pub fn each(&self, weights: &[f64], each: &mut impl FnMut(f64, f64, f64)) {
        for label in 0..self.by_truth.len() {
            let of = |groups: &Groups| groups.weight(label, weights);
            each(of(&self.by_truth), of(&self.by_predicted), of(&self.by_both));
        }
    }

    /// On how many rows other labels are predicted.
    pub fn differing(&self, other: &ByLabel) -> usize {
        let mut differs = vec![false; self.places.len()];
        for label in 0..self.by_predicted.len().min(other.by_predicted.len()) {
            let (ours, theirs) = (self.by_predicted.rows(label), other.by_predicted.rows(label));
            // Rows ascend in both lists.
            for (list, against) in [(ours, theirs), (theirs, ours)] {
                for row in list.iter().filter(|row| against.binary_search(row).is_err()) {
                    differs[*row as usize] = true;
                }
            }
        }
        differs.into_iter().filter(|differs| *differs).count()
    }
}
