//! Sums of gradients over the rows of a node, bin by bin.
//!
//! Derivatives are rounded to whole numbers first (as in Shi et al., "Quantized Training of
//! Gradient Boosting Decision Trees", 2022, with more bits: 30 of the greatest one, or as many as
//! sums over all rows have room for). Sums of whole numbers do not depend on the order: a model is
//! the same bit for bit on any number of threads, and a child's histogram that is had by
//! subtraction is exactly the one that adding up would give.

use super::binning::{Binned, TILE};
use crate::models::blocks;
use crate::parallel;

/// Updates of cells from which a second thread is worth its start.
const FOR_THREADS: usize = 150_000;
/// Rows whose derivatives one thread rounds at a time.
const BLOCK: usize = 65_536;
/// Rows that are fetched together.
const AHEAD: usize = 16;
/// Bits of a rounded derivative at most.
const BITS: u32 = 30;
/// Bits of the magnitude of a sum of first derivatives: as many as a float holds beside the number
/// that turns it into one.
const GRADIENT_BITS: u32 = 51;
/// Bits of a sum of second derivatives; those above them in a word are the number of rows.
const SUM_BITS: u32 = 36;
/// Rows that there may be at most.
pub const MOST_ROWS: usize = (1 << (u64::BITS - SUM_BITS)) - 1;

/// First and second derivative of the loss at one row, in units of [`Rounded`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pair {
    gradient: i32,
    hessian: u32,
}

/// The derivatives of all rows as whole numbers.
#[derive(Debug, Default)]
pub struct Rounded {
    /// One for each row.
    pub pairs: Vec<Pair>,
    gradient_unit: f64,
    hessian_unit: f64,
}

impl Rounded {
    /// Rounds the derivatives `[gradient, hessian]` of each row; second derivatives are not
    /// negative.
    pub fn new(derivatives: &[[f32; 2]], threads: usize) -> Rounded {
        let blocks = derivatives.len().div_ceil(BLOCK);
        let greatest = parallel::map(blocks, threads, |block| {
            let block = &derivatives[blocks::range(derivatives.len(), BLOCK, block)];
            block.iter().fold([0.0_f32; 2], |most, pair| [most[0].max(pair[0].abs()), most[1].max(pair[1])])
        });
        let unit = |which: usize, bits: u32| {
            let greatest = greatest.iter().fold(0.0, |most: f32, block| most.max(block[which]));
            // A power of two: then sums of up to 2²³ rows have no rounding as floats either.
            if greatest > 0.0 { f64::from(greatest).log2().ceil().exp2() / f64::from(1_u32 << bits) } else { 1.0 }
        };
        // So that sums over all rows have room.
        let bits = |of_sum: u32| of_sum.saturating_sub(derivatives.len().max(1).ilog2() + 1).min(BITS);
        let (gradient_unit, hessian_unit) = (unit(0, bits(GRADIENT_BITS)), unit(1, bits(SUM_BITS)));
        let (per_gradient, per_hessian) = (1.0 / gradient_unit, 1.0 / hessian_unit);
        let mut pairs = vec![Pair::default(); derivatives.len()];
        parallel::map_pieces(&mut pairs, BLOCK, threads, |block, pairs| {
            for (pair, [gradient, hessian]) in pairs.iter_mut().zip(&derivatives[block * BLOCK..]) {
                let whole = |value: &f32, per_unit| round(f64::from(*value) * per_unit);
                *pair = Pair { gradient: whole(gradient, per_gradient), hessian: whole(hessian, per_hessian) as u32 };
            }
        });
        Rounded { pairs, gradient_unit, hessian_unit }
    }

    /// The sums of a cell, as numbers again.
    #[inline(always)]
    pub fn sums(&self, cell: &Cell) -> Sums {
        Sums {
            gradient: float(cell.gradient) * self.gradient_unit,
            hessian: float((cell.weight & ((1 << SUM_BITS) - 1)) as i64) * self.hessian_unit,
            rows: cell.rows() as usize,
        }
    }
}

/// Beside 1.5 · 2⁵² a fraction has no bits left, and the lowest ones are the number.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// The nearest whole number, of two the even one; for numbers of up to 31 bits.
fn round(number: f64) -> i32 {
    (number + SHIFT).to_bits() as i32
}

/// A whole number of up to 51 bits as a float, in a way that vectors can do.
#[inline(always)]
fn float(number: i64) -> f64 {
    f64::from_bits(SHIFT.to_bits().wrapping_add_signed(number)) - SHIFT
}

