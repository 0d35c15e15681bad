//! Whether probabilities come true as often as they say.

use super::Observations;
use super::recalibration::Recalibration;
use crate::table::{Target, Task};
use serde::{Deserialize, Serialize};

/// Predicted probabilities against what happened; of labels, all labels together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// The mean over the rows of how far the observed share of a bin is from its mean
    /// prediction (Naeini, Cooper and Hauskrecht 2015: expected calibration error). It is
    /// above 0 by chance alone, the more so the fewer rows there are.
    pub expected_error: f64,
    /// The line that would correct the log-odds; `None` where the rows do not determine it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalibration: Option<Recalibration>,
    /// Rows by rising probability, in up to ten bins of about as many rows each: equal
    /// probabilities are never parted.
    pub bins: Vec<Bin>,
    /// Rows by probability, in twenty equal steps from 0 to 1.
    pub spread: Vec<u64>,
}

/// Rows of similar probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// How many rows.
    pub rows: u64,
    /// Their mean probability.
    pub predicted: f64,
    /// The share of them that is positive, or has the label.
    pub observed: f64,
    /// The lower bound of its 95% interval (Wilson).
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// Most bins.
const BINS: usize = 10;
/// Rows of a bin at least.
const LEAST_ROWS: usize = 10;
/// Steps of the spread.
const STEPS: usize = 20;

impl Reliability {
    /// The reliability of the probability of the positive class, or of all labels; `None`
    /// for other questions.
    pub fn of(observations: &Observations) -> Option<Reliability> {
        let mut pairs: Vec<(f64, bool)> = match (observations.truth(), observations.task()) {
            (Target::Classes(classes), Task::Binary) => {
                observations.answers().column(1).into_iter().zip(classes.codes.iter().map(|code| *code == 1)).collect()
            }
            (Target::Labels(labels), _) => {
                observations.answers().as_slice().iter().copied().zip(labels.flags.iter().copied()).collect()
            }
            _ => return None,
        };
        // Rows of equal probability stay together, so their order cannot show.
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let bins: Vec<Bin> = split(&pairs).into_iter().map(Bin::of).collect();
        let rows = pairs.len().max(1) as f64;
        let mut spread = vec![0; STEPS];
        for (probability, _) in &pairs {
            if let Some(count) = spread.get_mut(((probability * STEPS as f64) as usize).min(STEPS - 1)) {
                *count += 1;
            }
        }
        Some(Reliability {
            expected_error: bins.iter().map(|b| b.rows as f64 * (b.observed - b.predicted).abs()).sum::<f64>() / rows,
            recalibration: Recalibration::of(&pairs),
            bins,
            spread,
        })
    }

    /// How many probabilities there are.
    pub fn rows(&self) -> u64 {
        self.bins.iter().map(|bin| bin.rows).sum()
    }
}

/// Sorted pairs in runs of about equal length.
fn split(pairs: &[(f64, bool)]) -> Vec<&[(f64, bool)]> {
    let bins = (pairs.len() / LEAST_ROWS).clamp(1, BINS);
    let (mut runs, mut start) = (Vec::new(), 0);
    for bin in 1..=bins {
        let mut end = (bin * pairs.len() / bins).max(start);
        while end > start && end < pairs.len() && pairs[end].0 == pairs[end - 1].0 {
            end += 1;
        }
        if end > start {
            runs.push(&pairs[start..end]);
        }
        start = end;
    }
    runs
}

impl Bin {
    fn of(pairs: &[(f64, bool)]) -> Bin {
        let rows = pairs.len().max(1) as f64;
        let positive = pairs.iter().filter(|(_, happened)| *happened).count() as f64;
        let (low, high) = wilson(positive, rows);
        Bin {
            rows: pairs.len() as u64,
            predicted: pairs.iter().map(|(probability, _)| probability).sum::<f64>() / rows,
            observed: positive / rows,
            low,
            high,
        }
    }
}

/// The 95% interval of a share (Wilson 1927): it stays within 0 and 1, and has a width even
/// where all rows agree.
fn wilson(positive: f64, rows: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let share = positive / rows;
    let below = 1.0 + Z * Z / rows;
    let centre = (share + Z * Z / (2.0 * rows)) / below;
    let half = Z / below * (share * (1.0 - share) / rows + Z * Z / (4.0 * rows * rows)).sqrt();
    ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Labels, Matrix};

    fn yes_no(truth: Vec<u32>, said: &[f64]) -> Reliability {
        let observations = Observations::yes_no(["n".into(), "y".into()], truth, said, 0.5).unwrap();
        Reliability::of(&observations).unwrap()
    }

    #[test]
    fn bins_are_those_counted_by_hand() {
        // 20 rows in two bins of 10: 0.1 with 2 positive, 0.7 with 5 positive.
        let said: Vec<f64> = (0..20).map(|i| if i % 2 == 0 { 0.1 } else { 0.7 }).collect();
        let truth = (0..20).map(|i| u32::from(i < 4 || (i < 10 && i % 2 == 1))).collect();
        let found = yes_no(truth, &said);
        assert_eq!(found.bins.len(), 2);
        assert_eq!((found.bins[0].rows, found.bins[0].observed), (10, 0.2));
        assert_eq!((found.bins[1].rows, found.bins[1].observed), (10, 0.5));
        assert!((found.bins[0].predicted - 0.1).abs() < 1e-15 && (found.bins[1].predicted - 0.7).abs() < 1e-15);
        // (10·0.1 + 10·0.2)/20
        assert!((found.expected_error - 0.15).abs() < 1e-15);
        assert_eq!((found.spread[2], found.spread[14], found.rows()), (10, 10, 20));
    }

    #[test]
    fn equal_probabilities_are_not_parted() {
        let said: Vec<f64> = (0..100).map(|i| if i < 55 { 0.2 } else { f64::from(i) / 100.0 }).collect();
        let found = yes_no(vec![0; 100], &said);
        let rows: Vec<u64> = found.bins.iter().map(|bin| bin.rows).collect();
        assert_eq!(rows, [55, 5, 10, 10, 10, 10]);
        assert_eq!(yes_no(vec![1; 9], &[1.0; 9]).bins.len(), 1);
        assert_eq!(yes_no(vec![1; 9], &[1.0; 9]).spread[19], 9);
    }

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (positive, rows, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let found = wilson(positive, rows);
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        }
    }

    #[test]
    fn labels_are_taken_together_and_quantities_not_at_all() {
        let labels = Labels { names: vec!["a".into(), "b".into()], flags: [true, false].repeat(10) };
        let answers = Matrix::from_rows(10, 2, [0.75, 0.25].repeat(10)).unwrap();
        let found = Reliability::of(&Observations::new(Target::Labels(labels), answers, 0.5).unwrap()).unwrap();
        assert_eq!(found.bins.iter().map(|b| (b.rows, b.observed)).collect::<Vec<_>>(), [(10, 0.0), (10, 1.0)]);
        let number = Matrix::from_rows(1, 1, vec![2.0]).unwrap();
        assert!(Reliability::of(&Observations::new(Target::Numbers(vec![1.0]), number, 0.5).unwrap()).is_none());
    }
}
