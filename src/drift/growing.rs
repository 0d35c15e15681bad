//! Columns of new rows, as they come, in bounded memory.
//!
//! Everything is counted in whole numbers, so that the order of the rows does not show.

use super::numbers::{NumberSketch, kept};
use super::points::{MOST_EXACT, Points};
use super::texts::{self, MOST_TEXTS, TextSketch, level_counts};
use crate::table::Texts;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// One in fixed point.
const ONE: f64 = 4_294_967_296.0;

fn fixed(value: f64) -> i128 {
    // The short way for all but the wildest numbers; both ways cut off alike.
    if value.abs() < 1e9 { i128::from((value * ONE) as i64) } else { (value * ONE) as i128 }
}

/// Numbers: exact while few differ, then in bins that the reference suggests.
#[derive(Debug)]
pub struct GrowingNumbers<'a> {
    reference: &'a NumberSketch,
    exact: Points,
    binned: Option<Binned>,
}

impl<'a> GrowingNumbers<'a> {
    /// Without rows.
    pub fn new(reference: &'a NumberSketch) -> GrowingNumbers<'a> {
        GrowingNumbers { reference, exact: Points::default(), binned: None }
    }

    /// Adds cells, NaN for a missing one.
    pub fn add(&mut self, values: &[f64]) {
        let mut sorted: Vec<f64> = values.iter().copied().filter_map(kept).collect();
        // Sorted parts are merged in one pass, which is cheaper than a search for each cell.
        sorted.sort_unstable_by(f64::total_cmp);
        if let Some(binned) = &mut self.binned {
            binned.add(sorted.into_iter().map(|value| (value, 1)));
            return;
        }
        self.exact = merged(&self.exact, &sorted);
        if self.exact.ends.len() > MOST_EXACT {
            let mut binned = Binned::new(self.reference);
            binned.add(self.exact.ends.iter().copied().zip(self.exact.counts.iter().copied()));
            (self.exact, self.binned) = (Points::default(), Some(binned));
        }
    }

    /// The sketch.
    pub fn finish(self) -> NumberSketch {
        match self.binned {
            Some(binned) => binned.finish(),
            None => NumberSketch::of_points(self.exact),
        }
    }
}

/// The points with further numbers in rising order.
fn merged(points: &Points, sorted: &[f64]) -> Points {
    let mut result = Points::default();
    let mut old = points.ends.iter().copied().zip(points.counts.iter().copied()).peekable();
    let mut push = |value: f64, count: u64| {
        result.ends.push(value);
        result.counts.push(count);
    };
    for run in sorted.chunk_by(|a, b| a == b) {
        while let Some((value, count)) = old.next_if(|(value, _)| *value < run[0]) {
            push(value, count);
        }
        let before = old.next_if(|(value, _)| *value == run[0]).map_or(0, |(_, count)| count);
        push(run[0], before + run.len() as u64);
    }
    old.for_each(|(value, count)| push(value, count));
    result
}

/// Counts and sums in bins.
#[derive(Debug)]
struct Binned {
    ends: Vec<f64>,
    /// One more than ends: the last bin is for what lies beyond.
    counts: Vec<u64>,
    /// Σ (end − value) in units of the bin.
    sums: Vec<i128>,
    /// Mean and standard deviation by which values are measured.
    scale: (f64, f64),
    /// Σ z and Σ z² of values so measured.
    moments: (i128, i128),
    range: (f64, f64),
}

impl Binned {
    /// Bins that end at every place where the distribution function of the reference is known,
    /// and just below where it leaps; and at the edges of its own bins of equal width.
    fn new(reference: &NumberSketch) -> Binned {
        let points = &reference.points;
        let leaps = points.ends.iter().zip(points.places()).filter(|(end, place)| end == place);
        let mut ends: Vec<f64> = leaps.map(|(end, _)| end.next_down()).collect();
        ends.extend(&points.ends);
        ends.extend(reference.doane.iter().map(|edge| edge.next_down()));
        ends.extend(reference.doane.last());
        ends.sort_unstable_by(f64::total_cmp);
        ends.dedup();
        let bins = ends.len() + 1;
        let std = if reference.std > 0.0 { reference.std } else { 1.0 };
        Binned {
            ends,
            counts: vec![0; bins],
            sums: vec![0; bins],
            scale: (reference.mean, std),
            moments: (0, 0),
            range: (f64::INFINITY, f64::NEG_INFINITY),
        }
    }

    /// What a bin's offsets are measured from, and in which unit.
    fn measure(&self, bin: usize) -> (f64, f64) {
        let start = bin.checked_sub(1).and_then(|before| self.ends.get(before));
        match (start, self.ends.get(bin)) {
            (Some(start), Some(end)) => (*end, end - start),
            (Some(start), None) => (*start, self.scale.1),
            (None, Some(end)) => (*end, self.scale.1),
            (None, None) => (0.0, 1.0),
        }
    }

