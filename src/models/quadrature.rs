//! Gauss-Legendre quadrature: integrals of polynomials as finite sums.

use std::f64::consts::PI;

/// Steps of Newton's method at most; from the guess used, four or five do.
const STEPS: usize = 20;

/// The points in (0, 1), rising, and their weights, which sum to 1: with `n` points, the
/// weighted sum of a polynomial's values is its integral from 0 to 1 up to degree 2n − 1.
///
/// The points are the roots of the Legendre polynomial of degree n, moved from (−1, 1);
/// recurrence, first guess and weights are those of Abramowitz and Stegun (1964), 22.7.10,
/// 22.16.6 and 25.4.29.
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let of_root = |i: usize| {
        let mut x = -(PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let (_, mut slope) = legendre(n, x);
        for _ in 0..STEPS {
            let (value, at) = legendre(n, x);
            let step = value / at;
            (x, slope) = (x - step, at);
            if step.abs() < 1e-15 {
                break;
            }
        }
        // On (0, 1) the weights are half of those on (−1, 1).
        ((1.0 + x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(of_root).collect()
}

/// The Legendre polynomial of degree `n` ≥ 1 and its derivative, at `x` within (−1, 1).
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_integrated_up_to_the_degree() {
        for n in [1, 2, 3, 4, 7, 20, 100] {
            let rule = gauss_legendre(n);
            assert!(rule.len() == n && rule.is_sorted_by(|a, b| a.0 < b.0));
            assert!(rule.iter().all(|(point, weight)| *point > 0.0 && *point < 1.0 && *weight > 0.0));
            for degree in 0..2 * n {
                let sum: f64 = rule.iter().map(|(point, weight)| weight * point.powi(degree as i32)).sum();
                assert!((sum * (degree + 1) as f64 - 1.0).abs() < 1e-12, "{n} points, degree {degree}: {sum}");
            }
        }
        assert!(gauss_legendre(0).is_empty());
    }
}
