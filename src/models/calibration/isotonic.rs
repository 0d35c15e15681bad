//! The rising map of least squared error, by pooling adjacent violators (Ayer and others,
//! 1955).

use serde::{Deserialize, Serialize};

/// A piecewise linear rising map: at `from[i]` it is `to[i]`, beyond both ends constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    from: Vec<f64>,
    to: Vec<f64>,
}

/// Rows that share one value of the map.
#[derive(Debug, Clone, Copy)]
struct Pool {
    low: f64,
    high: f64,
    positive: f64,
    rows: f64,
}

impl Isotonic {
    /// The map of these rows. No value is nearer to 0 or 1 than half a row in all of them:
    /// a share of 0 among so many rows does not make anything impossible.
    pub fn learn(shares: &[f64], positive: &[bool]) -> Isotonic {
        let mut rows: Vec<(f64, bool)> = shares.iter().copied().zip(positive.iter().copied()).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pools: Vec<Pool> = Vec::new();
        for equal in rows.chunk_by(|a, b| a.0 == b.0) {
            let yes = equal.iter().filter(|(_, yes)| *yes).count() as f64;
            let mut pool = Pool { low: equal[0].0, high: equal[0].0, positive: yes, rows: equal.len() as f64 };
            // A pool that does not rise above the one before is one with it.
            while let Some(before) = pools.pop_if(|p| p.positive * pool.rows >= pool.positive * p.rows) {
                pool = Pool {
                    low: before.low,
                    high: pool.high,
                    positive: before.positive + pool.positive,
                    rows: before.rows + pool.rows,
                };
            }
            pools.push(pool);
        }
        let edge = 0.5 / (rows.len() as f64 + 1.0);
        let mut map = Isotonic { from: Vec::new(), to: Vec::new() };
        for pool in pools {
            // Rounding must not let a value fall below the one before.
            let before = map.to.last().copied().unwrap_or(edge);
            let value = (pool.positive / pool.rows).clamp(before, 1.0 - edge);
            for at in [pool.low, pool.high] {
                if map.from.last() != Some(&at) {
                    map.from.push(at);
                    map.to.push(value);
                }
            }
        }
        map
    }

    /// Whether it rises from probabilities to probabilities.
    pub fn is_sound(&self) -> bool {
        let shares = |values: &[f64]| values.iter().all(|p| (0.0..=1.0).contains(p));
        let rising = self.from.windows(2).all(|w| w[0] < w[1]) && self.to.is_sorted();
        self.from.len() == self.to.len() && !self.from.is_empty() && rising && shares(&self.from) && shares(&self.to)
    }

    /// The map.
    pub fn apply(&self, p: f64) -> f64 {
        let after = self.from.partition_point(|at| *at < p);
        let value = |i: usize| self.to.get(i).copied();
        match (
            after.checked_sub(1).and_then(|i| Some((self.from.get(i)?, value(i)?))),
            self.from.get(after).zip(value(after)),
        ) {
            (Some((a, low)), Some((b, high))) => (low + (high - low) * ((p - a) / (b - a))).clamp(low, high),
            (Some((_, last)), None) => last,
            (None, Some((_, first))) => first,
            (None, None) => p,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn violators_are_pooled_and_between_pools_the_map_is_linear() {
        let map = Isotonic::learn(&[0.1, 0.2, 0.3, 0.4, 0.9], &[false, true, false, true, true]);
        let edge = 0.5 / 6.0;
        assert_eq!(map.from, [0.1, 0.2, 0.3, 0.4, 0.9]);
        assert_eq!(map.to, [edge, 0.5, 0.5, 1.0 - edge, 1.0 - edge]);
        assert!((map.apply(0.15) - (edge + 0.5) / 2.0).abs() < 1e-12);
        assert_eq!((map.apply(0.0), map.apply(1.0)), (edge, 1.0 - edge));
    }

    proptest! {
        #[test]
        fn the_map_rises_and_keeps_the_mean(rows in proptest::collection::vec((0..20u32, any::<bool>()), 1..60)) {
            let shares: Vec<f64> = rows.iter().map(|(p, _)| f64::from(*p) / 20.0).collect();
            let positive: Vec<bool> = rows.iter().map(|(_, yes)| *yes).collect();
            let map = Isotonic::learn(&shares, &positive);
            let values: Vec<f64> = (0..=100).map(|i| map.apply(f64::from(i) / 100.0)).collect();
            prop_assert!(values.is_sorted() && values.iter().all(|p| (0.0..=1.0).contains(p)));
            // But for the edges the mean of the map over the rows is the share of positives.
            let mean = shares.iter().map(|p| map.apply(*p)).sum::<f64>() / rows.len() as f64;
            let share = positive.iter().filter(|yes| **yes).count() as f64 / rows.len() as f64;
            prop_assert!((mean - share).abs() <= 0.5 / (rows.len() as f64 + 1.0) + 1e-12);
        }
    }
}
