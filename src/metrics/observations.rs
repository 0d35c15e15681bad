//! What was true and what a model said, row by row.

use crate::error::{Error, Kind, Problem, Result};
use crate::table::{Classes, Labels, Matrix, Target, Task};

/// Truth and answers of a model for n test rows, valid by construction.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    truth: Target,
    answers: Matrix,
    threshold: f64,
}

/// How far the probabilities of a row may be from 1 in sum: rounding, not neglect.
const SUM_TOLERANCE: f64 = 1e-6;

impl Observations {
    /// Checks and joins them. `answers` has a row for each of the n ≥ 1 rows of `truth`: the
    /// probability of each of k ≥ 2 classes, the predicted number, or the probability of each
    /// of k ≥ 1 labels. `threshold` in [0, 1] is that of the positive class and of labels.
    ///
    /// # Errors
    /// [`Kind::Data`] without rows or with a single class, [`Kind::Config`] for a threshold
    /// outside [0, 1], [`Kind::Internal`] for what only a faulty model can bring about: shapes
    /// that do not fit, unknown codes, probabilities that are none or do not sum to 1, numbers
    /// that are not finite.
    pub fn new(truth: Target, answers: Matrix, threshold: f64) -> Result<Observations> {
        let rows = truth.rows();
        if rows == 0 {
            return Err(Error::data("", "there is no test row to score").hint("put labelled rows into the test data"));
        }
        if u32::try_from(rows).is_err() {
            return Err(
                Error::data("", format!("{rows} test rows are too many")).why("at most 4,294,967,295 can be ranked")
            );
        }
        if !(0.0..=1.0).contains(&threshold) {
            let problem = Problem::at("", format!("the threshold {threshold} is not between 0 and 1"));
            return Err(Error::new(Kind::Config, problem));
        }
        let width = truth.question().outputs();
        if (answers.rows(), answers.cols()) != (rows, width) {
            let (r, c) = (answers.rows(), answers.cols());
            return Err(Error::internal(format!("answers of {r} × {c} for {rows} rows and {width} outputs")));
        }
        match &truth {
            Target::Classes(classes) => check_classes(classes, &answers)?,
            Target::Numbers(numbers) => check_numbers(numbers, &answers)?,
            Target::Labels(_) => check_probabilities(&answers)?,
        }
        Ok(Observations { truth, answers, threshold })
    }

    /// Observations of a yes/no question from the probability of the positive class alone.
    ///
    /// # Errors
    /// As [`Observations::new`].
    pub fn yes_no(classes: [String; 2], truth: Vec<u32>, positive: &[f64], threshold: f64) -> Result<Observations> {
        let data = positive.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let matrix = Matrix::from_rows(positive.len(), 2, data).unwrap_or_default();
        Observations::new(Target::Classes(Classes { classes: classes.into(), codes: truth }), matrix, threshold)
    }

    /// The kind of question.
    pub fn task(&self) -> Task {
        self.truth.task()
    }

    /// The truth about each row.
    pub fn truth(&self) -> &Target {
        &self.truth
    }

    /// The classes; none where the question is not about classes.
    pub fn classes(&self) -> &[String] {
        match &self.truth {
            Target::Classes(classes) => &classes.classes,
            _ => &[],
        }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.answers.rows()
    }

    /// The true class code of each row; none where the question is not about classes.
    pub fn codes(&self) -> &[u32] {
        match &self.truth {
            Target::Classes(classes) => &classes.codes,
            _ => &[],
        }
    }

    /// What the model said: probabilities of classes or labels, n × k, or numbers, n × 1.
    pub fn answers(&self) -> &Matrix {
        &self.answers
    }

    /// From which probability on the positive class, or a label, is predicted.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Whether this is a yes/no question.
    pub fn is_yes_no(&self) -> bool {
        self.classes().len() == 2
    }

    /// The predicted class code of each row: for two classes 1 where its probability is at
    /// least the threshold, for more the first of the most probable. Nothing where the question
    /// is not about classes.
    pub fn predicted(&self) -> Vec<u32> {
        let threshold = self.threshold;
        let yes_no = self.is_yes_no();
        if self.classes().is_empty() {
            return Vec::new();
        }
        self.answers
            .iter_rows()
            .map(|shares| match shares {
                [_, positive] if yes_no => u32::from(*positive >= threshold),
                _ => first_largest(shares),
            })
            .collect()
    }

    /// The rows by falling probability of the positive class, or `None` where there is none.
    fn ranks(&self) -> Option<Vec<usize>> {
        let positive = self.is_yes_no().then(|| self.answers.column(1))?;
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
        let known: Vec<usize> = rows.iter().copied().filter(|row| *row < self.rows()).collect();
        let data = known.iter().flat_map(|row| self.answers.row(*row).iter().copied()).collect();
        let answers = Matrix::from_rows(known.len(), self.answers.cols(), data).unwrap_or_default();
        Observations { truth: self.truth.take(&known), answers, threshold: self.threshold }
    }

