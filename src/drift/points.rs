//! A distribution of numbers as points or, where there are too many, as bins.

use serde::{Deserialize, Serialize};

/// Up to so many different numbers each is kept with its count.
pub const MOST_EXACT: usize = 10_000;
/// Beyond, so many bins of equal depth.
pub const BINS: u64 = 2_000;

/// Numbers in rising order with their counts.
///
/// Exact points are the numbers themselves. Bins reach from the end before (not included) to
/// their own (included); the mean of a bin in which all numbers are equal is that number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Points {
    /// The numbers, or the upper ends of bins, rising.
    pub ends: Vec<f64>,
    /// How many rows have them.
    pub counts: Vec<u64>,
    /// The means of bins; empty where the points are exact. That of an empty bin is its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<f64>,
}

impl Points {
    /// Exact points of numbers in rising order, while there are at most [`MOST_EXACT`].
    pub fn exact(sorted: &[f64]) -> Option<Points> {
        let mut points = Points::default();
        for run in sorted.chunk_by(|a, b| a == b) {
            if points.ends.len() == MOST_EXACT {
                return None;
            }
            points.ends.push(run[0]);
            points.counts.push(run.len() as u64);
        }
        Some(points)
    }

    /// About [`BINS`] equally deep bins of numbers in rising order. A number that fills a bin
    /// has one of its own, and every one of `edges` (rising) separates two bins.
    pub fn binned(sorted: &[f64], edges: &[f64]) -> Points {
        let depth = (sorted.len() as u64).div_ceil(BINS).max(1);
        let mut points = Points::default();
        let mut edges = edges.iter().copied().peekable();
        let mut start = 0;
        let mut at = 0;
        for run in sorted.chunk_by(|a, b| a == b) {
            while let Some(edge) = edges.next_if(|edge| *edge <= run[0]) {
                points.push(&sorted[start..at]);
                start = at;
                points.push_empty(edge.next_down());
            }
            let heavy = run.len() as u64 >= depth;
            if heavy {
                points.push(&sorted[start..at]);
                start = at;
            }
            at += run.len();
            if heavy || (at - start) as u64 >= depth {
                points.push(&sorted[start..at]);
                start = at;
            }
        }
        points.push(&sorted[start..at]);
        points
    }

    fn push(&mut self, bin: &[f64]) {
        let (Some(first), Some(last)) = (bin.first().copied(), bin.last().copied()) else { return };
        let offset = bin.iter().map(|value| value - first).sum::<f64>() / bin.len() as f64;
        self.ends.push(last);
        self.counts.push(bin.len() as u64);
        self.means.push(if first == last { last } else { (first + offset).min(last) });
    }

    /// An end that the bins before do not reach yet.
    fn push_empty(&mut self, end: f64) {
        if self.ends.last().is_none_or(|last| *last < end) {
            self.ends.push(end);
            self.counts.push(0);
            self.means.push(end);
        }
    }

    /// Whether each point is a number of the data.
    pub fn is_exact(&self) -> bool {
        self.means.is_empty()
    }

    /// Where the rows lie: the numbers, or the means of bins.
    pub fn places(&self) -> &[f64] {
        if self.is_exact() { &self.ends } else { &self.means }
    }

    /// How many rows.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many rows lie strictly below each of `marks`, which rise. Within a bin rows are
    /// taken as evenly spread, unless all stand at its end.
    pub fn below(&self, marks: &[f64]) -> Vec<f64> {
        let (mut at, mut passed) = (0, 0_u64);
        let below = |mark: &f64| {
            while at < self.ends.len() && self.ends[at] < *mark {
                passed += self.counts[at];
                at += 1;
            }
            let part = match (self.means.get(at), self.ends.get(at), at.checked_sub(1).map(|i| self.ends[i])) {
                (Some(mean), Some(end), Some(start)) if mean < end && *mark > start => {
                    self.counts[at] as f64 * ((mark - start) / (end - start)).min(1.0)
                }
                _ => 0.0,
            };
            passed as f64 + part
        };
        marks.iter().map(below).collect()
    }

    /// The number that a share of the rows (0 to 1) does not exceed; `None` without rows.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let aim = (share * self.total() as f64).ceil().max(1.0) as u64;
        let mut passed = 0;
        let found = self.counts.iter().position(|count| {
            passed += count;
            passed >= aim
        });
        found.map(|i| self.ends[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_equally_deep_and_heavy_numbers_alone() {
        let mut sorted: Vec<f64> = (0..20_000).map(f64::from).collect();
        sorted.extend([7_777.0; 5_000]);
        sorted.sort_unstable_by(f64::total_cmp);
        assert_eq!(Points::exact(&sorted), None);
        let points = Points::binned(&sorted, &[100.5]);
        assert_eq!(points.total(), 25_000);
        assert!(points.ends.windows(2).all(|w| w[0] < w[1]));
        let heavy = points.ends.iter().position(|end| *end == 7_777.0).unwrap();
        assert_eq!((points.counts[heavy], points.means[heavy]), (5_001, 7_777.0));
        assert!(points.counts.iter().enumerate().all(|(i, c)| i == heavy || *c <= 13));
        let expected = [101.0, 7_777.0, 12_778.5, 25_000.0];
        for (found, expected) in points.below(&[100.5, 7_777.0, 7_777.5, 1e9]).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn exact_points_count_exactly() {
        let points = Points::exact(&[-1.0, 0.0, 0.0, 2.5]).unwrap();
        assert_eq!(points.below(&[-1.0, 0.0, 0.1, 2.5, 3.0]), [0.0, 1.0, 3.0, 3.0, 4.0]);
        assert_eq!(
            (points.quantile(0.0), points.quantile(0.5), points.quantile(1.0)),
            (Some(-1.0), Some(0.0), Some(2.5))
        );
        assert_eq!(Points::default().quantile(0.5), None);
    }
}
