//! Drift as NannyML 0.13 computes it: the Jensen-Shannon distance, and an alert where it is
//! beyond what parts of the reference show, mean + 3 standard deviations.

use super::bins;
use super::distances;
use super::homogeneity;
use super::joint::{self, Pair};
use super::numbers::{NumberSketch, Spread};
use super::sketch::Values;
use crate::statistics::gamma;

/// Standard deviations above the mean at which alerts begin.
const DEVIATIONS: f64 = 3.0;

/// Shares of numbers in Doane's bins of the reference; what lies outside is one more bin.
pub fn binned(reference: &NumberSketch, current: &NumberSketch) -> (Vec<f64>, Vec<f64>) {
    let mut p = bins::shares(&reference.points, &reference.doane);
    let mut q = bins::shares(&current.points, &reference.doane);
    let outside = 1.0 - q.iter().sum::<f64>();
    // Less than a row is rounding.
    if outside > 0.5 / current.count.max(1) as f64 {
        p.push(0.0);
        q.push(outside);
    }
    (p, q)
}

/// Jensen-Shannon distance, base 2; `None` where the two are of different kinds.
pub fn jensen_shannon(reference: &Values, current: &Values) -> Option<f64> {
    let (p, q) = match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => binned(a, b),
        _ => joint::shares(&joint::values(reference, current)?),
    };
    Some(distances::jensen_shannon(&p, &q, 2.0))
}

/// Hellinger distance; `None` where the two are of different kinds.
pub fn hellinger(reference: &Values, current: &Values) -> Option<f64> {
    let (p, q) = match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => binned(a, b),
        _ => joint::shares(&joint::values(reference, current)?),
    };
    Some(distances::hellinger(&p, &q))
}

/// The statistic D of Kolmogorov and Smirnov.
pub fn kolmogorov_smirnov(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    distances::kolmogorov_smirnov(&reference.points, &current.points)
}

/// Wasserstein distance in the unit of the column.
pub fn wasserstein(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    distances::wasserstein(&reference.points, &current.points)
}

/// The largest difference between the shares of a category.
pub fn l_infinity(pairs: &[Pair]) -> f64 {
    let (p, q) = joint::shares(pairs);
    distances::l_infinity(&p, &q)
}

/// Chi-square of the table of both counts, and its p-value; of two categories with the
/// correction for continuity (Yates, 1934).
pub fn chi_square(pairs: &[Pair]) -> (f64, f64) {
    let (mut statistic, degrees) = homogeneity::chi_square(pairs);
    let filled: Vec<&Pair> = pairs.iter().filter(|(a, b)| a + b > 0).collect();
    if let [(a, b), (c, d)] = filled[..] {
        let [a, b, c, d] = [a, b, c, d].map(|count| *count as f64);
        let all = a + b + c + d;
        let off = ((a * d - b * c).abs() - all / 2.0).max(0.0);
        statistic = all * off * off / ((a + b) * (c + d) * (a + c) * (b + d));
    }
    (statistic, gamma::chi_square(statistic, degrees))
}

/// The distance above which an alert is given; `None` for a reference of fewer than ten rows.
pub fn threshold(reference: &Values) -> Option<f64> {
    let spread: Option<Spread> = match reference {
        Values::Numbers(numbers) => numbers.chunks,
        Values::Texts(texts) => texts.chunks,
    };
    spread.map(|spread| spread.mean + DEVIATIONS * spread.std)
}
