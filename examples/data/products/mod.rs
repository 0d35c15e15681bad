//! A monthly panel of a bank's clients: which of 24 products they take by the next month.

pub mod catalogue;
mod client;
mod extract;

use super::file::File;
use client::Client;
use incumbent::random::Random;

/// The seed of all files.
const SEED: u64 = 17;
/// Months of the panel. The last one only says what was taken since the one before it.
pub const MONTHS: i32 = 10;
/// Clients when the panel starts, and those who come in each further month.
const CLIENTS: u64 = 500;
const COMING: u64 = 130;
/// Months before the panel that old clients are followed through, at most: by then they
/// have forgotten how they began.
const HISTORY: i32 = 48;
/// The longest time as a client when the panel starts.
const LONGEST_MONTHS: f64 = 240.0;
/// The chance to leave the bank in a month.
const LEAVING: f64 = 0.004;

/// A file for each month that has a next one: the last of them is the test.
pub fn files() -> Vec<File> {
    let labelled = MONTHS - 1;
    let mut months: Vec<Vec<String>> = (0..labelled).map(|_| Vec::new()).collect();
    for number in 0..CLIENTS + COMING * labelled as u64 {
        let mut random = Random::of_part(SEED, number + 1);
        // Number 0 to 499 are there at the start, the next 130 come in the second month, …
        let first = number.checked_sub(CLIENTS).map_or(0, |late| 1 + (late / COMING) as i32);
        follow(number, first, &mut months, &mut random);
    }
    let header = extract::header();
    let file = |(month, mut rows): (i32, Vec<String>)| {
        rows.sort();
        let folder = if month + 1 == labelled { "test" } else { "training" };
        File::new(format!("{folder}/{}.csv.gz", &extract::day(month)[..7]), &header, rows)
    };
    (0..).zip(months).map(file).collect()
}

/// Follows a client through the panel, from the month `first` until it ends or the client
/// leaves, and adds a row to each month that has a next one.
fn follow(number: u64, first: i32, months: &mut [Vec<String>], random: &mut Random) {
    let before = if first > 0 { 0 } else { 1 + (LONGEST_MONTHS * random.unit().powi(2)) as i32 };
    let mut client = Client::new(before - first, random);
    client.open(random);
    for month in -before.min(HISTORY)..0 {
        client.live(month, random);
        client.open(random);
    }
    let name = extract::client(number, SEED);
    for (month, rows) in (0..).zip(months).skip(first as usize) {
        let mut row = extract::features(&name, &client, month, random);
        let held = client.holdings;
        client.live(month, random);
        if super::draw::chance(LEAVING, random) {
            return;
        }
        for (before, after) in held.iter().zip(&client.holdings) {
            row.push_str(if !before && *after { ",1" } else { ",0" });
        }
        rows.push(row);
    }
}
