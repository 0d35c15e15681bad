//! Whether two samples of categories come from one distribution: chi-square, with a p-value
//! that holds for few rows in many categories too.

use super::joint::{Pair, totals};
use crate::random::Random;
use crate::statistics::gamma;

/// From this expected count in every cell on, the chi-square distribution holds (Cochran, 1954).
const ENOUGH: f64 = 5.0;
/// Categories expected less often than this in the smaller sample are taken together: alone
/// each tells next to nothing, and one row among them would outweigh all others.
const HARDLY_ANY: f64 = 1.0;
/// Rows of the smaller sample up to which they are dealt at random.
const FEW_ROWS: u64 = 5_000;
/// Deals at most, and how many must reach the statistic for an early end.
const DEALS: u32 = 2_000;
const REACHED: u32 = 30;
/// Rows that are dealt one by one. Of more, the smaller sample takes so small a part that rows are drawn
/// by the shares of their categories: a row might come twice, which is all the difference.
const DEALT_OUT: u64 = 1 << 24;
/// What the deals start from: the p-value of the same counts is always the same.
const SEED: u64 = 0x6472_6966_7421;

/// A test's outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Chi-square over the cells, rare categories together.
    pub statistic: f64,
    /// How often chance alone brings about as much, given the counts of both sides together.
    pub p_value: f64,
}

/// Pearson's chi-square over a 2 × k table, with k − 1 degrees of freedom; categories without
/// rows are passed over. The second value is the degrees of freedom.
pub fn chi_square(pairs: &[Pair]) -> (f64, f64) {
    let (n, m) = totals(pairs);
    let (n, m) = (n as f64, m as f64);
    let (mut sum, mut filled) = (0.0, 0.0_f64);
    for (a, b) in pairs.iter().filter(|(a, b)| a + b > 0) {
        // (a − E)²/E + (b − E')²/E' is (a·m − b·n)² / ((a + b)·n·m).
        let off = *a as f64 * m - *b as f64 * n;
        sum += off * off / ((a + b) as f64 * n * m);
        filled += 1.0;
    }
    (if n > 0.0 && m > 0.0 { sum } else { 0.0 }, (filled - 1.0).max(0.0))
}

/// The test. Where every expected count is 5 or more, by the chi-square distribution; else,
/// with up to 5,000 rows in the smaller sample, by dealing the rows of both at random,
/// sequentially (Besag and Clifford, 1991). What is beyond the reach of the deals is read from
/// the gamma distribution of their mean and variance.
pub fn test(pairs: &[Pair]) -> Outcome {
    let (n, m) = totals(pairs);
    let deal = n.min(m) <= FEW_ROWS;
    let pairs = pooled(pairs, if deal { HARDLY_ANY } else { ENOUGH });
    let (statistic, degrees) = chi_square(&pairs);
    if degrees == 0.0 {
        return Outcome { statistic, p_value: 1.0 };
    }
    let least = least_expected(&pairs);
    let p_value = if deal && least < ENOUGH { dealt(&pairs, statistic) } else { gamma::chi_square(statistic, degrees) };
    Outcome { statistic, p_value }
}

fn smaller_share(pairs: &[Pair]) -> f64 {
    let (n, m) = totals(pairs);
    n.min(m) as f64 / (n + m).max(1) as f64
}

fn least_expected(pairs: &[Pair]) -> f64 {
    let share = smaller_share(pairs);
    pairs.iter().map(|(a, b)| (a + b) as f64 * share).fold(f64::INFINITY, f64::min)
}

/// Categories expected less often than `least` in the smaller sample together as one.
fn pooled(pairs: &[Pair], least: f64) -> Vec<Pair> {
    let share = smaller_share(pairs);
    let (mut kept, rare): (Vec<Pair>, Vec<Pair>) =
        pairs.iter().filter(|(a, b)| a + b > 0).partition(|(a, b)| (a + b) as f64 * share >= least);
    if !rare.is_empty() {
        kept.push(totals(&rare));
    }
    kept
}

/// The rows of both samples, of which only the category is known.
enum Deck {
    /// The category of each row.
    Rows(Vec<u32>),
    /// Up to which row each category goes.
    Ends(Vec<u64>),
}

impl Deck {
    fn of(pairs: &[Pair]) -> Deck {
        let (n, m) = totals(pairs);
        let of_each = pairs.iter().map(|(a, b)| a + b);
        if n + m > DEALT_OUT {
            let ends = of_each.scan(0, |end, rows| {
                *end += rows;
                Some(*end)
            });
            return Deck::Ends(ends.collect());
        }
        let codes = of_each.enumerate().flat_map(|(code, rows)| std::iter::repeat_n(code as u32, rows as usize));
        Deck::Rows(codes.collect())
    }

    /// The category of the `i`th row that is drawn.
    fn draw(&mut self, i: usize, random: &mut Random) -> usize {
        match self {
            Deck::Rows(codes) => {
                let left = codes.len() - i;
                codes.swap(i, i + random.below(left));
                codes[i] as usize
            }
            Deck::Ends(ends) => {
                let row = random.below(ends.last().map_or(0, |all| *all as usize)) as u64;
                ends.partition_point(|end| *end <= row)
            }
        }
    }
}

/// The p-value by random deals of all rows to the two samples.
fn dealt(pairs: &[Pair], statistic: f64) -> f64 {
    let (n, m) = totals(pairs);
    let few = n.min(m) as usize;
    let mut deck = Deck::of(pairs);
    let mut random = Random::new(SEED);
    let mut counts = vec![0_u64; pairs.len()];
    let (mut reached, mut sum, mut squares) = (0, 0.0, 0.0);
    // Σ over cells is a constant plus Σ b²/(a + b) times a factor: enough to compare.
    let (n, m) = (n as f64, m as f64);
    let weights: Vec<f64> = pairs.iter().map(|(a, b)| 1.0 / (a + b) as f64).collect();
    let of = |counts: &[u64]| {
        let all = n + m;
        let few = few as f64;
        let sum: f64 = counts.iter().zip(&weights).map(|(count, weight)| (*count as f64).powi(2) * weight).sum();
        (sum - few * few / all) * all * all / (n * m)
    };
    for deals in 1..=DEALS {
        counts.fill(0);
        (0..few).for_each(|i| counts[deck.draw(i, &mut random)] += 1);
        let value = of(&counts);
        sum += value;
        squares += value * value;
        // Equal tables may differ by rounding.
        reached += u32::from(value >= statistic * (1.0 - 1e-9));
        if reached == REACHED {
            return f64::from(REACHED) / f64::from(deals);
        }
    }
    let deals = f64::from(DEALS);
    let counted = f64::from(reached + 1) / (deals + 1.0);
    if reached >= REACHED / 3 {
        return counted;
    }
    let mean = sum / deals;
    let variance = (squares / deals - mean * mean).max(f64::MIN_POSITIVE);
    gamma::upper(mean * mean / variance, statistic * mean / variance).min(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beyond_number_are_drawn_by_their_shares() {
        // The chance that of 40 rows, of which a twentieth is rare, 6 are: scipy.stats.binom.sf(5, 40, 0.05).
        let expected = 0.013_877;
        for rows in [10_000, 200_000, 100_000_000, 1 << 52] {
            let p = test(&[(rows - rows / 20, 34), (rows / 20, 6)]).p_value;
            assert!((p / expected).ln().abs() < 0.5, "{p} for {rows} rows");
        }
    }
}
