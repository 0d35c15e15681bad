//! Bins of equal width, as numpy makes and fills them.

use super::numbers::NumberSketch;
use super::points::Points;

/// Bins at most: skewed data with a huge spread asks for no more than this by either rule.
const MOST_BINS: f64 = 10_000.0;

/// The edges of the bins of Sturges (1926) for `rows` numbers from `min` to `max`.
pub fn sturges(rows: u64, min: f64, max: f64) -> Vec<f64> {
    by_width(min, max, (rows.max(1) as f64).log2() + 1.0)
}

/// The edges of the bins of Doane (1976) for these numbers; `skewness` is the third
/// standardised moment.
pub fn doane(rows: u64, min: f64, max: f64, skewness: f64) -> Vec<f64> {
    let n = rows as f64;
    if rows < 3 || min == max {
        return equal(min, max, 1.0);
    }
    let spread = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
    by_width(min, max, 1.0 + n.log2() + (1.0 + skewness.abs() / spread).log2())
}

/// A rule gives a width, which is then made to fit: by the same roundings as in numpy.
fn by_width(min: f64, max: f64, parts: f64) -> Vec<f64> {
    let width = (max - min) / parts;
    equal(min, max, if width > 0.0 { ((max - min) / width).ceil() } else { 1.0 })
}

/// So many bins of equal width; a single value gets one bin around it, one unit wide.
pub fn equal(min: f64, max: f64, bins: f64) -> Vec<f64> {
    let bins = bins.clamp(1.0, MOST_BINS);
    let (min, max, bins) = if min == max { (min - 0.5, max + 0.5, 1.0) } else { (min, max, bins) };
    let step = (max - min) / bins;
    let mut edges: Vec<f64> = (0..bins as usize).map(|i| i as f64 * step + min).collect();
    edges.push(max);
    edges
}

/// The share of all rows in each bin: from its edge to below the next one, the last one's
/// included. Rows outside are in none.
pub fn shares(points: &Points, edges: &[f64]) -> Vec<f64> {
    let mut marks = edges.to_vec();
    if let Some(last) = marks.last_mut() {
        *last = last.next_up();
    }
    let total = points.total().max(1) as f64;
    points.below(&marks).windows(2).map(|pair| (pair[1] - pair[0]).max(0.0) / total).collect()
}

/// The pooled range of two distributions that have rows.
pub fn range(a: &NumberSketch, b: &NumberSketch) -> (f64, f64) {
    (a.min.min(b.min), a.max.max(b.max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_numpys() {
        // numpy 2.4: histogram_bin_edges([0..=99], "sturges") has 8 bins.
        assert_eq!(sturges(100, 0.0, 99.0).len(), 9);
        assert_eq!(sturges(100, 0.0, 99.0)[1], 12.375);
        assert_eq!(sturges(5, 3.0, 3.0), [2.5, 3.5]);
        // A sample of 8 of skewness 0: 1 + 3 + 0.
        assert_eq!(doane(8, 0.0, 1.0, 0.0).len(), 5);
        assert_eq!(doane(2, 0.0, 1.0, 0.0), [0.0, 1.0]);
        let points = Points::exact(&[0.0, 0.5, 1.0, 2.0]).unwrap();
        assert_eq!(shares(&points, &[0.0, 0.5, 1.0]), [0.25, 0.5]);
    }
}
