//! Drift as we see it: beyond what chance explains at these sizes, and large enough to matter.
//!
//! Every test is valid for samples of any size; the p-values of all of them are adjusted
//! together; and a difference counts only from a floor on, since among millions of rows every
//! difference is beyond chance.

use super::distances;
use super::homogeneity;
use super::joint::{self, JointTexts};
use super::novelty;
use super::sketch::{ColumnSketch, Values};
use crate::config::{Adjustment, Drift};
use crate::statistics::{fisher, kolmogorov, many_tests};

/// Steps up to which the Kolmogorov-Smirnov test is counted exactly: some milliseconds.
const QUICK: f64 = 5e6;

/// Different numbers up to which they are categories: ties leave the Kolmogorov-Smirnov test
/// next to no power there, and of a yes or no it would see half.
const FEW: usize = 5;

/// A test of a column's distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Its name.
    pub test: &'static str,
    /// What it computed.
    pub statistic: f64,
    /// How often chance alone brings about as much.
    pub p_value: f64,
}

/// The least difference of the shares of missing cells, or share of rows with new categories,
/// that matters: a fifth of that of distributions, since such rows break what was learnt of
/// them and not just bend it.
pub fn share_floor(settings: &Drift) -> f64 {
    settings.effect / 5.0
}

/// The counts of categories, and of numbers of so few different values that they are categories.
fn categories(reference: &Values, current: &Values) -> Option<Vec<joint::Pair>> {
    match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => joint::numbers(a, b).filter(|pairs| pairs.len() <= FEW),
        _ => joint::values(reference, current),
    }
}

/// The test of the distribution: Kolmogorov-Smirnov for numbers, dates and lengths of texts,
/// chi-square for categories and for numbers of up to five different values; `None` where the
/// two are of different kinds.
pub fn distribution(reference: &Values, current: &Values) -> Option<Tested> {
    if let Some(pairs) = categories(reference, current) {
        let outcome = homogeneity::test(&pairs);
        return Some(Tested { test: "chi_square", statistic: outcome.statistic, p_value: outcome.p_value });
    }
    match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => {
            let d = distances::kolmogorov_smirnov(&a.points, &b.points);
            let (n, m) = (a.count, b.count);
            let p_value = if kolmogorov::steps(d, n, m) <= QUICK {
                kolmogorov::exact(d, n, m)
            } else {
                kolmogorov::one_sample(d, n as f64 * m as f64 / (n + m) as f64)
            };
            Some(Tested { test: "kolmogorov_smirnov", statistic: d, p_value })
        }
        _ => None,
    }
}

/// The share of rows that lie elsewhere: the statistic D of numbers, the total variation
/// distance of categories; with its name. `None` where the two are of different kinds.
pub fn effect(reference: &Values, current: &Values) -> Option<(&'static str, f64)> {
    if let Some(pairs) = categories(reference, current) {
        let (p, q) = joint::shares(&pairs);
        return Some(("total_variation", distances::total_variation(&p, &q)));
    }
    match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => {
            Some(("kolmogorov_smirnov", distances::kolmogorov_smirnov(&a.points, &b.points)))
        }
        _ => None,
    }
}

/// The p-value of Fisher's exact test of the shares of missing cells.
pub fn missing_p(reference: &ColumnSketch, current: &ColumnSketch) -> f64 {
    fisher::exact(reference.missing, reference.rows(), current.missing, current.rows())
}

/// The p-value of the rows with texts that the training rows lack; `None` where a side has
/// more texts than its sketch keeps.
pub fn new_categories_p(joint: &JointTexts<'_>) -> Option<f64> {
    (joint.rest == (0, 0)).then(|| novelty::p_value(&joint.pairs()))
}

/// P-values adjusted as the config says, in the same order.
pub fn adjusted(p_values: &[f64], settings: &Drift) -> Vec<f64> {
    match settings.adjustment {
        Adjustment::BenjaminiHochberg => many_tests::benjamini_hochberg(p_values),
        Adjustment::BenjaminiYekutieli => many_tests::benjamini_yekutieli(p_values),
    }
}
