//! Two distributions over the same values.

use super::numbers::NumberSketch;
use super::sketch::Values;
use super::texts::TextSketch;
use std::collections::HashMap;

/// How many training rows and how many new rows have a value.
pub type Pair = (u64, u64);

/// Categories side by side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JointTexts<'a> {
    /// Texts with their counts: those of the training rows, the most frequent first, then
    /// those that only new rows have.
    pub texts: Vec<(&'a str, Pair)>,
    /// Cells whose text is not kept by the training rows' sketch, or by neither.
    pub rest: Pair,
}

impl<'a> JointTexts<'a> {
    /// Of two sketches. Where the training rows have more texts than are kept, it is unknown
    /// which others are new: they all count as the rest.
    pub fn of(reference: &'a TextSketch, current: &'a TextSketch) -> JointTexts<'a> {
        let new: HashMap<&str, u64> =
            current.texts.iter().map(String::as_str).zip(current.counts.iter().copied()).collect();
        let mut rest = (reference.rest_rows, current.rest_rows);
        let mut texts: Vec<(&str, Pair)> = reference
            .texts
            .iter()
            .zip(&reference.counts)
            .map(|(text, count)| (text.as_str(), (*count, new.get(text.as_str()).copied().unwrap_or(0))))
            .collect();
        let known: HashMap<&str, ()> = texts.iter().map(|(text, _)| (*text, ())).collect();
        for (text, count) in current.texts.iter().zip(&current.counts).filter(|(t, _)| !known.contains_key(t.as_str()))
        {
            if reference.rest_rows > 0 {
                rest.1 += count;
            } else {
                texts.push((text, (0, *count)));
            }
        }
        JointTexts { texts, rest }
    }

    /// All counts, the rest as one value.
    pub fn pairs(&self) -> Vec<Pair> {
        let rest = Some(self.rest).filter(|(a, b)| a + b > 0);
        self.texts.iter().map(|(_, pair)| *pair).chain(rest).collect()
    }
}

/// The counts of every number of either side; `None` where one has too many to be kept.
pub fn numbers(reference: &NumberSketch, current: &NumberSketch) -> Option<Vec<Pair>> {
    let (a, b) = (&reference.points, &current.points);
    if !a.is_exact() || !b.is_exact() {
        return None;
    }
    let mut pairs = Vec::with_capacity(a.ends.len().max(b.ends.len()));
    let (mut i, mut j) = (0, 0);
    while i < a.ends.len() || j < b.ends.len() {
        let here = a.ends.get(i).copied().unwrap_or(f64::INFINITY).min(b.ends.get(j).copied().unwrap_or(f64::INFINITY));
        let (mut left, mut right) = (0, 0);
        if a.ends.get(i) == Some(&here) {
            left = a.counts[i];
            i += 1;
        }
        if b.ends.get(j) == Some(&here) {
            right = b.counts[j];
            j += 1;
        }
        pairs.push((left, right));
    }
    Some(pairs)
}

/// The counts of every value of either side; `None` where there are too many numbers, or the
/// two are of different kinds.
pub fn values(reference: &Values, current: &Values) -> Option<Vec<Pair>> {
    match (reference, current) {
        (Values::Numbers(a), Values::Numbers(b)) => numbers(a, b),
        (Values::Texts(a), Values::Texts(b)) => Some(JointTexts::of(a, b).pairs()),
        _ => None,
    }
}

/// Counts as shares of their side.
pub fn shares(pairs: &[Pair]) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = totals(pairs);
    let share = |count: u64, of: u64| count as f64 / of.max(1) as f64;
    pairs.iter().map(|(a, b)| (share(*a, n), share(*b, m))).unzip()
}

/// The rows of each side.
pub fn totals(pairs: &[Pair]) -> Pair {
    pairs.iter().fold((0, 0), |(n, m), (a, b)| (n + a, m + b))
}
