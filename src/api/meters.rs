//! What the app counts while it answers.

use super::{ALL, Endpoint};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds of the latency histogram, seconds; one bucket more takes what is longer.
pub const BOUNDS: [f64; 16] =
    [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// The statuses that are counted each; others are counted as 0.
const STATUSES: [u16; 15] = [200, 202, 400, 401, 403, 404, 405, 408, 409, 413, 415, 500, 503, 304, 0];

/// Counters, all since the app started.
#[derive(Debug)]
pub struct Meters {
    /// When that was.
    pub begun: Instant,
    /// A route each, in the order of [`ALL`], and one for requests of none.
    routes: Vec<RouteMeter>,
    /// By version and label; a quantity has no label.
    predictions: Mutex<BTreeMap<u64, BTreeMap<String, u64>>>,
    rows: AtomicU64,
}

/// Versions whose predictions are counted: the newest.
const VERSIONS: usize = 20;

#[derive(Debug, Default)]
struct RouteMeter {
    statuses: [AtomicU64; STATUSES.len()],
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// What was counted of one route.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteCounts {
    /// The method; empty for requests of no route.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// Status and requests, those that came.
    pub statuses: Vec<(u16, u64)>,
    /// Requests by duration, not added up, in the order of [`BOUNDS`] and then longer ones.
    pub buckets: Vec<u64>,
    /// Of all requests together.
    pub seconds: f64,
}

impl Default for Meters {
    fn default() -> Meters {
        Meters {
            begun: Instant::now(),
            routes: (0..=ALL.len()).map(|_| RouteMeter::default()).collect(),
            predictions: Mutex::default(),
            rows: AtomicU64::new(0),
        }
    }
}

impl Meters {
    /// Counts a request of a route, or of none.
    pub fn request(&self, endpoint: Option<&'static Endpoint>, status: u16, took: Duration) {
        let place = endpoint.and_then(|e| ALL.iter().position(|a| std::ptr::eq(a, e))).unwrap_or(ALL.len());
        let Some(meter) = self.routes.get(place) else { return };
        let status = STATUSES.iter().position(|s| *s == status).unwrap_or(STATUSES.len() - 1);
        let bucket = BOUNDS.partition_point(|bound| *bound < took.as_secs_f64());
        meter.statuses[status].fetch_add(1, Ordering::Relaxed);
        meter.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        meter.nanoseconds.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Counts what a version predicted for so many rows: so many of each of these labels, or so
    /// many numbers where there are none.
    pub fn predictions(&self, version: u64, rows: u64, labels: &[String], counts: &[u64]) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        let mut predictions = self.predictions.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let of_version = predictions.entry(version).or_default();
        let none = [String::new()];
        let labels = if labels.is_empty() { &none } else { labels };
        for (label, count) in labels.iter().zip(counts).filter(|(_, count)| **count > 0) {
            match of_version.get_mut(label) {
                Some(known) => *known += count,
                None => drop(of_version.insert(label.clone(), *count)),
            }
        }
        while predictions.len() > VERSIONS {
            predictions.pop_first();
        }
    }

    /// Rows that were predicted.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Predictions by version and label.
    pub fn predicted(&self) -> BTreeMap<u64, BTreeMap<String, u64>> {
        self.predictions.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The routes that were asked for.
    pub fn routes(&self) -> Vec<RouteCounts> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counts = |(place, meter): (usize, &RouteMeter)| {
            let statuses = STATUSES.iter().zip(&meter.statuses).map(|(s, c)| (*s, read(c)));
            RouteCounts {
                method: ALL.get(place).map_or("", |e| e.method),
                path: ALL.get(place).and_then(|e| e.paths.first()).copied().unwrap_or_default(),
                statuses: statuses.filter(|(_, count)| *count > 0).collect(),
                buckets: meter.buckets.iter().map(read).collect(),
                seconds: read(&meter.nanoseconds) as f64 / 1e9,
            }
        };
        self.routes.iter().enumerate().map(counts).filter(|route| !route.statuses.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_status_and_duration() {
        let meters = Meters::default();
        meters.request(ALL.first(), 200, Duration::from_micros(20));
        meters.request(ALL.first(), 418, Duration::from_secs(60));
        meters.request(None, 404, Duration::ZERO);
        let routes = meters.routes();
        assert_eq!(routes.len(), 2);
        assert_eq!(routes[0].statuses, [(200, 1), (0, 1)]);
        assert_eq!((routes[0].buckets[0], routes[0].buckets[BOUNDS.len()]), (1, 1));
        assert!((routes[0].seconds - 60.00002).abs() < 1e-9);
        assert_eq!((routes[1].method, routes[1].statuses.as_slice()), ("", &[(404, 1)][..]));
    }
}