/// Sums over some rows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Of the first derivatives.
    pub gradient: f64,
    /// Of the second derivatives.
    pub hessian: f64,
    /// How many rows.
    pub rows: usize,
}

impl Sums {
    /// The sums over these rows and those of `other`.
    pub fn plus(self, other: Sums) -> Sums {
        Sums {
            gradient: self.gradient + other.gradient,
            hessian: self.hessian + other.hessian,
            rows: self.rows + other.rows,
        }
    }

    /// The sums over these rows without those of `other`, which are some of them.
    pub fn minus(self, other: Sums) -> Sums {
        Sums {
            gradient: self.gradient - other.gradient,
            hessian: self.hessian - other.hessian,
            rows: self.rows - other.rows,
        }
    }
}

/// Sums over some rows, in whole numbers. Two words: a cell is changed by one addition and not
/// by three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    gradient: i64,
    /// The sum of the second derivatives, and above it the number of rows.
    weight: u64,
}

impl Cell {
    /// The sums over these rows and those of `other`.
    pub fn plus(self, other: Cell) -> Cell {
        Cell { gradient: self.gradient.wrapping_add(other.gradient), weight: self.weight.wrapping_add(other.weight) }
    }

    /// The sums over these rows without those of `other`, which are some of them.
    pub fn minus(self, other: Cell) -> Cell {
        Cell { gradient: self.gradient.wrapping_sub(other.gradient), weight: self.weight.wrapping_sub(other.weight) }
    }

    /// How many rows.
    pub fn rows(self) -> u32 {
        (self.weight >> SUM_BITS) as u32
    }
}

impl From<Pair> for Cell {
    /// The sums over one row.
    fn from(Pair { gradient, hessian }: Pair) -> Cell {
        Cell { gradient: i64::from(gradient), weight: u64::from(hessian) | 1 << SUM_BITS }
    }
}

/// A cell for each bin of each column, in the order of [`Binned::cells_of`].
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram(Vec<Cell>);

impl Histogram {
    /// Adds up the rows of a node.
    pub fn of(rows: &[u32], binned: &Binned, pairs: &[Pair], threads: usize) -> Histogram {
        let parts = if rows.len() * binned.columns() < FOR_THREADS { 1 } else { threads.max(1) };
        let size = rows.len().div_ceil(parts).max(1);
        let mut parts =
            parallel::map(parts, threads, |part| add_up(&rows[blocks::range(rows.len(), size, part)], binned, pairs))
                .into_iter();
        let mut total = parts.next().unwrap_or_default();
        for part in parts {
            total.iter_mut().zip(part).for_each(|(a, b)| *a = a.plus(b));
        }
        Histogram(total)
    }

    /// The cells of one column; the last one is for missing values.
    pub fn column(&self, column: usize, binned: &Binned) -> &[Cell] {
        &self.0[binned.cells_of(column)]
    }

    /// The histogram of the rows that are not in `part`, which is one of some of these.
    pub fn without(mut self, part: &Histogram) -> Histogram {
        self.0.iter_mut().zip(&part.0).for_each(|(all, part)| *all = all.minus(*part));
        self
    }
}

