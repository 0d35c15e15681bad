//! Both distributions, coarsely, for charts.

use super::bins::{equal, range};
use super::findings::Histogram;
use super::joint::{self, JointTexts};
use super::numbers::NumberSketch;
use super::sketch::Values;

/// Bins at most.
const BINS: usize = 20;
/// Categories that have a bar of their own.
const CATEGORIES: usize = 10;
/// Interquartile ranges beyond the quartiles from which on numbers go into the outer bins.
const FAR: f64 = 3.0;
/// The bar of the others.
const OTHER: &str = "(other)";

/// Of both sides; `None` where one has no cell or they are of different kinds.
pub fn histogram(reference: &Values, current: &Values) -> Option<Histogram> {
    if reference.count() == 0 || current.count() == 0 {
        return None;
    }
    match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => Some(of_numbers(a, b)),
        (Values::Texts(a), Values::Texts(b)) => Some(of_texts(&JointTexts::of(a, b))),
        _ => None,
    }
}

/// Bins of equal width over what is not far out; the outer two hold what is beyond them too.
fn of_numbers(a: &NumberSketch, b: &NumberSketch) -> Histogram {
    let (min, max) = range(a, b);
    let (low, high) = [a, b].iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), side| {
        let at = |share| side.points.quantile(share).unwrap_or(side.mean);
        let (first, third) = (at(0.25), at(0.75));
        // Where half of the rows agree, the quartiles say nothing of the spread of the others.
        let reach = if third > first { FAR * (third - first) } else { FAR * side.std };
        (low.min(first - reach), high.max(third + reach))
    });
    let (low, high) = (min.max(low), max.min(high));
    let different = joint::numbers(a, b).map_or(BINS, |pairs| pairs.len().min(BINS));
    let edges = equal(low, high, different as f64);
    let inner = &edges[1..edges.len() - 1];
    let shares = |side: &NumberSketch| {
        let total = side.count as f64;
        let mut below = vec![0.0];
        below.extend(side.points.below(inner));
        below.push(total);
        below.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0) / total).collect()
    };
    Histogram { reference: shares(a), current: shares(b), labels: Vec::new(), edges }
}

/// The categories that are most frequent in both samples, counted as shares, and the others.
fn of_texts(joint: &JointTexts<'_>) -> Histogram {
    let (p, q) = joint::shares(&joint.pairs());
    let mut order: Vec<usize> = (0..joint.texts.len()).collect();
    order.sort_by(|a, b| (p[*b] + q[*b]).total_cmp(&(p[*a] + q[*a])));
    let shown = &order[..order.len().min(CATEGORIES)];
    let mut labels: Vec<String> = shown.iter().map(|i| joint.texts[*i].0.to_string()).collect();
    let mut sides = [&p, &q].map(|shares| shown.iter().map(|i| shares[*i]).collect::<Vec<f64>>());
    if p.len() > shown.len() {
        labels.push(OTHER.to_string());
        for side in &mut sides {
            side.push((1.0 - side.iter().sum::<f64>()).max(0.0));
        }
    }
    let [reference, current] = sides;
    Histogram { edges: Vec::new(), labels, reference, current }
}
