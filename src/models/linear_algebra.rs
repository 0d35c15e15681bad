//! Symmetric positive definite systems.

use crate::parallel;

/// The lower half of a symmetric matrix, row after row: element (i, j), j ≤ i, is at
/// i(i+1)/2 + j.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    size: usize,
    data: Vec<f64>,
}

impl Symmetric {
    /// A matrix of zeros.
    pub fn zeros(size: usize) -> Symmetric {
        Symmetric { size, data: vec![0.0; start(size)] }
    }

    /// Row `i` up to the diagonal.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[start(i)..start(i + 1)]
    }

    /// Row `i` up to the diagonal, to be changed.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[start(i)..start(i + 1)]
    }

    /// Adds to element (i, i).
    pub fn add_to_diagonal(&mut self, i: usize, value: f64) {
        self.row_mut(i)[i] += value;
    }

    /// Adds another matrix of the same size.
    pub fn add(&mut self, other: &Symmetric) {
        for (a, b) in self.data.iter_mut().zip(&other.data) {
            *a += b;
        }
    }
}

/// A pivot below this share of its diagonal element is rounding, not information.
const SINGULAR: f64 = 1e-13;

/// Columns of a factor that are found at a time: their rows stay in the cache while those below pass by.
const BLOCK: usize = 64;
/// Rows below that pass by together.
const TOGETHER: usize = 16;
/// Columns from which a factor is worth more than one thread.
const WIDE: usize = 256;

/// The factor L of a matrix L·Lᵀ.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky(Symmetric);

impl Cholesky {
    /// Factorises on up to `threads` threads, some columns at a time (Golub and Van Loan, Matrix
    /// Computations, algorithms 4.2.1 and 4.2.2). Neither threads nor blocks show in the result.
    /// `None` where the matrix is not positive definite in the precision at hand.
    pub fn new(mut a: Symmetric, threads: usize) -> Option<Cholesky> {
        let size = a.size;
        let threads = if size < WIDE { 1 } else { threads };
        for begin in (0..size).step_by(BLOCK) {
            let end = size.min(begin + BLOCK);
            let (done, below) = a.data.split_at_mut(start(end));
            for i in begin..end {
                let (above, row) = done.split_at_mut(start(i));
                let row = &mut row[..=i];
                (begin..i).for_each(|j| reduce(row, j, above));
                let pivot = row[i] - dot(&row[..i], &row[..i]);
                if !(pivot.is_finite() && pivot > SINGULAR * row[i]) {
                    return None;
                }
                row[i] = pivot.sqrt();
            }
            let (mut rows, mut below) = (Vec::with_capacity(size - end), below);
            for i in end..size {
                let (row, rest) = below.split_at_mut(i + 1);
                rows.push(row);
                below = rest;
            }
            parallel::map_pieces(&mut rows, TOGETHER, threads, |_, rows| {
                for j in begin..end {
                    rows.iter_mut().for_each(|row| reduce(row, j, done));
                }
            });
        }
        Some(Cholesky(a))
    }

    /// Factorises, after adding to the diagonal as little as makes it possible
    /// (Levenberg, 1944). The second value says whether something was added.
    pub fn damped(a: &Symmetric, threads: usize) -> Option<(Cholesky, bool)> {
        if let Some(plain) = Cholesky::new(a.clone(), threads) {
            return Some((plain, false));
        }
        let largest = (0..a.size).map(|i| a.row(i)[i]).fold(f64::MIN_POSITIVE, f64::max);
        (-11..=2).find_map(|power| {
            let mut damped = a.clone();
            (0..a.size).for_each(|i| damped.add_to_diagonal(i, largest * 10f64.powi(power)));
            Cholesky::new(damped, threads).map(|factor| (factor, true))
        })
    }

