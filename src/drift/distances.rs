//! How far two distributions lie apart. Shares are over the same bins, in the same order.

use super::points::Points;

/// Jensen-Shannon distance: √(½KL(p‖m) + ½KL(q‖m)) with m = (p + q)/2, both divided by their
/// sums, logarithm to `base` (Endres and Schindelin, 2003). From 0 to √(ln 2 / ln base).
pub fn jensen_shannon(p: &[f64], q: &[f64], base: f64) -> f64 {
    let (all_p, all_q) = (p.iter().sum::<f64>(), q.iter().sum::<f64>());
    if all_p <= 0.0 || all_q <= 0.0 {
        return if all_p == all_q { 0.0 } else { (std::f64::consts::LN_2 / base.ln()).sqrt() };
    }
    let part = |share: f64, middle: f64| if share > 0.0 { share * (share / middle).ln() } else { 0.0 };
    let sum: f64 = p
        .iter()
        .zip(q)
        .map(|(p, q)| {
            let (p, q) = (p / all_p, q / all_q);
            part(p, (p + q) / 2.0) + part(q, (p + q) / 2.0)
        })
        .sum();
    (sum / 2.0 / base.ln()).max(0.0).sqrt()
}

/// Population stability index: Σ (p − q) ln(p/q); no share may be 0.
pub fn psi(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q) * (p / q).ln()).sum()
}

/// Kullback-Leibler divergence: Σ p ln(p/q); no share may be 0.
pub fn kullback_leibler(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| p * (p / q).ln()).sum()
}

/// ‖√p − √q‖₂ / √2, from 0 to 1 (Hellinger, 1909).
pub fn hellinger(p: &[f64], q: &[f64]) -> f64 {
    let sum: f64 = p.iter().zip(q).map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2)).sum();
    (sum / 2.0).sqrt()
}

/// Half the sum of the differences: the share of rows that lie elsewhere, 0 to 1.
pub fn total_variation(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0
}

/// The largest difference of two shares.
pub fn l_infinity(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max)
}

/// The largest difference between the distribution functions, 0 to 1, over all places where
/// both are known: everywhere where both are exact, else at the ends of bins. 0 without rows
/// on a side.
pub fn kolmogorov_smirnov(a: &Points, b: &Points) -> f64 {
    let (n, m) = (a.total(), b.total());
    if n == 0 || m == 0 {
        return 0.0;
    }
    let (mut i, mut j, mut in_a, mut in_b) = (0, 0, 0_u64, 0_u64);
    let mut most = 0.0_f64;
    while i < a.ends.len() || j < b.ends.len() {
        let here = match (a.ends.get(i), b.ends.get(j)) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(x), None) => *x,
            (_, Some(y)) => *y,
            _ => break,
        };
        let (at_a, at_b) = (a.ends.get(i) == Some(&here), b.ends.get(j) == Some(&here));
        if at_a {
            in_a += a.counts[i];
            i += 1;
        }
        if at_b {
            in_b += b.counts[j];
            j += 1;
        }
        let known = |points: &Points, at: bool, next: usize| at || points.is_exact() || next == points.ends.len();
        if known(a, at_a, i) && known(b, at_b, j) {
            most = most.max((in_a as f64 / n as f64 - in_b as f64 / m as f64).abs());
        }
    }
    most
}

/// ∫ |F − G|: the mean distance that rows must be moved, in the unit of the column
/// (Wasserstein, of order 1). The rows of a bin count at its mean. 0 without rows on a side.
pub fn wasserstein(a: &Points, b: &Points) -> f64 {
    let (n, m) = (a.total() as f64, b.total() as f64);
    if n == 0.0 || m == 0.0 {
        return 0.0;
    }
    let (x, y) = (a.places(), b.places());
    let (mut i, mut j, mut in_a, mut in_b) = (0, 0, 0_u64, 0_u64);
    let (mut sum, mut before) = (0.0, f64::NAN);
    while i < x.len() || j < y.len() {
        let here = match (x.get(i), y.get(j)) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(x), None) => *x,
            (_, Some(y)) => *y,
            _ => break,
        };
        if !before.is_nan() {
            sum += (in_a as f64 / n - in_b as f64 / m).abs() * (here - before);
        }
        while x.get(i) == Some(&here) {
            in_a += a.counts[i];
            i += 1;
        }
        while y.get(j) == Some(&here) {
            in_b += b.counts[j];
            j += 1;
        }
        before = here;
    }
    sum
}
