//! The confusion matrix.

use super::Prepared;
use serde::{Deserialize, Serialize};

/// Rows counted by true class (down) and predicted class (across).
///
/// For a yes/no question, whose positive class is the second: `[[tn, fp], [fn, tp]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The classes, in the order of both sides.
    pub classes: Vec<String>,
    /// k × k counts.
    pub counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// Counts every row once.
    pub fn of(prepared: &Prepared<'_>) -> Confusion {
        let observations = prepared.observations();
        let classes = observations.classes().to_vec();
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        for (truth, predicted) in observations.codes().iter().zip(prepared.predicted()) {
            counts[*truth as usize][*predicted as usize] += 1;
        }
        Confusion { classes, counts }
    }

    /// How many rows were counted.
    pub fn rows(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Observations;

    #[test]
    fn rows_are_the_truth_and_columns_the_prediction() {
        let observations =
            Observations::yes_no(["n".into(), "y".into()], vec![0, 0, 0, 1, 1], &[0.1, 0.2, 0.9, 0.1, 0.9], 0.5)
                .unwrap();
        let confusion = Confusion::of(&Prepared::new(&observations));
        assert_eq!(confusion.counts, [[2, 1], [1, 1]]);
        assert_eq!(confusion.rows(), 5);
    }
}
