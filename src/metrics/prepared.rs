//! Observations ranked and counted once, for many reweightings.

use super::{Observations, Ranking, Value, why};

/// What every metric needs of the rows, computed once before the bootstrap.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    observations: &'a Observations,
    predicted: Vec<u32>,
    /// Truth and prediction of a row as 2·truth + predicted; empty for more than two classes.
    cells: Vec<u8>,
    /// None for more than two classes.
    ranking: Option<Ranking>,
    /// 1 where the prediction is right, else 0.
    hits: Vec<f64>,
    /// −ln of the probability given to the true class.
    log_losses: Vec<f64>,
    /// Squared distance of the positive class's probability from the truth; empty for more
    /// than two classes.
    squares: Vec<f64>,
    by_truth: Groups,
    by_predicted: Groups,
}

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

impl<'a> Prepared<'a> {
    /// Ranks and counts the rows, in O(n log n).
    pub fn new(observations: &'a Observations) -> Prepared<'a> {
        let (truth, k) = (observations.truth(), observations.classes().len());
        let predicted = observations.predicted();
        let rows = || observations.probabilities().iter_rows().zip(truth);
        let hits = predicted.iter().zip(truth).map(|(p, t)| f64::from(u8::from(p == t))).collect();
        let log_losses = rows().map(|(shares, t)| log_loss(shares[*t as usize])).collect();
        let (mut cells, mut squares, mut ranking) = (Vec::new(), Vec::new(), None);
        if observations.is_yes_no() {
            cells = predicted.iter().zip(truth).map(|(p, t)| (2 * t + p) as u8).collect();
            squares = rows().map(|(shares, t)| (shares[1] - f64::from(*t)).powi(2)).collect();
            ranking = Some(Ranking::new(&observations.probabilities().column(1), |row| truth[row] == 1));
        }
        let (by_truth, by_predicted) = (Groups::new(truth, k), Groups::new(&predicted, k));
        Prepared { observations, predicted, cells, ranking, hits, log_losses, squares, by_truth, by_predicted }
    }

    /// The observations behind.
    pub fn observations(&self) -> &'a Observations {
        self.observations
    }

    /// The predicted class code of each row.
    pub fn predicted(&self) -> &[u32] {
        &self.predicted
    }

    /// The weights that count every row once.
    pub fn once(&self) -> Vec<f64> {
        vec![1.0; self.predicted.len()]
    }

    /// The four cells; `None` for more than two classes.
    #[inline]
    pub fn cells(&self, weights: &[f64]) -> Option<Cells> {
        if !self.observations.is_yes_no() {
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

    /// The rows by falling probability, and the cells; or why a ranking has nothing to tell:
    /// more than two classes, or no positive row.
    pub(super) fn ranked(&self, weights: &[f64]) -> Result<(&Ranking, Cells), Value> {
        let (Some(ranking), Some(cells)) = (&self.ranking, self.cells(weights)) else {
            return Err(Value::undefined(why::NOT_YES_NO));
        };
        if cells.positive() <= 0.0 {
            return Err(Value::undefined(why::NO_POSITIVE));
        }
        Ok((ranking, cells))
    }

    /// The share of right predictions.
    pub(super) fn mean_hit(&self, weights: &[f64]) -> Value {
        mean(&self.hits, weights)
    }

    /// The mean log-loss, in nats.
    pub(super) fn mean_log_loss(&self, weights: &[f64]) -> Value {
        mean(&self.log_losses, weights)
    }

    /// The mean squared error of the positive class's probability.
    pub(super) fn mean_square(&self, weights: &[f64]) -> Value {
        if self.observations.is_yes_no() { mean(&self.squares, weights) } else { Value::undefined(why::NOT_YES_NO) }
    }

    /// For each class: the weight of its rows, of the rows predicted so, and of those where
    /// both hold.
    pub(super) fn per_class<'s>(&'s self, weights: &'s [f64]) -> impl Iterator<Item = (f64, f64, f64)> + 's {
        (0..self.observations.classes().len()).map(move |class| {
            let (mut rows, mut right) = (0.0, 0.0);
            for row in self.by_truth.rows(class) {
                rows += weights[*row as usize];
                right += weights[*row as usize] * self.hits[*row as usize];
            }
            let said = self.by_predicted.rows(class).iter().map(|row| weights[*row as usize]).sum();
            (rows, said, right)
        })
    }
}

/// −ln p with p clipped to [ε, 1 − ε], ε the machine epsilon, as scikit-learn clips it.
fn log_loss(p: f64) -> f64 {
    -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

fn mean(values: &[f64], weights: &[f64]) -> Value {
    let (mut sum, mut total) = (0.0, 0.0);
    for (value, weight) in values.iter().zip(weights) {
        sum += value * weight;
        total += weight;
    }
    Value::ratio(sum, total, why::NO_ROWS)
}

/// Rows by class, so that a class's sum needs no table of sums.
#[derive(Debug, Clone)]
struct Groups {
    rows: Vec<u32>,
    /// Where each class starts in `rows`, and the end.
    starts: Vec<usize>,
}

impl Groups {
    fn new(codes: &[u32], classes: usize) -> Groups {
        let mut starts = vec![0; classes + 1];
        for code in codes {
            starts[*code as usize + 1] += 1;
        }
        for class in 0..classes {
            starts[class + 1] += starts[class];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; codes.len()];
        for (row, code) in codes.iter().enumerate() {
            rows[next[*code as usize]] = row as u32;
            next[*code as usize] += 1;
        }
        Groups { rows, starts }
    }

    fn rows(&self, class: usize) -> &[u32] {
        &self.rows[self.starts[class]..self.starts[class + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_weighted() {
        let observations =
            Observations::yes_no(["n".into(), "y".into()], vec![0, 0, 1, 1], &[0.1, 0.9, 0.1, 0.9], 0.5).unwrap();
        let prepared = Prepared::new(&observations);
        let cells = prepared.cells(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(cells, Cells { tn: 1.0, fp: 2.0, fn_: 3.0, tp: 4.0 });
        let classes: Vec<_> = prepared.per_class(&[1.0, 2.0, 3.0, 4.0]).collect();
        assert_eq!(classes, [(3.0, 4.0, 1.0), (7.0, 6.0, 4.0)]);
    }

    #[test]
    fn the_log_loss_of_certainty_is_finite() {
        assert!((log_loss(0.0) - 36.04365338911715).abs() < 1e-12);
        assert!(log_loss(1.0) >= 0.0 && log_loss(1.0) < 1e-15);
    }
}