    /// The solution x of L·x = b.
    pub fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        // Zeros at the beginning stay zeros, and add nothing to the lanes of a sum.
        let zeros = x.iter().take_while(|value| **value == 0.0).count();
        let first = zeros - zeros % LANES;
        for i in zeros..self.0.size.min(x.len()) {
            let row = self.0.row(i);
            x[i] = (x[i] - dot(&row[first..i], &x[first..i])) / row[i];
        }
        x
    }

    /// The solution x of L·Lᵀ·x = b.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.forward(b);
        for i in (0..self.0.size.min(x.len())).rev() {
            let row = self.0.row(i);
            x[i] /= row[i];
            let found = x[i];
            for (value, factor) in x[..i].iter_mut().zip(row) {
                *value -= factor * found;
            }
        }
        x
    }

    /// aᵀ·A⁻¹·a: the variance of a combination `a` of parameters whose information
    /// matrix is A.
    pub fn variance(&self, a: &[f64]) -> f64 {
        let half = self.forward(a);
        dot(&half, &half)
    }

    /// The variances of the first `count` parameters, each by itself.
    pub fn variances(&self, count: usize, threads: usize) -> Vec<f64> {
        let threads = if count < WIDE { 1 } else { threads };
        parallel::map(count, threads, |j| {
            let mut unit = vec![0.0; self.0.size];
            unit[j] = 1.0;
            self.variance(&unit)
        })
    }
}

/// Where row `i` begins.
fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

/// Makes element `j` of a row that of the factor, from those before it and from row `j` of the
/// factor, which is among those `above`.
fn reduce(row: &mut [f64], j: usize, above: &[f64]) {
    let above = &above[start(j)..start(j + 1)];
    row[j] = (row[j] - dot(&row[..j], &above[..j])) / above[j];
}

/// Sums that a scalar product is added up in.
const LANES: usize = 4;

/// Σ aᵢ·bᵢ, added up in four lanes: in an order of its own, always the same.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn example() -> Symmetric {
        Symmetric { size: 3, data: vec![4.0, 2.0, 5.0, 1.0, 3.0, 6.0] }
    }

    #[test]
    fn solves_what_it_factorised() {
        let factor = Cholesky::new(example(), 1).unwrap();
        let x = factor.solve(&[1.0, 2.0, 3.0]);
        let full = [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]];
        for (row, b) in full.iter().zip([1.0, 2.0, 3.0]) {
            assert!((dot(row, &x) - b).abs() < 1e-14);
        }
        assert!((factor.variance(&[1.0, 0.0, 0.0]) - factor.solve(&[1.0, 0.0, 0.0])[0]).abs() < 1e-15);
    }

    #[test]
    fn singular_matrices_are_seen_and_damped() {
        let mut a = Symmetric::zeros(2);
        a.data.copy_from_slice(&[1.0, 1.0, 1.0]);
        assert!(Cholesky::new(a.clone(), 1).is_none());
        let (factor, damped) = Cholesky::damped(&a, 1).unwrap();
        let x = factor.solve(&[1.0, 1.0]);
        assert!(damped && (x[0] - 0.5).abs() < 1e-6 && (x[1] - 0.5).abs() < 1e-6);
        assert!(Cholesky::damped(&Symmetric::zeros(2), 1).unwrap().1);
    }

    #[test]
    fn blocks_and_threads_do_not_show_in_a_factor() {
        let mut random = Random::new(5);
        for size in [1, 63, 64, 65, 200, 300] {
            let mut a = Symmetric::zeros(size);
            for i in 0..size {
                a.row_mut(i).iter_mut().for_each(|value| *value = random.unit() - 0.5);
                a.add_to_diagonal(i, size as f64);
            }
            // Row by row, as the textbook has it.
            let mut plain = a.clone();
            for i in 0..size {
                let (above, row) = plain.data.split_at_mut(start(i));
                (0..i).for_each(|j| reduce(&mut row[..=i], j, above));
                row[i] = (row[i] - dot(&row[..i], &row[..i])).sqrt();
            }
            let [one, two] = [1, 2].map(|threads| Cholesky::new(a.clone(), threads).unwrap());
            assert!(one.0 == plain && two.0 == plain, "{size} columns");
            for j in [0, size / 3, size - 1] {
                let mut unit = vec![0.0; size];
                unit[j] = 1.0;
                let (x, mut back) = (one.forward(&unit), vec![0.0; size]);
                (0..size).for_each(|i| back[i] = dot(&one.0.row(i)[..=i], &x[..=i]));
                assert!(back.iter().zip(&unit).all(|(a, b)| (a - b).abs() < 1e-12), "{size} columns, {j}");
            }
        }
    }
}
