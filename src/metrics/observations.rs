//! What was true and what a model said, row by row.

use crate::error::{Error, Kind, Problem, Result};
use crate::table::Matrix;

/// Truth and predicted probabilities of n test rows over k classes, valid by construction.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    classes: Vec<String>,
    truth: Vec<u32>,
    probabilities: Matrix,
    threshold: f64,
}

/// How far the probabilities of a row may be from 1 in sum: rounding, not neglect.
const SUM_TOLERANCE: f64 = 1e-6;

impl Observations {
    /// Checks and joins them. `classes` names k ≥ 2 classes, for a yes/no question the
    /// positive one last; `truth` has a class code for each of n ≥ 1 rows; `probabilities` is
    /// n × k; `threshold` in [0, 1] is that of the positive class and unused for k > 2.
    ///
    /// # Errors
    /// [`Kind::Data`] without rows or with a single class, [`Kind::Config`] for a threshold
    /// outside [0, 1], [`Kind::Internal`] for what only a faulty model can bring about: shapes
    /// that do not fit, unknown codes, probabilities that are none or do not sum to 1.
    pub fn new(classes: Vec<String>, truth: Vec<u32>, probabilities: Matrix, threshold: f64) -> Result<Observations> {
        let (rows, k) = (truth.len(), classes.len());
        if rows == 0 {
            return Err(Error::data("", "there is no test row to score").hint("put labelled rows into the test data"));
        }
        if u32::try_from(rows).is_err() {
            return Err(
                Error::data("", format!("{rows} test rows are too many")).why("at most 4,294,967,295 can be ranked")
            );
        }
        if k < 2 {
            return Err(Error::data("", "fewer than two classes to tell apart"));
        }
        if !(0.0..=1.0).contains(&threshold) {
            let problem = Problem::at("", format!("the threshold {threshold} is not between 0 and 1"));
            return Err(Error::new(Kind::Config, problem));
        }
        if (probabilities.rows(), probabilities.cols()) != (rows, k) {
            let (r, c) = (probabilities.rows(), probabilities.cols());
            return Err(Error::internal(format!("probabilities of {r} × {c} for {rows} rows and {k} classes")));
        }
        if let Some(row) = truth.iter().position(|code| *code as usize >= k) {
            return Err(Error::internal(format!("test row {row} has class code {} of {k} classes", truth[row])));
        }
        for (row, shares) in probabilities.iter_rows().enumerate() {
            if !shares.iter().all(|p| (0.0..=1.0).contains(p)) {
                return Err(Error::internal(format!("test row {row} has probabilities {shares:?}, not all in [0, 1]")));
            }
            let sum: f64 = shares.iter().sum();
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(Error::internal(format!("the probabilities of test row {row} sum to {sum}, not to 1")));
            }
        }
        Ok(Observations { classes, truth, probabilities, threshold })
    }

    /// Observations of a yes/no question from the probability of the positive class alone.
    ///
    /// # Errors
    /// As [`Observations::new`].
    pub fn yes_no(classes: [String; 2], truth: Vec<u32>, positive: &[f64], threshold: f64) -> Result<Observations> {
        let data = positive.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let matrix = Matrix::from_rows(positive.len(), 2, data).unwrap_or_default();
        Observations::new(classes.into(), truth, matrix, threshold)
    }

    /// The classes; index = code.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.truth.len()
    }

    /// The true class code of each row.
    pub fn truth(&self) -> &[u32] {
        &self.truth
    }

    /// The probabilities, n × k.
    pub fn probabilities(&self) -> &Matrix {
        &self.probabilities
    }

    /// From which probability on the positive class is predicted.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Whether this is a yes/no question.
    pub fn is_yes_no(&self) -> bool {
        self.classes.len() == 2
    }

    /// The predicted class code of each row: for two classes 1 where its probability is at
    /// least the threshold, for more the first of the most probable.
    pub fn predicted(&self) -> Vec<u32> {
        let threshold = self.threshold;
        let yes_no = self.is_yes_no();
        self.probabilities
            .iter_rows()
            .map(|shares| match shares {
                [_, positive] if yes_no => u32::from(*positive >= threshold),
                _ => first_largest(shares),
            })
            .collect()
    }

    /// The rows by falling probability of the positive class, or `None` where there is none.
    fn ranks(&self) -> Option<Vec<usize>> {
        let positive = self.is_yes_no().then(|| self.probabilities.column(1))?;
        let mut order: Vec<usize> = (0..self.rows()).collect();
        order.sort_by(|a, b| positive[*b].total_cmp(&positive[*a]));
        Some(order)
    }

    /// These and `others` in the order of these rows' ranking. No metric depends on the order
    /// of rows, but a bootstrap of many rows is several times faster in this one, because it
    /// reads the weights in sequence.
    pub fn ranked_with<const N: usize>(&self, others: [&Observations; N]) -> (Observations, [Observations; N]) {
        match self.ranks() {
            Some(order) => (self.taken(&order), others.map(|o| o.taken(&order))),
            None => (self.clone(), others.map(Observations::clone)),
        }
    }

    /// The rows at these positions; positions that do not exist are left out.
    fn taken(&self, rows: &[usize]) -> Observations {
        let known = || rows.iter().copied().filter(|row| *row < self.rows());
        let truth: Vec<u32> = known().map(|row| self.truth[row]).collect();
        let data = known().flat_map(|row| self.probabilities.row(row).iter().copied()).collect();
        let probabilities = Matrix::from_rows(truth.len(), self.classes.len(), data).unwrap_or_default();
        Observations { classes: self.classes.clone(), truth, probabilities, threshold: self.threshold }
    }

    /// How many rows each class has.
    pub fn rows_per_class(&self) -> Vec<u64> {
        let mut counts = vec![0; self.classes.len()];
        for code in &self.truth {
            counts[*code as usize] += 1;
        }
        counts
    }
}

