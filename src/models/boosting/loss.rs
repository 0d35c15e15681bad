//! What boosting makes small: a loss and its derivatives by the scores of a row.

use crate::models::sigmoid::{lesser_share, sigmoid, softmax};
use crate::vectors::{self, dispatch};

/// A loss. A row has [`Loss::outputs`] scores, each the sum of a start and of one tree a
/// round; its label is the code of its class, or a number.
pub trait Loss: Sync + std::fmt::Debug {
    /// How many scores a row has.
    fn outputs(&self) -> usize;

    /// The scores before the first tree: the best constant, given labels and weights of rows.
    fn start(&self, rows: &mut dyn Iterator<Item = (f64, f64)>) -> Vec<f64>;

    /// The loss of a row.
    fn loss(&self, scores: &[f64], label: f64) -> f64;

    /// First and second derivative of the loss of some rows, times their weights, by each of
    /// the scores: a list for each output.
    fn derivatives(&self, scores: &[f64], labels: &[f64], weights: &[f64], out: &mut [&mut [[f32; 2]]]);

    /// What the scores predict: the probability of each class, or the number.
    fn predict(&self, scores: &[f64], out: &mut [f64]);
}

/// A class that no row has still gets a finite score.
const LEAST_SHARE: f64 = 1e-9;

/// The loss for predictions of so many columns: a quantity has one, classes have one each.
pub fn of_outputs(outputs: usize) -> Box<dyn Loss> {
    match outputs {
        0 | 1 => Box::new(Squared),
        2 => Box::new(Logistic),
        classes => Box::new(Softmax { classes }),
    }
}

/// The share of each class in the weight of the rows.
fn shares(rows: &mut dyn Iterator<Item = (f64, f64)>, classes: usize) -> Vec<f64> {
    let mut shares = vec![0.0; classes];
    rows.for_each(|(label, weight)| shares[label as usize] += weight);
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| (share / sum).max(LEAST_SHARE)).collect()
}

/// Half the squared error; the score is the number.
#[derive(Debug)]
pub struct Squared;

impl Loss for Squared {
    fn outputs(&self) -> usize {
        1
    }

    fn start(&self, rows: &mut dyn Iterator<Item = (f64, f64)>) -> Vec<f64> {
        let (sum, weight) = rows.fold((0.0, 0.0), |(sum, all), (label, weight)| (sum + label * weight, all + weight));
        vec![if weight > 0.0 { sum / weight } else { 0.0 }]
    }

    fn loss(&self, scores: &[f64], label: f64) -> f64 {
        0.5 * (scores[0] - label) * (scores[0] - label)
    }

    fn derivatives(&self, scores: &[f64], labels: &[f64], weights: &[f64], out: &mut [&mut [[f32; 2]]]) {
        for (((out, score), label), weight) in out[0].iter_mut().zip(scores).zip(labels).zip(weights) {
            *out = [(weight * (score - label)) as f32, *weight as f32];
        }
    }

    fn predict(&self, scores: &[f64], out: &mut [f64]) {
        out[0] = scores[0];
    }
}

/// Log-loss of two classes; the score is the log-odds of the second.
#[derive(Debug)]
pub struct Logistic;

impl Loss for Logistic {
    fn outputs(&self) -> usize {
        1
    }

    fn start(&self, rows: &mut dyn Iterator<Item = (f64, f64)>) -> Vec<f64> {
        let shares = shares(rows, 2);
        vec![(shares[1] / shares[0]).ln()]
    }

    fn loss(&self, scores: &[f64], label: f64) -> f64 {
        let against = if label == 1.0 { -scores[0] } else { scores[0] };
        against.max(0.0) + (-against.abs()).exp().ln_1p()
    }

    fn derivatives(&self, scores: &[f64], labels: &[f64], weights: &[f64], out: &mut [&mut [[f32; 2]]]) {
        dispatch!(vectors::level(), _simd => logistic_derivatives(scores, labels, weights, out[0]));
    }

    fn predict(&self, scores: &[f64], out: &mut [f64]) {
        let p = sigmoid(scores[0]);
        out.copy_from_slice(&[1.0 - p, p]);
    }
}

