//! Where all rows stand between two rounds: their scores, and which way the loss falls there.

use super::loss::Loss;
use crate::models::blocks;
use crate::parallel;

/// Rows that one thread takes at a time.
const BLOCK: usize = 16_384;
/// Rows whose derivatives are found at a time, so that they stay in the nearest cache.
const AT_ONCE: usize = 512;

/// The scores of all rows, and what comes of them.
#[derive(Debug)]
pub struct State<'a> {
    loss: &'a dyn Loss,
    labels: &'a [f64],
    /// How much each row counts.
    weights: &'a [f64],
    /// Row after row, one for each output.
    scores: Vec<f64>,
    /// For each output the leaf of every row in the newest tree.
    pub leaf_of: Vec<Vec<u16>>,
    /// For each output the weighted derivatives `[first, second]` of the loss of every row.
    pub derivatives: Vec<Vec<[f32; 2]>>,
}

impl<'a> State<'a> {
    /// All scores 0, and every row in leaf 0.
    pub fn new(loss: &'a dyn Loss, labels: &'a [f64], weights: &'a [f64]) -> State<'a> {
        let (rows, outputs) = (labels.len(), loss.outputs());
        State {
            loss,
            labels,
            weights,
            scores: vec![0.0; rows * outputs],
            leaf_of: vec![vec![0; rows]; outputs],
            derivatives: vec![vec![[0.0; 2]; rows]; outputs],
        }
    }

    /// Adds what the leaf of each row says, whose values are given for each output, and finds
    /// the derivatives there.
    pub fn advance(&mut self, values: &[Vec<f64>], threads: usize) {
        let State { loss, labels, weights, scores, leaf_of, derivatives } = self;
        let outputs = values.len();
        let mut columns: Vec<_> = derivatives.iter_mut().map(|column| column.chunks_mut(AT_ONCE)).collect();
        let parts = scores.chunks_mut(AT_ONCE * outputs);
        let parts = parts.map(|scores| (scores, columns.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()));
        let mut parts: Vec<_> = parts.collect();
        parallel::map_pieces(&mut parts, BLOCK / AT_ONCE, threads, |block, parts| {
            for (nth, (scores, derivatives)) in parts.iter_mut().enumerate() {
                let rows = blocks::range(labels.len(), AT_ONCE, block * (BLOCK / AT_ONCE) + nth);
                for (output, (values, leaf_of)) in values.iter().zip(&*leaf_of).enumerate() {
                    let scores = scores.iter_mut().skip(output).step_by(outputs);
                    scores.zip(&leaf_of[rows.clone()]).for_each(|(score, leaf)| *score += values[usize::from(*leaf)]);
                }
                loss.derivatives(scores, &labels[rows.clone()], &weights[rows], derivatives);
            }
        });
    }

    /// The loss of a row, not weighted.
    pub fn loss_of(&self, row: usize) -> f64 {
        let outputs = self.loss.outputs();
        self.loss.loss(&self.scores[row * outputs..][..outputs], self.labels[row])
    }
}