fn first_largest(shares: &[f64]) -> u32 {
    let mut best = 0;
    for (class, share) in shares.iter().enumerate() {
        if *share > shares[best] {
            best = class;
        }
    }
    best as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(k: usize) -> Vec<String> {
        (0..k).map(|i| i.to_string()).collect()
    }

    fn attempt(k: usize, truth: &[u32], data: &[f64], threshold: f64) -> Result<Observations> {
        let matrix = Matrix::from_rows(truth.len(), k, data.to_vec()).unwrap_or_default();
        Observations::new(names(k), truth.to_vec(), matrix, threshold)
    }

    #[test]
    fn the_threshold_itself_is_positive_and_the_first_of_equals_wins() {
        let two = attempt(2, &[0, 1], &[0.5, 0.5, 0.6, 0.4], 0.5).unwrap();
        assert_eq!(two.predicted(), [1, 0]);
        let three = attempt(3, &[0, 1], &[0.4, 0.4, 0.2, 0.1, 0.45, 0.45], 0.5).unwrap();
        assert_eq!(three.predicted(), [0, 1]);
        assert_eq!(three.rows_per_class(), [1, 1, 0]);
    }

    #[test]
    fn ranking_moves_whole_rows() {
        let yes_no =
            |scores: &[f64]| Observations::yes_no(["n".into(), "y".into()], vec![0, 1, 1], scores, 0.5).unwrap();
        let (first, [second]) = yes_no(&[0.25, 0.5, 0.75]).ranked_with([&yes_no(&[0.0, 0.25, 0.5])]);
        assert_eq!(first.probabilities().column(1), [0.75, 0.5, 0.25]);
        assert_eq!(second.probabilities().column(1), [0.5, 0.25, 0.0]);
        assert_eq!((first.truth(), second.truth()), (&[1, 1, 0][..], &[1, 1, 0][..]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let kind = |result: Result<Observations>| result.unwrap_err().kind;
        assert_eq!(kind(attempt(2, &[], &[], 0.5)), Kind::Data);
        assert_eq!(kind(attempt(1, &[0], &[1.0], 0.5)), Kind::Data);
        assert_eq!(kind(attempt(2, &[0], &[0.5], 0.5)), Kind::Internal);
        assert_eq!(kind(attempt(2, &[2], &[0.5, 0.5], 0.5)), Kind::Internal);
        for bad in [f64::NAN, f64::INFINITY, -0.1, 1.1, 0.6] {
            assert_eq!(kind(attempt(2, &[0], &[0.5, bad], 0.5)), Kind::Internal, "{bad}");
        }
        for threshold in [f64::NAN, -0.1, 1.1] {
            assert_eq!(kind(attempt(2, &[0], &[0.5, 0.5], threshold)), Kind::Config);
        }
        assert_eq!(kind(Observations::yes_no(["n".into(), "y".into()], vec![1, 0], &[0.5], 0.5)), Kind::Internal);
    }
}
