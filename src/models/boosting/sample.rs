//! The rows that a tree is grown on, where there are very many.
//!
//! Minimal variance sampling (Ibragimov and Gusev, "Minimal Variance Sampling in Stochastic
//! Gradient Boosting", 2019): a row is drawn with a probability in proportion to the length of
//! its derivatives, certainly where that is beyond a limit, and counts for as many rows as it
//! stands for. Sums over the rows drawn then are, on average, those over all rows, and vary
//! least around them.

use super::binning::{Binned, Tile};
use super::histogram::Rounded;
use crate::models::blocks;
use crate::parallel;
use crate::random::Random;

/// Rows that one thread takes at a time.
const BLOCK: usize = 16_384;
/// Rows that the limit is found from.
const LOOKED_AT: usize = 4_096;

/// Of so many rows fewer are drawn at least.
const LEAST: usize = 20_000;
/// One of so many rows is drawn where nobody says otherwise.
const ONE_OF: usize = 6;
/// So many times as many rows as a leaf must have are drawn at least, whoever asks for fewer: no
/// leaf has room otherwise.
const LEAVES: usize = 200;

/// How many rows a tree is grown on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TreeRows {
    /// As many as do no harm.
    Auto,
    /// All.
    All,
    /// So many.
    UpTo(usize),
}

impl TreeRows {
    /// How many of so many rows to draw, for leaves of so many rows at least; `None` for all.
    pub fn of(self, rows: usize, min_samples_leaf: usize) -> Option<usize> {
        let size = match self {
            TreeRows::All => rows,
            TreeRows::UpTo(most) => most,
            TreeRows::Auto => (rows / ONE_OF).max(LEAST),
        };
        let size = size.max(min_samples_leaf.saturating_mul(LEAVES));
        (size < rows).then_some(size)
    }
}

/// Some rows, numbered anew from 0.
#[derive(Debug)]
pub struct Sample {
    /// Their bins.
    pub binned: Binned,
    /// Their derivatives, times how many rows each stands for.
    pub rounded: Rounded,
}

impl Sample {
    /// Draws about `size` of the rows with these derivatives, of which there are more. Rows
    /// without any are not drawn.
    pub fn draw(size: usize, binned: &Binned, derivatives: &[[f32; 2]], seed: u64, threads: usize) -> Sample {
        let rows = derivatives.len();
        let looked_at = rows.min(LOOKED_AT);
        let squares = (0..looked_at).map(|nth| square(derivatives[nth * rows / looked_at]));
        let limit = limit(squares.map(f32::sqrt).collect(), size as f32 / rows as f32 * looked_at as f32);
        let parts = parallel::map(rows.div_ceil(BLOCK), threads, |block| {
            let mut random = Random::of_part(seed, block as u64);
            let rows = blocks::range(rows, BLOCK, block);
            let (mut drawn, mut count) = (vec![0; rows.len()], 0);
            for row in rows {
                let share = random.unit() as f32 * limit;
                // Written in any case and kept if it is one: nothing for the processor to guess.
                drawn[count] = row;
                count += usize::from(square(derivatives[row]) > share * share);
            }
            drawn.truncate(count);
            let mut tiles: Vec<Tile> = Vec::with_capacity(count * binned.tiles());
            drawn.iter().for_each(|row| tiles.extend_from_slice(binned.row(*row)));
            let stands_for = |pair: [f32; 2]| (limit / square(pair).sqrt()).max(1.0);
            let pairs: Vec<[f32; 2]> =
                drawn.iter().map(|row| derivatives[*row].map(|value| value * stands_for(derivatives[*row]))).collect();
            (tiles, pairs)
        });
        let (tiles, pairs): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        Sample { binned: binned.with_rows(tiles.concat()), rounded: Rounded::new(&pairs.concat(), threads) }
    }
}

/// The square of the length of a row's derivatives: how much is to be learnt from it.
fn square([gradient, hessian]: [f32; 2]) -> f32 {
    gradient * gradient + hessian * hessian
}