    /// How many rows each class, or label, has; nothing for a quantity.
    pub fn rows_per_class(&self) -> Vec<(String, u64)> {
        let counts: Vec<u64> = match &self.truth {
            Target::Classes(classes) => classes.counts().into_iter().map(|count| count as u64).collect(),
            Target::Labels(labels) => {
                (0..labels.names.len()).map(|k| labels.column(k).iter().filter(|has| **has).count() as u64).collect()
            }
            Target::Numbers(_) => Vec::new(),
        };
        self.truth.question().names().iter().cloned().zip(counts).collect()
    }

    /// The labels of each row, where the question is about labels.
    pub fn labels(&self) -> Option<&Labels> {
        match &self.truth {
            Target::Labels(labels) => Some(labels),
            _ => None,
        }
    }
}

fn check_classes(classes: &Classes, answers: &Matrix) -> Result<()> {
    let k = classes.classes.len();
    if k < 2 {
        return Err(Error::data("", "fewer than two classes to tell apart"));
    }
    if let Some(row) = classes.codes.iter().position(|code| *code as usize >= k) {
        return Err(Error::internal(format!("test row {row} has class code {} of {k} classes", classes.codes[row])));
    }
    check_probabilities(answers)?;
    for (row, shares) in answers.iter_rows().enumerate() {
        let sum: f64 = shares.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(Error::internal(format!("the probabilities of test row {row} sum to {sum}, not to 1")));
        }
    }
    Ok(())
}

fn check_probabilities(answers: &Matrix) -> Result<()> {
    match answers.iter_rows().position(|shares| !shares.iter().all(|p| (0.0..=1.0).contains(p))) {
        Some(row) => Err(Error::internal(format!("test row {row} has a probability that is not in [0, 1]"))),
        None => Ok(()),
    }
}

fn check_numbers(truth: &[f64], answers: &Matrix) -> Result<()> {
    let finite = |(said, true_value): (&f64, &f64)| said.is_finite() && true_value.is_finite();
    match answers.as_slice().iter().zip(truth).position(|pair| !finite(pair)) {
        Some(row) => Err(Error::internal(format!("test row {row} has a number that is not finite"))),
        None => Ok(()),
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

    fn attempt(k: usize, truth: &[u32], data: &[f64], threshold: f64) -> Result<Observations> {
        let matrix = Matrix::from_rows(truth.len(), k, data.to_vec()).unwrap_or_default();
        let classes = (0..k).map(|i| i.to_string()).collect();
        Observations::new(Target::Classes(Classes { classes, codes: truth.to_vec() }), matrix, threshold)
    }

    #[test]
    fn the_threshold_itself_is_positive_and_the_first_of_equals_wins() {
        let two = attempt(2, &[0, 1], &[0.5, 0.5, 0.6, 0.4], 0.5).unwrap();
        assert_eq!(two.predicted(), [1, 0]);
        let three = attempt(3, &[0, 1], &[0.4, 0.4, 0.2, 0.1, 0.45, 0.45], 0.5).unwrap();
        assert_eq!(three.predicted(), [0, 1]);
        assert_eq!(three.rows_per_class().into_iter().map(|(_, n)| n).collect::<Vec<_>>(), [1, 1, 0]);
    }

    #[test]
    fn ranking_moves_whole_rows() {
        let yes_no =
            |scores: &[f64]| Observations::yes_no(["n".into(), "y".into()], vec![0, 1, 1], scores, 0.5).unwrap();
        let (first, [second]) = yes_no(&[0.25, 0.5, 0.75]).ranked_with([&yes_no(&[0.0, 0.25, 0.5])]);
        assert_eq!(first.answers().column(1), [0.75, 0.5, 0.25]);
        assert_eq!(second.answers().column(1), [0.5, 0.25, 0.0]);
        assert_eq!((first.codes(), second.codes()), (&[1, 1, 0][..], &[1, 1, 0][..]));
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
        let number = |said: f64| {
            Observations::new(Target::Numbers(vec![1.0]), Matrix::from_rows(1, 1, vec![said]).unwrap(), 0.5)
        };
        assert_eq!(kind(number(f64::NAN)), Kind::Internal);
        assert_eq!(number(7.0).unwrap().task(), Task::Regression);
        let labels = Labels { names: vec!["a".into(), "b".into()], flags: vec![true, false] };
        let said = |p: f64| {
            Observations::new(Target::Labels(labels.clone()), Matrix::from_rows(1, 2, vec![p, 0.9]).unwrap(), 0.5)
        };
        assert_eq!(kind(said(1.5)), Kind::Internal);
        assert_eq!(said(0.9).unwrap().rows_per_class(), [("a".to_string(), 1), ("b".to_string(), 0)]);
    }
}
