//! A line in the log-odds (Platt, 1999, with his soft targets).

use crate::models::sigmoid::sigmoid;
use serde::{Deserialize, Serialize};

/// The map p ↦ 1/(1 + exp(−(slope · ln(p/(1 − p)) + intercept))).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sigmoid {
    slope: f64,
    intercept: f64,
}

/// Probabilities nearer to 0 or 1 than this have no more to say.
const EDGE: f64 = 1e-12;
/// Newton steps at most; some six are usual.
const STEPS: usize = 100;

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(EDGE, 1.0 - EDGE);
    (p / (1.0 - p)).ln()
}

impl Sigmoid {
    /// The line of least log-loss against the soft targets (n₊ + 1)/(n₊ + 2) and
    /// 1/(n₋ + 2), which keep it finite where the two sides do not overlap. A line that
    /// falls would turn the model's order round: the answer is then one share for all.
    pub fn learn(shares: &[f64], positive: &[bool]) -> Sigmoid {
        let yes = positive.iter().filter(|p| **p).count() as f64;
        let no = positive.len() as f64 - yes;
        let (high, low) = ((yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0));
        let rows: Vec<(f64, f64)> =
            shares.iter().zip(positive).map(|(p, yes)| (log_odds(*p), if *yes { high } else { low })).collect();
        let loss = |line: Sigmoid| -> f64 {
            let of = |(x, t): &(f64, f64)| {
                let z = line.slope * x + line.intercept;
                z.max(0.0) - t * z + (-z.abs()).exp().ln_1p()
            };
            rows.iter().map(of).sum()
        };
        let flat = Sigmoid { slope: 0.0, intercept: ((yes + 1.0) / (no + 1.0)).ln() };
        let mut line = flat;
        let mut now = loss(line);
        for _ in 0..STEPS {
            let [mut g, mut h] = [[0.0; 2], [1e-12, 1e-12]];
            let mut both = 0.0;
            for (x, t) in &rows {
                let p = sigmoid(line.slope * x + line.intercept);
                let (error, curve) = (p - t, p * (1.0 - p));
                g = [g[0] + error * x, g[1] + error];
                h = [h[0] + curve * x * x, h[1] + curve];
                both += curve * x;
            }
            let determinant = h[0] * h[1] - both * both;
            if determinant <= 1e-12 * h[0] * h[1] {
                break;
            }
            let step = [(h[1] * g[0] - both * g[1]) / determinant, (h[0] * g[1] - both * g[0]) / determinant];
            // Half the step until the loss falls: far from the optimum a whole one may overshoot.
            let tried = (0..30).map(|halvings| 0.5_f64.powi(halvings)).find_map(|part| {
                let next = Sigmoid { slope: line.slope - part * step[0], intercept: line.intercept - part * step[1] };
                let then = loss(next);
                (then < now).then_some((next, then))
            });
            let Some((next, then)) = tried else { break };
            let gained = now - then;
            (line, now) = (next, then);
            if gained <= 1e-14 * now.abs() {
                break;
            }
        }
        if line.slope > 0.0 { line } else { flat }
    }

    /// Whether it rises, or is flat.
    pub fn is_sound(&self) -> bool {
        self.slope.is_finite() && self.slope >= 0.0 && self.intercept.is_finite()
    }

    /// The map.
    pub fn apply(&self, p: f64) -> f64 {
        sigmoid(self.slope * log_odds(p) + self.intercept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_optimum_is_that_of_the_definition() {
        // Two values of p: the line meets the soft share of each exactly.
        let shares = [0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8];
        let positive = [true, false, false, false, true, true, true, false];
        let line = Sigmoid::learn(&shares, &positive);
        let (high, low) = (5.0 / 6.0, 1.0 / 6.0);
        assert!((line.apply(0.2) - (high + 3.0 * low) / 4.0).abs() < 1e-9);
        assert!((line.apply(0.8) - (3.0 * high + low) / 4.0).abs() < 1e-9);
    }

    #[test]
    fn separated_one_sided_and_inverted_rows_stay_finite() {
        let separated = Sigmoid::learn(&[0.1, 0.2, 0.8, 0.9], &[false, false, true, true]);
        assert!(separated.apply(0.1) < 0.4 && separated.apply(0.9) > 0.6);
        let all = Sigmoid::learn(&[0.1, 0.9], &[true, true]);
        assert!((all.apply(0.5) - 0.75).abs() < 1e-9);
        let inverted = Sigmoid::learn(&[0.1, 0.1, 0.9, 0.9], &[true, true, false, false]);
        assert_eq!(inverted.apply(0.1), inverted.apply(0.9));
        assert!(Sigmoid::learn(&[0.5, 0.5], &[true, false]).apply(1.0).is_finite());
    }
}
