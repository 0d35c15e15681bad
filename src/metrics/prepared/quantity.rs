//! Rows of which each has a number.

use super::mean;
use crate::metrics::{Value, why};

/// What metrics of predicted numbers need.
#[derive(Debug, Clone)]
pub struct Errors {
    /// True numbers less their mean, so that their squares lose no digits.
    centred: Vec<f64>,
    /// Squared errors.
    squares: Vec<f64>,
    /// Absolute errors.
    distances: Vec<f64>,
    /// Absolute errors as shares of the true number; 0 where that is 0.
    shares: Vec<f64>,
    /// 1 where the true number is not 0, else 0.
    has_share: Vec<f64>,
}

impl Errors {
    /// From true and predicted numbers.
    pub fn new(truth: &[f64], said: &[f64]) -> Errors {
        let mean = truth.iter().sum::<f64>() / truth.len().max(1) as f64;
        let distances: Vec<f64> = truth.iter().zip(said).map(|(t, s)| (s - t).abs()).collect();
        Errors {
            centred: truth.iter().map(|t| t - mean).collect(),
            squares: distances.iter().map(|d| d * d).collect(),
            shares: distances.iter().zip(truth).map(|(d, t)| if *t == 0.0 { 0.0 } else { d / t.abs() }).collect(),
            has_share: truth.iter().map(|t| f64::from(u8::from(*t != 0.0))).collect(),
            distances,
        }
    }

    /// The mean squared error.
    pub fn mean_square(&self, weights: &[f64]) -> Value {
        mean(&self.squares, weights)
    }

    /// The mean absolute error.
    pub fn mean_distance(&self, weights: &[f64]) -> Value {
        mean(&self.distances, weights)
    }

    /// The mean absolute error as a share of the true number, over the rows where that is not 0.
    pub fn mean_share(&self, weights: &[f64]) -> Value {
        let (mut sum, mut total) = (0.0, 0.0);
        for ((share, has), weight) in self.shares.iter().zip(&self.has_share).zip(weights) {
            sum += share * weight;
            total += has * weight;
        }
        Value::ratio(sum, total, "every true value is 0")
    }

    /// How many rows have a true value of 0.
    pub fn zeros(&self) -> usize {
        self.has_share.iter().filter(|has| **has == 0.0).count()
    }

    /// The share of the variance of the true numbers that the predictions explain.
    pub fn explained(&self, weights: &[f64]) -> Value {
        let (mut left, mut sum, mut squares, mut total) = (0.0, 0.0, 0.0, 0.0);
        for ((centred, square), weight) in self.centred.iter().zip(&self.squares).zip(weights) {
            left += weight * square;
            sum += weight * centred;
            squares += weight * centred * centred;
            total += weight;
        }
        if total <= 0.0 {
            return Value::undefined(why::NO_ROWS);
        }
        let spread = squares - sum * sum / total;
        // Rounding may leave a trace of a spread that is none.
        if spread <= 1e-12 * squares || spread <= 0.0 {
            return Value::undefined("all true values are the same");
        }
        Value::of(1.0 - left / spread)
    }
}
