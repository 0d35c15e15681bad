//! Whether new rows have more texts that the training rows lack than chance explains.
//!
//! Every sample of names lacks some: a text that stands in one row of both samples together is
//! new with the probability that this row is a new one. So not the share of such rows is
//! tested against none, but against what dealing all rows at random would bring about.

use super::joint::Pair;
use crate::statistics::gamma::ln_choose;
use std::collections::BTreeMap;

/// An upper bound of the probability that, with all rows dealt at random, as many new rows as
/// these have a text that no training row has. `pairs` are the counts of every text.
///
/// A text of k rows is new with q = C(N−k, m−k)/C(N, m). The bound is that of Chernoff (1952)
/// on the sum of these rows as if texts were independent; being dealt from one pack they are
/// negatively associated, which only makes the bound safer (Joag-Dev and Proschan, 1983).
pub fn p_value(pairs: &[Pair]) -> f64 {
    let (n, m) = super::joint::totals(pairs);
    let found: u64 = pairs.iter().filter(|(a, _)| *a == 0).map(|(_, b)| b).sum();
    if found == 0 || n == 0 || m == 0 {
        return 1.0;
    }
    let mut texts_of: BTreeMap<u64, f64> = BTreeMap::new();
    for (a, b) in pairs.iter().filter(|(a, b)| a + b > 0) {
        *texts_of.entry(a + b).or_default() += 1.0;
    }
    let (all, m) = ((n + m) as f64, m as f64);
    // Rows of a text, texts, and ln q; a text of more rows than there are new ones cannot be new.
    let terms: Vec<(f64, f64, f64)> = texts_of
        .into_iter()
        .map(|(rows, texts)| (rows as f64, texts))
        .filter(|(rows, _)| *rows <= m)
        .map(|(rows, texts)| (rows, texts, ln_choose(all - rows, m - rows) - ln_choose(all, m)))
        .collect();
    let found = found as f64;
    // ln E exp(t·sum) − t·found, convex in t.
    let exponent = |t: f64| {
        let grown: f64 = terms.iter().map(|(rows, texts, ln_q)| texts * ln_mean_exp(t * rows, *ln_q)).sum();
        grown - t * found
    };
    let (mut low, mut high) = (0.0, 1_000.0);
    for _ in 0..120 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if exponent(a) <= exponent(b) {
            high = b;
        } else {
            low = a;
        }
    }
    exponent(low).min(0.0).exp()
}

/// ln(1 − q + q eˢ) without overflow.
fn ln_mean_exp(s: f64, ln_q: f64) -> f64 {
    let q = ln_q.exp();
    let top = s + ln_q;
    if top > 30.0 { top + ((1.0 - q) * (-top).exp()).ln_1p() } else { (top.exp() - q).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_is_as_probable_as_its_rows_are_new() {
        // One of 100 + 100 rows has a text of its own: it is a new row half the time.
        let p = p_value(&[(100, 99), (0, 1)]);
        assert!((p - 0.5).abs() < 1e-6, "{p}");
        // Three rows, all new: 100·99·98/(200·199·198).
        let p = p_value(&[(100, 97), (0, 3)]);
        assert!((p / (100.0 * 99.0 * 98.0 / (200.0 * 199.0 * 198.0)) - 1.0).abs() < 1e-6, "{p}");
        assert_eq!((p_value(&[(5, 5)]), p_value(&[]), p_value(&[(0, 7)])), (1.0, 1.0, 1.0));
    }

    #[test]
    fn names_that_all_differ_are_no_news_and_a_new_plan_is() {
        let names: Vec<Pair> = (0..5_000).map(|_| (1, 0)).chain((0..1_000).map(|_| (0, 1))).collect();
        assert!(p_value(&names) > 0.5);
        assert!(p_value(&[(3_000, 500), (2_000, 450), (0, 50)]) < 1e-30);
    }
}
