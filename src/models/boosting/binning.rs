//! Numbers as bins: each column is cut once into a few hundred intervals, and the trees
//! are grown on the numbers of the intervals, one byte each.

use crate::models::lookup::{Lookup, MISSING};
use crate::parallel;
use crate::random::Random;
use crate::table::{ColumnKind, Design};
use std::ops::Range;
use std::sync::Arc;

/// Rows from which the edges are found; more would move them by less than chance does.
const SAMPLE: usize = 50_000;
/// Rows that one thread turns into bins at a time.
const BLOCK: usize = 16_384;

/// The intervals of one column. A present value belongs to the first bin whose edge it is
/// not above, one above all edges to the last; a missing value (NaN) has a bin of its own
/// after that.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges(Vec<f64>);

impl Edges {
    /// At most `max_bins` bins of about equally many of `values`, with edges half-way
    /// between neighbouring values. Each value that is not shared has a bin of its own
    /// where there are enough bins.
    fn learn(mut values: Vec<f64>, max_bins: usize) -> Edges {
        values.retain(|v| !v.is_nan());
        values.sort_unstable_by(f64::total_cmp);
        let distinct: Vec<&[f64]> = values.chunk_by(|a, b| a == b).collect();
        let mut edges = Vec::new();
        let (mut rows_left, mut bins_left, mut filled) = (values.len(), max_bins, 0);
        for pair in distinct.windows(2) {
            filled += pair[0].len();
            // A frequent value may take a bin alone; the rest share what is left evenly.
            let full = filled * bins_left >= rows_left;
            if bins_left > 1 && (full || distinct.len() <= max_bins) {
                edges.push(between(pair[0][0], pair[1][0]));
                (rows_left, bins_left, filled) = (rows_left - filled, bins_left - 1, 0);
            }
        }
        Edges(edges)
    }

    /// A bin for each of so many codes.
    fn of_codes(codes: usize) -> Edges {
        Edges((1..codes).map(|code| code as f64 - 0.5).collect())
    }

    /// How many bins present values have.
    pub fn bins(&self) -> usize {
        self.0.len() + 1
    }

    /// The threshold that sends the bins up to `bin` to the left: beyond the last edge,
    /// all values that are present.
    pub fn threshold(&self, bin: usize) -> f64 {
        self.0.get(bin).copied().unwrap_or(f64::MAX)
    }
}

/// Half-way, but never so far that the greater one is not above it.
fn between(low: f64, high: f64) -> f64 {
    let middle = 0.5 * low + 0.5 * high;
    if middle < high { middle } else { low }
}

/// The bins of some columns of a row: as many as fit into a vector register, so that a row is
/// copied in one go; after the last column zeros.
pub type Tile = [u8; TILE];

/// Columns to a tile.
pub const TILE: usize = 16;

/// A matrix as bins.
#[derive(Debug)]
pub struct Binned {
    columns: Arc<Columns>,
    /// Bins, row after row.
    codes: Vec<Tile>,
}

/// What is the same for any choice of rows.
#[derive(Debug)]
struct Columns {
    edges: Vec<Edges>,
    kinds: Vec<ColumnKind>,
    /// Where the cells of each column begin in a histogram, and where those of the last end.
    starts: Vec<usize>,
}

impl Binned {
    /// Cuts every column of `x` into at most `max_bins` (up to 255) bins and one for
    /// missing values. `seed` chooses the rows that are looked at where there are very many.
    pub fn new(x: &Design, max_bins: usize, seed: u64, threads: usize) -> Binned {
        let kinds: Vec<ColumnKind> = (0..x.dense().cols()).map(|column| x.kind(column)).collect();
        let x = x.dense();
        let sample = sample(x.rows(), seed);
        let edges = parallel::map(x.cols(), threads, |column| match kinds[column] {
            ColumnKind::Codes(codes) => Edges::of_codes(codes),
            _ => Edges::learn(sample.iter().map(|row| x.row(*row)[column]).collect(), max_bins.min(255)),
        });
        let mut starts = vec![0];
        let mut end = 0;
        for edges in &edges {
            end += edges.bins() + 1;
            starts.push(end);
        }
        let lookups: Vec<Lookup> = edges.iter().map(|edges| Lookup::of(&edges.0)).collect();
        let tiles = x.cols().div_ceil(TILE).max(1);
        let mut codes = vec![[0; TILE]; x.rows() * tiles];
        parallel::map_pieces(&mut codes, BLOCK * tiles, threads, |block, codes| {
            let codes = codes.as_flattened_mut();
            let rows = codes.len() / (TILE * tiles);
            let cells = &x.as_slice()[block * BLOCK * x.cols()..][..rows * x.cols()];
            let mut by_column = vec![0; cells.len()];
            for (column, (lookup, bins)) in lookups.iter().zip(by_column.chunks_exact_mut(rows)).enumerate() {
                lookup.codes(cells.iter().skip(column).step_by(x.cols()), bins);
                let missing = edges[column].bins() as u8;
                bins.iter_mut().filter(|bin| **bin == MISSING).for_each(|bin| *bin = missing);
            }
            for (row, codes) in codes.chunks_exact_mut(TILE * tiles).enumerate() {
                let bins = by_column.iter().skip(row).step_by(rows);
                codes.iter_mut().zip(bins).for_each(|(code, bin)| *code = *bin);
            }
        });
        Binned { columns: Arc::new(Columns { edges, kinds, starts }), codes }
    }

