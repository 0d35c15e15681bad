//! Drift as Evidently 0.7 computes it by default: the rows of the reference and the number of
//! different values choose the method, and one threshold serves all sizes.
//!
//! The measures are pinned in tests to values computed with that package. One difference:
//! free texts are compared by their lengths.

use super::bins::{range, shares, sturges};
use super::distances;
use super::joint::{self, Pair, totals};
use super::numbers::NumberSketch;
use super::sketch::Values;
use crate::statistics::{gamma, kolmogorov, normal};

/// Reference rows up to which p-values decide.
pub const FEW_ROWS: u64 = 1_000;
/// Different values of both sides up to which numbers count as categories.
pub const FEW_VALUES: usize = 5;
/// Different reference values up to which each is a bin.
const OWN_BIN: usize = 20;
/// The p-value at which drift begins.
pub const LEVEL: f64 = 0.05;
/// The distance at which drift begins.
pub const DISTANCE: f64 = 0.1;

/// What was computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The method.
    pub test: &'static str,
    /// The statistic or distance; `None` where it is infinite.
    pub statistic: Option<f64>,
    /// The p-value of a test.
    pub p_value: Option<f64>,
    /// The p-value or distance at which drift begins.
    pub threshold: f64,
    /// Whether that is reached.
    pub drifted: bool,
}

impl Verdict {
    fn by_p(test: &'static str, statistic: f64, p: f64) -> Verdict {
        let statistic = statistic.is_finite().then_some(statistic);
        Verdict { test, statistic, p_value: Some(p), threshold: LEVEL, drifted: p <= LEVEL }
    }

    fn by_distance(test: &'static str, distance: f64) -> Verdict {
        let drifted = distance >= DISTANCE;
        Verdict { test, statistic: Some(distance), p_value: None, threshold: DISTANCE, drifted }
    }
}

/// The default method's verdict on a column with present cells on both sides; `None` where the
/// two are of different kinds.
pub fn verdict(reference: &Values, current: &Values) -> Option<Verdict> {
    let pairs = joint::values(reference, current);
    let few_rows = reference.count() <= FEW_ROWS;
    if let (Values::Numbers(a), Values::Numbers(b)) = (reference, current)
        && pairs.as_ref().is_none_or(|pairs| pairs.len() > FEW_VALUES)
    {
        return Some(if few_rows {
            let d = distances::kolmogorov_smirnov(&a.points, &b.points);
            Verdict::by_p("kolmogorov_smirnov", d, ks_p(a, b))
        } else {
            Verdict::by_distance("wasserstein_normed", wasserstein_normed(a, b))
        });
    }
    let pairs = pairs?;
    Some(match (few_rows, pairs.len()) {
        (false, _) => Verdict::by_distance("jensen_shannon", jensen_shannon_of_categories(&pairs)),
        (true, 0..=2) => Verdict::by_p("two_proportion_z", z(&pairs), z_test_p(&pairs)),
        (true, _) => Verdict::by_p("chi_square", chi_square(&pairs), chi_square_p(&pairs)),
    })
}

/// Shares over the bins for numbers: Sturges' on both samples together, or the values
/// themselves where the reference has at most 20.
fn binned(reference: &NumberSketch, current: &NumberSketch) -> (Vec<f64>, Vec<f64>) {
    if reference.points.is_exact()
        && reference.points.ends.len() <= OWN_BIN
        && let Some(pairs) = joint::numbers(reference, current)
    {
        return joint::shares(&pairs);
    }
    let (min, max) = range(reference, current);
    let edges = sturges(reference.count + current.count, min, max);
    (shares(&reference.points, &edges), shares(&current.points, &edges))
}

/// Empty bins get 0.0001, or a millionth of the least share where that is as small.
fn filled(mut shares: Vec<f64>) -> Vec<f64> {
    let least = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
    let fill = if least <= 1e-4 { least / 1e6 } else { 1e-4 };
    shares.iter_mut().filter(|share| **share == 0.0).for_each(|share| *share = fill);
    shares
}

/// Population stability index of numbers, empty bins filled.
pub fn psi(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    let (p, q) = binned(reference, current);
    distances::psi(&filled(p), &filled(q))
}

/// Kullback-Leibler divergence of the reference from the new rows, empty bins filled and what
/// is then more than 1 in all divided out.
pub fn kl(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    let (p, q) = binned(reference, current);
    let [p, q] = [filled(p), filled(q)].map(|shares| {
        let all: f64 = shares.iter().sum();
        shares.into_iter().map(|share| share / all).collect::<Vec<f64>>()
    });
    distances::kullback_leibler(&p, &q)
}

/// Jensen-Shannon distance of numbers, natural logarithm.
pub fn jensen_shannon(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    let (p, q) = binned(reference, current);
    distances::jensen_shannon(&p, &q, std::f64::consts::E)
}

/// Jensen-Shannon distance of categories, natural logarithm.
pub fn jensen_shannon_of_categories(pairs: &[Pair]) -> f64 {
    let (p, q) = joint::shares(pairs);
    distances::jensen_shannon(&p, &q, std::f64::consts::E)
}

/// Hellinger distance of numbers: √(1 − Σ√(pq)) over Sturges' bins for the different values of
/// both samples.
pub fn hellinger(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    let (min, max) = range(reference, current);
    let different = joint::numbers(reference, current)
        .map_or(reference.points.ends.len() + current.points.ends.len(), |pairs| pairs.len());
    let edges = sturges(different as u64, min, max);
    let (p, q) = (shares(&reference.points, &edges), shares(&current.points, &edges));
    let common: f64 = p.iter().zip(&q).map(|(p, q)| (p * q).sqrt()).sum();
    (1.0 - common.clamp(0.0, 1.0)).sqrt()
}

/// Wasserstein distance in standard deviations of the reference, of at least 0.001.
pub fn wasserstein_normed(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    distances::wasserstein(&reference.points, &current.points) / reference.std.max(0.001)
}

/// The p-value of the two-sample Kolmogorov-Smirnov test, exact up to 10,000 rows a side.
pub fn ks_p(reference: &NumberSketch, current: &NumberSketch) -> f64 {
    let d = distances::kolmogorov_smirnov(&reference.points, &current.points);
    kolmogorov::two_sample(d, reference.count, current.count)
}

/// Σ (observed − expected)²/expected, the reference's counts scaled to the new rows being
/// expected; infinite where new rows have what the reference lacks.
fn chi_square(pairs: &[Pair]) -> f64 {
    let (n, m) = totals(pairs);
    let scale = m as f64 / n as f64;
    let term = |(a, b): &Pair| (*b as f64 - *a as f64 * scale).powi(2) / (*a as f64 * scale);
    pairs.iter().filter(|(a, b)| a + b > 0).map(term).sum()
}

/// The p-value of that, with a degree of freedom less than there are values.
pub fn chi_square_p(pairs: &[Pair]) -> f64 {
    gamma::chi_square(chi_square(pairs), pairs.len() as f64 - 1.0)
}

/// The difference of the shares of the first value in standard errors; 0 with one value.
fn z(pairs: &[Pair]) -> f64 {
    let (n, m) = totals(pairs);
    let (n, m) = (n as f64, m as f64);
    let [(a, b), _] = pairs else { return 0.0 };
    let (p, q) = (*a as f64 / n, *b as f64 / m);
    let both = (a + b) as f64 / (n + m);
    (p - q) / (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt()
}

/// The two-sided p-value of the test of two proportions; 1 with one value.
pub fn z_test_p(pairs: &[Pair]) -> f64 {
    normal::two_sided(z(pairs))
}
