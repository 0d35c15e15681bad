//! What so many test rows can show at all, whatever the models.
//!
//! The bound is that of the sign test in the best case: the challenger is right on every row
//! that the two answer differently. Then k such rows give p = 2^(1 − k), and a gain of g in
//! the share of right rows gives a binomial(n, g) number of them. Real challengers also lose
//! rows, and need more.

use crate::numbers::{grouped, percent};

/// How often a gain of the size named is to be seen.
pub const POWER: f64 = 0.8;

/// What n test rows can show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// The test rows.
    pub rows: u64,
    /// The level of the test, two-sided.
    pub level: f64,
    /// The smallest p-value that these rows can give, if all of them speak for the challenger.
    pub smallest_p: f64,
    /// The smallest gain in the share of right rows that is seen in four of five such tests,
    /// where no row is lost; `None` where the rows are too few for any.
    pub visible_gain: Option<f64>,
}

impl Resolution {
    /// Of so many rows at a level in (0, 1).
    pub fn of(rows: u64, level: f64) -> Resolution {
        let smallest_p = 2.0_f64.powi(1 - rows.clamp(1, 1000) as i32);
        // The fewest rows that reach the level: six for 5%.
        let needed = (1.0 - level.log2()).ceil().max(1.0) as u64;
        Resolution { rows, level, smallest_p, visible_gain: (rows >= needed).then(|| visible(rows, needed)) }
    }

    /// A clause for people; `None` where the rows show gains of one in a hundred, so that
    /// there is nothing to warn of.
    pub fn sentence(&self) -> Option<String> {
        let rows = grouped(self.rows);
        match self.visible_gain {
            None if self.rows <= 1 => Some("one row shows nothing".to_string()),
            None => Some(format!(
                "even a challenger that is right on all {rows} rows where the incumbent errs would give p = {:.2}",
                self.smallest_p
            )),
            Some(gain) if gain > 0.01 => Some(format!(
                "of {rows} test rows a challenger must win {} or more, and lose none, to be told from chance in four \
                 of five tests",
                percent(gain)
            )),
            Some(_) => None,
        }
    }
}

/// The gain at which `needed` of `rows` rows are won with [`POWER`], by bisection.
fn visible(rows: u64, needed: u64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if at_least(rows, needed, middle) < POWER {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// P[X ≥ least] with X binomial(rows, share); share < 1.
fn at_least(rows: u64, least: u64, share: f64) -> f64 {
    let mut term = (rows as f64 * (-share).ln_1p()).exp();
    let mut below = 0.0;
    for count in 0..least {
        below += term;
        term *= (rows - count) as f64 / (count + 1) as f64 * share / (1.0 - share);
    }
    1.0 - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_rows_show_nothing_and_six_everything_or_nothing() {
        let five = Resolution::of(5, 0.05);
        assert_eq!((five.smallest_p, five.visible_gain), (0.0625, None));
        assert!(five.sentence().unwrap().ends_with("would give p = 0.06"), "{:?}", five.sentence());
        // All six must be won: g⁶ = 0.8.
        let six = Resolution::of(6, 0.05).visible_gain.unwrap();
        assert!((six - 0.8_f64.powf(1.0 / 6.0)).abs() < 1e-9, "{six}");
        assert_eq!(Resolution::of(1, 0.05).sentence().unwrap(), "one row shows nothing");
    }

    #[test]
    fn many_rows_approach_the_poisson_distribution() {
        // The mean at which a Poisson variable reaches 6 with probability 0.8 is 7.906.
        for rows in [10_000, 1_000_000] {
            let gain = Resolution::of(rows, 0.05).visible_gain.unwrap();
            assert!((gain * rows as f64 - 7.906).abs() < 0.01, "{}", gain * rows as f64);
        }
        assert_eq!(Resolution::of(5_000, 0.05).sentence(), None);
        assert!(Resolution::of(50, 0.05).sentence().unwrap().contains("must win 15.4% or more"));
    }

    #[test]
    fn a_stricter_level_needs_more_rows() {
        assert_eq!(Resolution::of(7, 0.01).visible_gain, None);
        assert!(Resolution::of(8, 0.01).visible_gain.is_some());
    }
}