    /// The same columns with other rows, whose tiles these are.
    pub fn with_rows(&self, codes: Vec<Tile>) -> Binned {
        Binned { columns: Arc::clone(&self.columns), codes }
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns.edges.len()
    }

    /// The intervals of a column.
    pub fn edges(&self, column: usize) -> &Edges {
        &self.columns.edges[column]
    }

    /// What the cells of a column are.
    pub fn kind(&self, column: usize) -> ColumnKind {
        self.columns.kinds[column]
    }

    /// The bins of a row, tile after tile.
    pub fn row(&self, row: usize) -> &[Tile] {
        let tiles = self.tiles();
        &self.codes[row * tiles..][..tiles]
    }

    /// How many tiles a row has.
    pub fn tiles(&self) -> usize {
        self.columns().div_ceil(TILE).max(1)
    }

    /// The bin of one cell.
    pub fn bin(&self, row: usize, column: usize) -> u8 {
        self.codes.as_flattened()[row * self.tiles() * TILE + column]
    }

    /// How many cells a histogram over all columns has.
    pub fn cells(&self) -> usize {
        self.columns.starts.last().copied().unwrap_or_default()
    }

    /// Where the cells of each column begin.
    pub fn starts(&self) -> &[usize] {
        &self.columns.starts[..self.columns()]
    }

    /// The cells of one column; the last one is for missing values.
    pub fn cells_of(&self, column: usize) -> Range<usize> {
        self.columns.starts[column]..self.columns.starts[column + 1]
    }
}

/// All rows, or one of each of [`SAMPLE`] equal parts.
fn sample(rows: usize, seed: u64) -> Vec<usize> {
    if rows <= SAMPLE {
        return (0..rows).collect();
    }
    let mut random = Random::new(seed);
    let start = |part: usize| (part as u128 * rows as u128 / SAMPLE as u128) as usize;
    (0..SAMPLE).map(|part| start(part) + random.below(start(part + 1) - start(part))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Matrix;

    impl Edges {
        fn bin(&self, value: f64) -> u8 {
            let mut bin = [0];
            Lookup::of(&self.0).codes([value].iter(), &mut bin);
            if bin[0] == MISSING { self.bins() as u8 } else { bin[0] }
        }
    }

    #[test]
    fn edges_are_half_way_between_neighbours() {
        let edges = Edges::learn(vec![4.0, 1.0, f64::NAN, 2.0, 1.0], 255);
        assert_eq!(edges, Edges(vec![1.5, 3.0]));
        assert_eq!([0.0, 1.5, 1.6, 3.1, f64::NAN].map(|v| edges.bin(v)), [0, 0, 1, 2, 3]);
        assert_eq!((edges.threshold(1), edges.threshold(2)), (3.0, f64::MAX));
        assert_eq!(Edges::learn(vec![-0.0, 0.0, f64::NAN], 255).bins(), 1, "zero is one value");
        assert_eq!(Edges::learn(vec![], 255).bins(), 1);
    }

    #[test]
    fn neighbouring_floats_are_told_apart() {
        for (low, high) in
            [(1.0, 1.0 + f64::EPSILON), (-1.0 - f64::EPSILON, -1.0), (-f64::MAX, f64::MAX), (0.0, 5e-324)]
        {
            let edges = Edges::learn(vec![low, high], 255);
            assert_eq!((edges.bin(low), edges.bin(high)), (0, 1), "{low} {high}");
        }
    }

    #[test]
    fn bins_hold_about_equally_many_rows() {
        // Half of the rows share one value; the others are all different.
        let values: Vec<f64> = (0..20_000).map(|i| if i % 2 == 0 { 0.0 } else { f64::from(i) }).collect();
        let edges = Edges::learn(values.clone(), 255);
        assert_eq!(edges.bins(), 255);
        let mut counts = vec![0; 255];
        values.iter().for_each(|v| counts[usize::from(edges.bin(*v))] += 1);
        assert_eq!(counts[0], 10_000, "a frequent value has a bin alone");
        assert!(counts[1..].iter().all(|c| (39..=40).contains(c)), "{counts:?}");
        assert_eq!(Edges::learn(values, 2).bins(), 2);
    }

    #[test]
    fn a_sample_has_a_row_of_each_part() {
        assert_eq!(sample(3, 1), [0, 1, 2]);
        let many = sample(500_000, 1);
        assert!(many.len() == SAMPLE && many.is_sorted() && many.last() < Some(&500_000));
        assert_ne!(many, sample(500_000, 2));
    }

    #[test]
    fn rows_become_bins_on_any_number_of_threads() {
        let x = Matrix::from_rows(20_000, 2, (0..40_000).map(|i| f64::from(i % 7)).collect()).unwrap().into();
        let (one, four) = (Binned::new(&x, 255, 0, 1), Binned::new(&x, 255, 0, 4));
        assert_eq!(one.codes, four.codes);
        assert_eq!((one.cells(), one.starts(), one.cells_of(1)), (16, &[0, 8][..], 8..16));
        assert_eq!(one.row(3)[0][..3], [6, 0, 0]);
        for column in 0..2 {
            assert!((0..20_000).all(|row| one.bin(row, column) == one.row(row)[0][column]));
        }
    }
}