/// The length from which rows are certainly drawn, so that about `size` of them are.
fn limit(mut lengths: Vec<f32>, size: f32) -> f32 {
    lengths.sort_unstable_by(f32::total_cmp);
    let mut shorter: f32 = lengths.iter().sum();
    let mut left = size;
    while let Some(longest) = lengths.pop() {
        if longest * left <= shorter {
            return shorter / left;
        }
        (shorter, left) = (shorter - longest, left - 1.0);
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::super::histogram::{Cell, Histogram, Sums, tests::noise};
    use super::*;

    fn sums(binned: &Binned, rounded: &Rounded) -> Sums {
        let rows: Vec<u32> = (0..rounded.pairs.len() as u32).collect();
        let histogram = Histogram::of(&rows, binned, &rounded.pairs, 1);
        rounded.sums(&histogram.column(0, binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell)))
    }

    #[test]
    fn a_sample_stands_for_all_rows() {
        let (x, derivatives) = noise(40_000, 3, 5);
        let binned = Binned::new(&x.into(), 255, 0, 1);
        let all = sums(&binned, &Rounded::new(&derivatives, 1));
        let (mut gradient, mut hessian) = (0.0, 0.0);
        for seed in 0..20 {
            let drawn = Sample::draw(4_000, &binned, &derivatives, seed, 2);
            let of_sample = sums(&drawn.binned, &drawn.rounded);
            assert!((3_600..4_400).contains(&of_sample.rows), "{}", of_sample.rows);
            (gradient, hessian) = (gradient + of_sample.gradient / 20.0, hessian + of_sample.hessian / 20.0);
            assert!((of_sample.hessian / all.hessian - 1.0).abs() < 0.05);
        }
        // Gradients of about 0.5 cancel: the sum over a sample strays by some 0.5 · 40,000 / √4,000.
        assert!((gradient - all.gradient).abs() < 4.0 * 316.0 / 20.0_f64.sqrt(), "{gradient} {}", all.gradient);
        assert!((hessian / all.hessian - 1.0).abs() < 0.01, "{hessian} {}", all.hessian);
    }

    #[test]
    fn rows_without_anything_to_learn_are_not_drawn_and_threads_do_not_show() {
        let (x, mut derivatives) = noise(60_000, 3, 6);
        derivatives.iter_mut().skip(1).step_by(2).for_each(|pair| *pair = [0.0; 2]);
        let binned = Binned::new(&x.into(), 255, 0, 1);
        let [one, three] = [1, 3].map(|threads| Sample::draw(20_000, &binned, &derivatives, 9, threads));
        assert_eq!(one.rounded.pairs, three.rounded.pairs);
        assert!((0..one.rounded.pairs.len()).all(|row| one.binned.row(row) == three.binned.row(row)));
        assert!((19_000..21_000).contains(&one.rounded.pairs.len()));
        let none = Sample::draw(5, &binned, &vec![[0.0; 2]; 60_000], 9, 2);
        assert!(none.rounded.pairs.is_empty());
    }

    #[test]
    fn long_rows_are_certain_and_the_sizes_add_up() {
        let lengths = vec![0.5, 100.0, 1.0, 1.5, 2.0];
        let limit = limit(lengths.clone(), 3.0);
        assert!((limit - 2.5).abs() < 1e-6, "5 in sum for the two that are left");
        let size: f32 = lengths.iter().map(|length| (length / limit).min(1.0)).sum();
        assert!((size - 3.0).abs() < 1e-6);
        assert_eq!(super::limit(vec![0.0; 4], 2.0), 0.0);
    }

    #[test]
    fn few_rows_are_all_taken() {
        assert_eq!(TreeRows::Auto.of(20_000, 20), None);
        assert_eq!(TreeRows::Auto.of(60_000, 20), Some(20_000));
        assert_eq!(TreeRows::Auto.of(1_000_000, 20), Some(166_666));
        assert_eq!(TreeRows::Auto.of(1_000_000, 4_000), Some(800_000), "large leaves need many rows");
        assert_eq!((TreeRows::All.of(1_000_000, 1), TreeRows::UpTo(1_000).of(1_001, 5)), (None, Some(1_000)));
        assert_eq!(TreeRows::UpTo(1_000).of(300_000, 600), Some(120_000), "whatever is asked for");
    }
}