fn add_up(rows: &[u32], binned: &Binned, pairs: &[Pair]) -> Vec<Cell> {
    // One more, for the columns that fill the last tile.
    let mut cells = vec![Cell::default(); binned.cells() + 1];
    let tiles = binned.tiles();
    let mut starts = vec![[binned.cells(); TILE]; tiles];
    starts.as_flattened_mut().iter_mut().zip(binned.starts()).for_each(|(place, start)| *place = *start);
    let mut sums = [Cell::default(); AHEAD];
    let mut bins = vec![[0; TILE]; AHEAD * tiles];
    for rows in rows.chunks(AHEAD) {
        // What lies anywhere in memory is fetched for several rows at once, so that the
        // processor waits for all of it together.
        for ((row, sums), bins) in rows.iter().zip(&mut sums).zip(bins.chunks_exact_mut(tiles)) {
            let row = *row as usize;
            *sums = pairs[row].into();
            bins.iter_mut().zip(binned.row(row)).for_each(|(place, tile)| *place = *tile);
        }
        for (sums, bins) in sums.iter().zip(bins.chunks_exact(tiles)).take(rows.len()) {
            for (starts, bins) in starts.iter().zip(bins) {
                for column in 0..TILE {
                    let cell = &mut cells[starts[column] + usize::from(bins[column])];
                    *cell = cell.plus(*sums);
                }
            }
        }
    }
    cells.truncate(binned.cells());
    cells
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::random::Random;
    use crate::table::Matrix;

    /// Rows of small whole numbers, some missing, and derivatives of a logistic loss.
    pub fn noise(rows: usize, columns: usize, seed: u64) -> (Matrix, Vec<[f32; 2]>) {
        let mut random = Random::new(seed);
        let mut value = || if random.below(6) == 0 { f64::NAN } else { random.below(9) as f64 };
        let data = (0..rows * columns).map(|_| value()).collect();
        let mut random = Random::new(seed + 1);
        let mut pair = || {
            let p = random.unit();
            [(p - random.below(2) as f64) as f32, (p * (1.0 - p)) as f32]
        };
        (Matrix::from_rows(rows, columns, data).unwrap(), (0..rows).map(|_| pair()).collect())
    }

    #[test]
    fn a_sibling_by_subtraction_is_the_one_added_up() {
        let (x, derivatives) = noise(3_000, 4, 1);
        let (binned, rounded) = (Binned::new(&x.clone().into(), 255, 0, 1), Rounded::new(&derivatives, 1));
        let of = |rows: Vec<u32>| Histogram::of(&rows, &binned, &rounded.pairs, 1);
        let (left, right) = (of((0..700).collect()), of((700..3_000).collect()));
        assert_eq!(of((0..3_000).collect()).without(&left), right);
    }

    #[test]
    fn threads_and_order_do_not_show() {
        let (x, derivatives) = noise(30_000, 15, 2);
        let (binned, rounded) = (Binned::new(&x.clone().into(), 255, 0, 1), Rounded::new(&derivatives, 1));
        let rows: Vec<u32> = (0..30_000).collect();
        let backwards: Vec<u32> = (0..30_000).rev().collect();
        let one = Histogram::of(&rows, &binned, &rounded.pairs, 1);
        assert_eq!(Histogram::of(&rows, &binned, &rounded.pairs, 3), one);
        assert_eq!(Histogram::of(&backwards, &binned, &rounded.pairs, 2), one);
    }

    #[test]
    fn rounding_goes_to_the_nearest() {
        for (number, nearest) in
            [(0.5, 0), (1.5, 2), (-0.5, 0), (-1.5, -2), (2.4, 2), (-2.6, -3), (1_073_741_824.0, 1 << 30)]
        {
            assert_eq!(round(number), nearest);
            assert_eq!(round(number), number.round_ties_even() as i32);
        }
        let (_, derivatives) = noise(BLOCK + 300, 1, 4);
        assert_eq!(Rounded::new(&derivatives, 2).pairs, Rounded::new(&derivatives, 1).pairs);
    }

    #[test]
    fn whole_numbers_become_floats() {
        for number in [0, 1, -1, 12_345_678_901, -98_765_432_109_876, (1 << 51) - 1, 1 - (1 << 51)] {
            assert_eq!(float(number), number as f64);
        }
    }

    #[test]
    fn sums_of_very_many_rows_do_not_run_over() {
        for rows in [1, 3, 64, 262_149] {
            let x = Matrix::from_rows(rows, 1, vec![0.0; rows]).unwrap();
            let (binned, rounded) = (Binned::new(&x.into(), 255, 0, 2), Rounded::new(&vec![[-1.0, 1.0]; rows], 2));
            let histogram = Histogram::of(&(0..rows as u32).collect::<Vec<_>>(), &binned, &rounded.pairs, 2);
            let sums = rounded.sums(&histogram.column(0, &binned)[0]);
            assert_eq!((sums.gradient, sums.hessian, sums.rows), (-(rows as f64), rows as f64, rows));
        }
    }

    #[test]
    fn rounding_loses_next_to_nothing() {
        let (x, derivatives) = noise(500, 1, 3);
        let (binned, rounded) = (Binned::new(&x.clone().into(), 255, 0, 1), Rounded::new(&derivatives, 1));
        let histogram = Histogram::of(&(0..500).collect::<Vec<_>>(), &binned, &rounded.pairs, 1);
        let total = histogram.column(0, &binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell));
        let sums = rounded.sums(&total);
        let exact = |which: usize| derivatives.iter().map(|pair| f64::from(pair[which])).sum::<f64>();
        assert!((sums.gradient - exact(0)).abs() < 1e-6 && (sums.hessian - exact(1)).abs() < 1e-6);
        assert_eq!(sums.rows, 500);
        assert_eq!(Rounded::new(&[[0.0; 2]], 1).pairs, [Pair::default()]);
    }
}
