//! McNemar's test (1947): of the rows that only one of two models gets right, does
//! either get the larger part?

use crate::metrics::Value;
use crate::statistics::{binomial::sign_test, normal::chi_square_1};
use serde::Serialize;

/// The discordant counts and their tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct McNemar {
    /// Rows that the challenger alone predicts right.
    pub challenger_only_right: u64,
    /// Rows that the champion alone predicts right.
    pub champion_only_right: u64,
    /// The exact two-sided binomial p-value; 1 without discordant rows.
    pub exact_p: f64,
    /// (|b − c| − 1)²/(b + c), Edwards' continuity correction, not below 0.
    pub chi2_corrected: Value,
    /// The tail of chi-square with one degree of freedom beyond it.
    pub chi2_p: Value,
}

impl McNemar {
    /// The test of predicted class codes against the truth, each with one entry a row.
    pub fn of(truth: &[u32], champion: &[u32], challenger: &[u32]) -> McNemar {
        let (mut gained, mut lost) = (0, 0);
        for ((truth, old), new) in truth.iter().zip(champion).zip(challenger) {
            gained += u64::from(new == truth && old != truth);
            lost += u64::from(old == truth && new != truth);
        }
        let (statistic, tail) = if gained + lost == 0 {
            let reason = "both models are right on the same rows";
            (Value::undefined(reason), Value::undefined(reason))
        } else {
            // A difference of 0 must not be "corrected" to 1.
            let excess = (gained.abs_diff(lost) as f64 - 1.0).max(0.0);
            let statistic = excess * excess / (gained + lost) as f64;
            (Value::of(statistic), Value::of(chi_square_1(statistic)))
        };
        McNemar {
            challenger_only_right: gained,
            champion_only_right: lost,
            exact_p: sign_test(gained, lost),
            chi2_corrected: statistic,
            chi2_p: tail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `gained`, `lost` and `same` rows of the truth 1.
    fn of(gained: usize, lost: usize, same: usize) -> McNemar {
        let rows = |a: u32, b: u32, c: u32| {
            [(gained, a), (lost, b), (same, c)].into_iter().flat_map(|(n, v)| std::iter::repeat_n(v, n)).collect()
        };
        let (champion, challenger): (Vec<u32>, Vec<u32>) = (rows(0, 1, 1), rows(1, 0, 1));
        McNemar::of(&vec![1; gained + lost + same], &champion, &challenger)
    }

    #[test]
    fn a_textbook_case() {
        // Agresti's approval ratings, 150 against 86: corrected chi-square 63²/236.
        let found = of(150, 86, 1358);
        assert_eq!((found.challenger_only_right, found.champion_only_right), (150, 86));
        assert!((found.chi2_corrected.get().unwrap() - 3969.0 / 236.0).abs() < 1e-12);
        assert!(found.exact_p < 1e-4 && found.chi2_p.get().unwrap() < 1e-4);
    }

    #[test]
    fn small_and_even_cases() {
        assert!((of(5, 0, 0).exact_p - 0.0625).abs() < 1e-15);
        assert_eq!(of(3, 3, 9).chi2_corrected, Value::Defined(0.0));
        assert_eq!(of(3, 3, 9).chi2_p, Value::Defined(1.0));
        let same = of(0, 0, 4);
        assert_eq!(same.exact_p, 1.0);
        assert!(same.chi2_p.reason().is_some());
    }
}