    /// Adds numbers, in rising order, with their counts.
    fn add(&mut self, values: impl Iterator<Item = (f64, u64)>) {
        let mut bin = 0;
        let mut measure = self.measure(0);
        let (mean, std) = self.scale;
        for (value, count) in values {
            if self.ends.get(bin).is_some_and(|end| value > *end) {
                bin += 1;
                while self.ends.get(bin).is_some_and(|end| value > *end) {
                    bin += 1;
                }
                measure = self.measure(bin);
            }
            let times = i128::from(count);
            let z = (value - mean) / std;
            self.counts[bin] += count;
            self.sums[bin] =
                self.sums[bin].saturating_add(fixed((measure.0 - value) / measure.1).saturating_mul(times));
            self.moments.0 = self.moments.0.saturating_add(fixed(z).saturating_mul(times));
            self.moments.1 = self.moments.1.saturating_add(fixed(z * z).saturating_mul(times));
            self.range = (self.range.0.min(value), self.range.1.max(value));
        }
    }

    fn finish(self) -> NumberSketch {
        let count: u64 = self.counts.iter().sum();
        let (min, max) = self.range;
        let mean_of = |bin: usize| {
            let (end, unit) = self.measure(bin);
            match self.counts[bin] {
                0 => end,
                count => (end - unit * (self.sums[bin] as f64 / ONE / count as f64)).clamp(min, max),
            }
        };
        let mut points =
            Points { means: (0..self.counts.len()).map(mean_of).collect(), ends: self.ends, counts: self.counts };
        if points.counts.last() == Some(&0) {
            points.counts.pop();
            points.means.pop();
        } else {
            points.ends.push(max);
        }
        let n = count as f64;
        let (first, second) = (self.moments.0 as f64 / ONE / n, self.moments.1 as f64 / ONE / n);
        let (mean, std) = self.scale;
        NumberSketch {
            count,
            mean: (mean + std * first).clamp(min, max),
            std: std * (second - first * first).max(0.0).sqrt(),
            min,
            max,
            points,
            doane: Vec::new(),
            chunks: None,
        }
    }
}

/// Categories: every text of the reference, and a sample of the others that depends on the
/// texts alone: those with the least hashes (Bar-Yossef et al., 2002).
#[derive(Debug)]
pub struct GrowingTexts<'a> {
    known: HashMap<&'a str, u64>,
    others: BTreeMap<u64, (String, u64)>,
    count: u64,
    /// Hashes from here on are not kept; `None` while all are.
    limit: Option<u64>,
}

impl<'a> GrowingTexts<'a> {
    /// Without rows.
    pub fn new(reference: &'a TextSketch) -> GrowingTexts<'a> {
        let known = reference.texts.iter().map(|text| (text.as_str(), 0)).collect();
        GrowingTexts { known, others: BTreeMap::new(), count: 0, limit: None }
    }

    /// Adds cells.
    pub fn add(&mut self, texts: &Texts) {
        for (text, rows) in texts.levels.iter().zip(level_counts(texts)).filter(|(_, rows)| *rows > 0) {
            self.count += rows;
            let text = texts::kept(text);
            if let Some(count) = self.known.get_mut(&*text) {
                *count += rows;
                continue;
            }
            let hash = xxh3_64(text.as_bytes());
            if self.limit.is_some_and(|limit| hash >= limit) {
                continue;
            }
            self.others.entry(hash).or_insert_with(|| (text.into_owned(), 0)).1 += rows;
            if self.others.len() > MOST_TEXTS
                && let Some((hash, _)) = self.others.pop_last()
            {
                self.limit = Some(hash);
            }
        }
    }

    /// The sketch.
    pub fn finish(self) -> TextSketch {
        let others = self.others.len() as f64;
        let kept: u64 = self.known.values().chain(self.others.values().map(|(_, count)| count)).sum();
        let known = self.known.into_iter().map(|(text, count)| (text.to_string(), count));
        let mut pairs: Vec<(String, u64)> = known.chain(self.others.into_values()).filter(|(_, c)| *c > 0).collect();
        pairs.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let (texts, counts) = pairs.into_iter().unzip();
        // The hashes are spread evenly: so many below the limit tell how many there are in all.
        let distinct = self.limit.map_or(0.0, |limit| others * (u64::MAX as f64 / limit.max(1) as f64 - 1.0));
        let rest_distinct = distinct.round() as u64;
        TextSketch { count: self.count, texts, counts, rest_rows: self.count - kept, rest_distinct, chunks: None }
    }
}
