//! Draws that the questions share.

use incumbent::random::Random;

/// One of `items`, each as likely as its weight; the weights need not add up to one.
pub fn pick<'a, T>(items: &'a [T], weight: impl Fn(&T) -> f64, random: &mut Random) -> &'a T {
    let mut left = random.unit() * items.iter().map(&weight).sum::<f64>();
    let chosen = items.iter().position(|item| {
        left -= weight(item);
        left < 0.0
    });
    // Rounding can leave a trifle after the last weight.
    &items[chosen.unwrap_or(items.len() - 1)]
}

/// One of `items`, all alike.
pub fn any<'a, T>(items: &'a [T], random: &mut Random) -> &'a T {
    &items[random.below(items.len())]
}

/// Whether something of this probability happens.
pub fn chance(probability: f64, random: &mut Random) -> bool {
    random.unit() < probability
}

/// Whether something of these log-odds happens.
pub fn happens(log_odds: f64, random: &mut Random) -> bool {
    chance(logistic(log_odds), random)
}

/// The probability of some log-odds.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// An exponential draw of mean one, by inversion.
pub fn exponential(random: &mut Random) -> f64 {
    -(1.0 - random.unit()).ln()
}

/// A Poisson count (Knuth, The Art of Computer Programming, volume 2, 3.4.1).
pub fn poisson(mean: f64, random: &mut Random) -> u32 {
    let limit = (-mean).exp();
    let mut product = random.unit();
    let mut count = 0;
    while product > limit {
        product *= random.unit();
        count += 1;
    }
    count
}

/// In random order (Fisher and Yates).
pub fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

/// The cell, or with some chance what stands for a missing one.
pub fn or_missing(cell: String, share: f64, missing: &str, random: &mut Random) -> String {
    if chance(share, random) { missing.to_string() } else { cell }
}
