//! The sketch of a column of numbers, of dates, or of the lengths of texts.

use super::bins;
use super::distances::jensen_shannon;
use super::points::Points;
use serde::{Deserialize, Serialize};

/// Numbers beyond this, either side, count as it: their squares could not be computed.
pub(super) const LARGEST: f64 = 1e150;
/// The parts of the training rows from which usual distances are learnt.
pub const CHUNKS: usize = 10;

/// What drift needs to know of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberSketch {
    /// Present cells.
    pub count: u64,
    /// Their mean; 0 without any, as the next three.
    pub mean: f64,
    /// Their standard deviation (n in the denominator).
    pub std: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The distribution.
    pub points: Points,
    /// The edges of Doane's bins; empty in a sketch of new rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doane: Vec<f64>,
    /// How far parts of the training rows lie from all of them; `None` in a sketch of new rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunks: Option<Spread>,
}

/// Mean and standard deviation (n in the denominator) of distances.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub std: f64,
}

impl Spread {
    /// Of at least one distance.
    pub fn of(distances: &[f64]) -> Option<Spread> {
        let n = distances.len() as f64;
        let mean = distances.iter().sum::<f64>() / n;
        let std = (distances.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / n).sqrt();
        (n > 0.0).then_some(Spread { mean, std })
    }
}

/// The number as sketches keep it, -0 as 0; `None` for a missing cell.
pub fn kept(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-LARGEST, LARGEST) + 0.0)
}

impl NumberSketch {
    /// Of all training rows in their order; NaN for a missing cell.
    pub fn of(values: &[f64]) -> NumberSketch {
        let mut sorted: Vec<f64> = values.iter().copied().filter_map(kept).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let exact = Points::exact(&sorted);
        let runs = exact.as_ref().map(|points| (points.ends.as_slice(), points.counts.as_slice()));
        let (mean, std, skewness) = match runs {
            Some((ends, counts)) => moments(ends, |i| counts[i] as f64),
            None => moments(&sorted, |_| 1.0),
        };
        let ends = sorted.first().zip(sorted.last());
        let (min, max) = ends.map_or((0.0, 0.0), |(min, max)| (*min, *max));
        let rows = sorted.len() as u64;
        let doane = if rows > 0 { bins::doane(rows, min, max, skewness) } else { Vec::new() };
        let points = exact.unwrap_or_else(|| Points::binned(&sorted, &doane));
        let chunks = Spread::of(&chunk_distances(values, &doane));
        NumberSketch { count: rows, mean, std, min, max, points, doane, chunks }
    }

    /// Of exact points.
    pub fn of_points(points: Points) -> NumberSketch {
        let (mean, std, _) = moments(&points.ends, |i| points.counts[i] as f64);
        let ends = points.ends.first().zip(points.ends.last());
        let (min, max) = ends.map_or((0.0, 0.0), |(min, max)| (*min, *max));
        NumberSketch { count: points.total(), mean, std, min, max, points, doane: Vec::new(), chunks: None }
    }
}

/// Mean, standard deviation and skewness of weighted numbers in rising order, so that they do
/// not depend on the order of the rows.
fn moments(values: &[f64], weight: impl Fn(usize) -> f64) -> (f64, f64, f64) {
    let total: f64 = (0..values.len()).map(&weight).sum();
    if total == 0.0 {
        return (0.0, 0.0, 0.0);
    }
    let mean_of = |of: &dyn Fn(f64) -> f64| {
        values.iter().enumerate().map(|(i, value)| weight(i) * of(*value)).sum::<f64>() / total
    };
    let (first, last) = (values[0], values[values.len() - 1]);
    if first == last {
        return (first, 0.0, 0.0);
    }
    let mean = (first + mean_of(&|v| v - first)).min(last);
    let std = mean_of(&|v| (v - mean) * (v - mean)).sqrt();
    let skewness = if std > 0.0 { mean_of(&|v| ((v - mean) / std).powi(3)) } else { 0.0 };
    (mean, std, skewness)
}

/// The Jensen-Shannon distance, base 2, of each tenth of the rows to all of them, on `edges`.
fn chunk_distances(values: &[f64], edges: &[f64]) -> Vec<f64> {
    if values.len() < CHUNKS || edges.len() < 2 {
        return Vec::new();
    }
    let last = edges.len() - 1;
    let counted = |part: usize| {
        let mut counts = vec![0.0; last];
        let rows = part * values.len() / CHUNKS..(part + 1) * values.len() / CHUNKS;
        for value in values[rows].iter().copied().filter_map(kept) {
            let bin = edges[1..last].partition_point(|edge| *edge <= value);
            counts[bin] += 1.0;
        }
        counts
    };
    let parts: Vec<Vec<f64>> = (0..CHUNKS).map(counted).collect();
    let whole: Vec<f64> = (0..last).map(|bin| parts.iter().map(|part| part[bin]).sum()).collect();
    let filled = parts.iter().filter(|part| part.iter().sum::<f64>() > 0.0);
    filled.map(|part| jensen_shannon(&whole, part, 2.0)).collect()
}
