//! Clients of an invented bank, and their deposits a month later.
//!
//! A deposit keeps a part of itself that grows with tenure, gains a part of the turnover
//! that falls with its size, and loses most of itself where much of it was withdrawn: a
//! client who withdraws is about to go. The noise grows with the amount.

use super::draw;
use super::file::File;
use incumbent::random::Random;

/// The seed of all files.
const SEED: u64 = 5;
/// The header of every file; the last column is the target.
const HEADER: &str = "client,tenure_months,deposit,turnover,withdrawal,next_deposit";
/// One file for each month, with clients that no other file has.
const FILES: [&str; 5] = [
    "training/2026-01.csv.gz",
    "training/2026-02.csv.gz",
    "training/2026-03.csv.gz",
    "training/2026-04.csv.gz",
    "test/2026-05.csv.gz",
];
/// Rows of each.
const ROWS: usize = 4_000;
/// Client numbers are drawn from 1 to this one, so that they tell nothing.
const HIGHEST_NUMBER: usize = 99_999;

/// The longest tenure in months.
const LONGEST_TENURE: f64 = 180.0;
/// Share of clients who have nothing on deposit this month.
const EMPTY: f64 = 0.07;
/// The median deposit and the spread of its logarithm.
const DEPOSIT: (f64, f64) = (4_200.0, 0.7);
/// The same of a turnover,
const TURNOVER: (f64, f64) = (2_600.0, 0.55);
/// whose logarithm goes along with that of the deposit by so much.
const TOGETHER: f64 = 0.3;
/// A client on the way out withdraws this share of deposit and turnover or more;
const LEAVING: f64 = 0.4;
/// the change to it is this steep.
const STEEPNESS: f64 = 25.0;
/// Log-odds of paying out everything, for who is staying and more for who is on the way out.
const PAID_OUT: f64 = -5.5;
const FOR_LEAVING: f64 = 4.0;
/// Spread of the logarithm of what is left.
const NOISE: f64 = 0.3;
/// What falls below is paid out: the deposit is then zero.
const LEAST: f64 = 100.0;
/// Beyond this amount, only a part of each further one stays on deposit: the rest goes where
/// it earns more.
const ENOUGH: f64 = 7_000.0;
const STAYS_BEYOND: f64 = 0.15;

/// How likely a cell is missing: tenures, turnovers and withdrawals.
const NO_TENURE: f64 = 0.01;
const NO_TURNOVER: f64 = 0.025;
const NO_WITHDRAWAL: f64 = 0.02;

/// Training and test data.
pub fn files() -> Vec<File> {
    let mut numbers: Vec<usize> = (1..=HIGHEST_NUMBER).collect();
    draw::shuffle(&mut numbers, &mut Random::of_part(SEED, 0));
    let file = |(part, path): (u64, &&str)| {
        let mut random = Random::of_part(SEED, part);
        let mut clients: Vec<usize> = numbers.drain(..ROWS).collect();
        clients.sort_unstable();
        File::new(*path, HEADER, clients.into_iter().map(|number| row(number, &mut random)))
    };
    (1..).zip(&FILES).map(file).collect()
}

/// One client in one month.
fn row(number: usize, random: &mut Random) -> String {
    // The power makes new clients the most frequent ones.
    let tenure = (LONGEST_TENURE * random.unit().powf(1.7)).ceil().max(1.0);
    let wealth = random.normal();
    let deposit = if draw::chance(EMPTY, random) { 0.0 } else { DEPOSIT.0 * (DEPOSIT.1 * wealth).exp() };
    let flow = TOGETHER * wealth + (1.0 - TOGETHER * TOGETHER).sqrt() * random.normal();
    let turnover = TURNOVER.0 * (TURNOVER.1 * flow).exp();
    let share = share_withdrawn(random);
    let withdrawal = share * (deposit + turnover);
    let leaving = draw::logistic(STEEPNESS * (share - LEAVING));
    let next = expected(tenure, deposit, turnover, leaving) * (NOISE * random.normal() - NOISE * NOISE / 2.0).exp();
    let gone = draw::happens(PAID_OUT + FOR_LEAVING * leaving, random);
    let next = if gone || next < LEAST { 0.0 } else { next };

    let tenure = draw::or_missing(tenure.to_string(), NO_TENURE, "", random);
    let turnover = draw::or_missing(format!("{turnover:.2}"), NO_TURNOVER, "NA", random);
    let withdrawal = draw::or_missing(format!("{withdrawal:.2}"), NO_WITHDRAWAL, "", random);
    format!("D{number:05},{tenure},{deposit:.2},{turnover},{withdrawal},{next:.2}")
}

/// The share of deposit and turnover that a client withdraws: small for most.
fn share_withdrawn(random: &mut Random) -> f64 {
    draw::logistic(-1.1 + 1.1 * random.normal())
}

/// What is expected a month later; `leaving` goes from 0 to 1.
fn expected(tenure: f64, deposit: f64, turnover: f64, leaving: f64) -> f64 {
    let kept = deposit.min(ENOUGH) + STAYS_BEYOND * (deposit - ENOUGH).max(0.0);
    let loyalty = 1.0 - 0.6 * (-tenure / 20.0).exp();
    // The smaller the deposit, the more of the turnover is put aside.
    let saved = turnover / (1.0 + deposit / 3_000.0);
    (kept * loyalty + saved) * (1.0 - 0.85 * leaving)
}