#[inline(always)]
fn logistic_derivatives(scores: &[f64], labels: &[f64], weights: &[f64], out: &mut [[f32; 2]]) {
    for (((out, score), label), weight) in out.iter_mut().zip(scores).zip(labels).zip(weights) {
        let (score, label, weight) = (*score as f32, *label as f32, *weight as f32);
        let share = lesser_share(score);
        // From the smaller of p and 1 − p, of which no digits are lost beside 1.
        let error = if (score > 0.0) == (label > 0.5) { share } else { 1.0 - share };
        let sign = 1.0 - 2.0 * label;
        *out = [weight * sign * error, weight * (share * (1.0 - share))];
    }
}

/// Log-loss of more classes; the probabilities are in the ratio of the scores' exponentials.
#[derive(Debug)]
pub struct Softmax {
    /// How many.
    pub classes: usize,
}

impl Loss for Softmax {
    fn outputs(&self) -> usize {
        self.classes
    }

    fn start(&self, rows: &mut dyn Iterator<Item = (f64, f64)>) -> Vec<f64> {
        shares(rows, self.classes).into_iter().map(f64::ln).collect()
    }

    fn loss(&self, scores: &[f64], label: f64) -> f64 {
        let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - greatest).exp()).sum();
        sum.ln() + greatest - scores[label as usize]
    }

    fn derivatives(&self, scores: &[f64], labels: &[f64], weights: &[f64], out: &mut [&mut [[f32; 2]]]) {
        let mut shares = vec![0.0; self.classes];
        for (row, scores) in scores.chunks_exact(self.classes).enumerate() {
            softmax(scores, &mut shares);
            for (class, (p, out)) in shares.iter().zip(&mut *out).enumerate() {
                let truth = f64::from(u8::from(class == labels[row] as usize));
                out[row] = [(weights[row] * (p - truth)) as f32, (weights[row] * (p * (1.0 - p))) as f32];
            }
        }
    }

    fn predict(&self, scores: &[f64], out: &mut [f64]) {
        softmax(scores, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_loss() {
        for (outputs, scores) in [(1, vec![0.7]), (2, vec![0.7]), (2, vec![-3.0]), (3, vec![0.2, -1.0, 2.0])] {
            let loss = of_outputs(outputs);
            for label in (0..outputs).map(|label| label as f64) {
                let mut found = vec![[[0.0; 2]]; scores.len()];
                let mut out: Vec<&mut [[f32; 2]]> = found.iter_mut().map(|of_row| &mut of_row[..]).collect();
                loss.derivatives(&scores, &[label], &[2.0], &mut out);
                for (output, [found]) in found.iter().enumerate() {
                    let exact = found.map(|weighted| f64::from(weighted) / 2.0);
                    let at = |step: f64| {
                        let mut moved = scores.clone();
                        moved[output] += step;
                        loss.loss(&moved, label)
                    };
                    let step = 1e-4;
                    let first = (at(step) - at(-step)) / (2.0 * step);
                    let second = (at(step) - 2.0 * at(0.0) + at(-step)) / (step * step);
                    assert!((exact[0] - first).abs() < 1e-6, "{exact:?} {first}");
                    assert!((exact[1] - second).abs() < 1e-6, "{exact:?} {second}");
                }
            }
        }
    }

    #[test]
    fn the_start_predicts_the_shares() {
        for shares in [vec![0.75, 0.25], vec![0.5, 0.3, 0.2]] {
            let loss = of_outputs(shares.len());
            let mut p = vec![0.0; shares.len()];
            let mut rows = shares.iter().enumerate().map(|(class, share)| (class as f64, 4.0 * share));
            loss.predict(&loss.start(&mut rows), &mut p);
            assert!(p.iter().zip(&shares).all(|(p, share)| (p - share).abs() < 1e-12), "{p:?}");
        }
        let mut rows = [(0.0, 1.0), (2.0, 1.0)].into_iter();
        assert!(of_outputs(3).start(&mut rows).iter().all(|s| s.is_finite()), "a class without rows");
        assert_eq!(Squared.start(&mut [(1.0, 3.0), (5.0, 1.0)].into_iter()), [2.0]);
    }

    #[test]
    fn extreme_scores_stay_finite() {
        let mut out = [0.0; 2];
        for score in [1e300, -1e300] {
            Logistic.predict(&[score], &mut out);
            assert_eq!(out[0] + out[1], 1.0);
            assert!(Logistic.loss(&[score], 0.0).is_finite());
            assert!(Softmax { classes: 3 }.loss(&[score, 0.0, -score], 1.0).is_finite());
        }
    }
}
