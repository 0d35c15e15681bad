//! The exact sign test.

/// The two-sided exact p-value of `a` successes against `b` failures where both are
/// equally likely: min(1, 2·P[X ≤ min(a, b)]) with X binomial(a + b, ½); 1 without trials.
///
/// Takes at most (a + b)/2 steps. No logarithm of a factorial is needed: the terms are
/// taken relative to the central one, and their sum relative to the sum of all.
pub fn sign_test(a: u64, b: u64) -> f64 {
    let trials = a + b;
    let (fewer, centre) = (a.min(b), trials / 2);
    // Below the centre the terms only fall, so nothing overflows and what underflows is 0.
    let (mut term, mut half, mut tail) = (1.0_f64, 0.0_f64, 0.0_f64);
    let mut i = centre;
    loop {
        half += term;
        if i <= fewer {
            tail += term;
        }
        let spent = i == 0 || term == 0.0 || (i <= fewer && term < tail * 1e-18);
        if spent {
            break;
        }
        term *= i as f64 / (trials - i + 1) as f64;
        i -= 1;
    }
    let all = if trials.is_multiple_of(2) { 2.0 * half - 1.0 } else { 2.0 * half };
    (2.0 * tail / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_are_counted_by_hand() {
        assert_eq!(sign_test(0, 0), 1.0);
        assert_eq!(sign_test(3, 3), 1.0);
        assert_eq!(sign_test(1, 0), 1.0);
        assert!((sign_test(5, 0) - 0.0625).abs() < 1e-15);
        assert!((sign_test(0, 6) - 0.03125).abs() < 1e-15);
        // 2·(1 + 10 + 45)/1024
        assert!((sign_test(8, 2) - 0.109375).abs() < 1e-15);
    }

    #[test]
    fn one_sidedness_far_out_is_a_power_of_two() {
        for n in [20, 100, 900] {
            let expected = 2.0_f64.powi(1 - n);
            assert!((sign_test(n as u64, 0) / expected - 1.0).abs() < 1e-12, "{n}");
        }
    }

    #[test]
    fn many_trials_approach_the_normal() {
        // A million trials, two standard deviations off; the half is the continuity correction.
        let z = (501_000.0 - 500_000.0 - 0.5) / 500.0;
        let normal = crate::statistics::normal::two_sided(z);
        assert!((sign_test(501_000, 499_000) / normal - 1.0).abs() < 1e-5);
    }
}
