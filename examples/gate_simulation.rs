//! How often the gate promotes a challenger that is no better, and how often one that is:
//! the tables of `docs/gate.md`, by simulation.
//!
//! ```sh
//! cargo run --example gate_simulation -- [RUNS] [ROWS …]   # default: 400 50 200 1000 5000
//! ```
//!
//! Champion and challenger see the same signal, each with an error of its own and one in
//! common, so that their errors are correlated (about one half). An equal challenger has an
//! error of the same size: the two are exchangeable, and neither is better in truth. A better
//! challenger has a smaller one. Everything is a function of the seed.
#![allow(clippy::print_stdout, reason = "an example tells what it found")]
#![allow(clippy::expect_used, reason = "simulated rows are sound")]

use incumbent::fingerprint::Fingerprint;
use incumbent::gate::{Comparison, Rule, decide};
use incumbent::metrics::{Evaluation, Interval, Metric, Observations, by_name, value};
use incumbent::parallel;
use incumbent::random::Random;
use incumbent::table::{Classes, Matrix, Target};

/// The metrics of the tables.
pub const METRICS: [&str; 7] = ["accuracy", "f1", "roc_auc", "log_loss", "brier", "rmse", "macro_f1"];
/// The rules of the tables.
pub const RULES: [Rule; 3] = [Rule::Better, Rule::NotWorse { margin: 0.01 }, Rule::Significant { level: 0.05 }];
/// The size of each model's own error; the better challenger's.
const OWN: f64 = 0.8;
const LESS: f64 = 0.4;
/// The size of the error that both share.
const COMMON: f64 = 0.8;
const CLASSES: usize = 3;

/// Champion and challenger on `rows` new test rows, for a metric of that name.
pub fn pair(metric: &str, rows: usize, better: bool, random: &mut Random) -> [Observations; 2] {
    let (width, spread) = match metric {
        "rmse" => (1, 1.0),
        "macro_f1" => (CLASSES, 1.5),
        _ => (1, 1.5),
    };
    let errors = [OWN, if better { LESS } else { OWN }];
    let mut truth = Vec::with_capacity(rows);
    let mut signals = [Vec::with_capacity(rows * width), Vec::with_capacity(rows * width)];
    for _ in 0..rows {
        let signal: Vec<f64> = (0..width).map(|_| spread * random.normal()).collect();
        truth.push(match metric {
            "rmse" => signal[0] + 0.5 * random.normal(),
            "macro_f1" => f64::from(drawn(&softmax(&signal), random)),
            _ => f64::from(u8::from(random.unit() < logistic(signal[0] - 0.5))),
        });
        for z in signal {
            let common = COMMON * random.normal();
            for (seen, error) in signals.iter_mut().zip(errors) {
                seen.push(z + common + error * random.normal());
            }
        }
    }
    let codes = || truth.iter().map(|t| *t as u32).collect::<Vec<u32>>();
    signals.map(|seen| {
        let (target, answers) = match metric {
            "rmse" => (Target::Numbers(truth.clone()), Matrix::from_rows(rows, 1, seen)),
            "macro_f1" => {
                let classes = (0..CLASSES).map(|k| k.to_string()).collect();
                let shares = seen.chunks(width).flat_map(softmax).collect();
                (Target::Classes(Classes { classes, codes: codes() }), Matrix::from_rows(rows, CLASSES, shares))
            }
            _ => {
                let classes = vec!["no".to_string(), "yes".to_string()];
                // Drawn in, as far as the errors make the signal less certain.
                let yes = seen.iter().map(|z| logistic(0.6 * z - 0.4));
                let shares = yes.flat_map(|p| [1.0 - p, p]).collect();
                (Target::Classes(Classes { classes, codes: codes() }), Matrix::from_rows(rows, 2, shares))
            }
        };
        Observations::new(target, answers.expect("as many answers as rows"), 0.5).expect("sound answers")
    })
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

fn softmax(z: &[f64]) -> Vec<f64> {
    let each: Vec<f64> = z.iter().map(|z| z.exp()).collect();
    each.iter().map(|e| e / each.iter().sum::<f64>()).collect()
}

fn drawn(shares: &[f64], random: &mut Random) -> u32 {
    let (number, mut sum) = (random.unit(), 0.0);
    let above = shares.iter().position(|share| {
        sum += share;
        number < sum
    });
    above.unwrap_or(shares.len() - 1) as u32
}

/// The evaluation without its intervals, which the gate does not look at: they would take
/// most of the time.
fn evaluation(metric: &dyn Metric, observations: &Observations, model: u8) -> Evaluation {
    let none = Fingerprint::of(&[model]);
    Evaluation {
        metric: metric.name().to_string(),
        direction: metric.direction(),
        value: value(metric, observations),
        interval: Interval::unknown("not looked at"),
        threshold: Some(observations.threshold()),
        own_threshold: false,
        rows: observations.rows() as u64,
        rows_per_class: Vec::new(),
        metrics: Vec::new(),
        confusion: None,
        labels: Vec::new(),
        residuals: None,
        curves: None,
        reliability: None,
        test_fingerprint: Fingerprint::of(b"test"),
        model_fingerprint: none,
    }
}

/// The share of `runs` in which each of [`RULES`] promotes the challenger, and the mean gain.
pub fn promoted(metric: &str, rows: usize, better: bool, runs: usize, threads: usize) -> ([f64; 3], f64) {
    let known = by_name(metric).expect("a registered metric");
    let found = parallel::map(runs, threads, |run| {
        let mut random = Random::of_part(rows as u64 * 2 + u64::from(better), run as u64);
        let [old, new] = pair(metric, rows, better, &mut random);
        let (champion, challenger) = (evaluation(known, &old, 0), evaluation(known, &new, 1));
        let comparison =
            Comparison::paired((&champion, &old), (&challenger, &new), run as u64, 1).expect("equal terms");
        (RULES.map(|rule| decide(rule, &comparison).promotes()), comparison.gain())
    });
    let share = |rule: usize| found.iter().filter(|(promotes, _)| promotes[rule]).count() as f64 / runs as f64;
    let gains: Vec<f64> = found.iter().filter_map(|(_, gain)| *gain).collect();
    ([share(0), share(1), share(2)], gains.iter().sum::<f64>() / gains.len().max(1) as f64)
}

/// Prints both tables.
pub fn main() {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let (runs, sizes) = match given.split_first() {
        Some((runs, sizes)) if !sizes.is_empty() => (*runs, sizes.to_vec()),
        Some((runs, _)) => (*runs, vec![50, 200, 1000, 5000]),
        None => (400, vec![50, 200, 1000, 5000]),
    };
    let threads = parallel::available();
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    println!(
        "| metric | rows | equal: better | equal: not_worse 0.01 | equal: significant | gain | gained: better | gained: not_worse 0.01 | gained: significant |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for metric in METRICS {
        for rows in &sizes {
            let (equal, _) = promoted(metric, *rows, false, runs, threads);
            let (power, gain) = promoted(metric, *rows, true, runs, threads);
            let shares: Vec<String> = equal.iter().map(|s| percent(*s)).collect();
            let powers: Vec<String> = power.iter().map(|s| percent(*s)).collect();
            println!("| {metric} | {rows} | {} | {gain:.3} | {} |", shares.join(" | "), powers.join(" | "));
        }
    }
}
