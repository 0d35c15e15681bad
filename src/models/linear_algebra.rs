//! Symmetric positive definite systems.

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
        Symmetric { size, data: vec![0.0; size * (size + 1) / 2] }
    }

    /// Row `i` up to the diagonal.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * (i + 1) / 2..(i + 1) * (i + 2) / 2]
    }

    /// Row `i` up to the diagonal, to be changed.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * (i + 1) / 2..(i + 1) * (i + 2) / 2]
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

/// The factor L of a matrix L·Lᵀ.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky(Symmetric);

impl Cholesky {
    /// Factorises (Golub and Van Loan, Matrix Computations, algorithm 4.2.1, by rows).
    /// `None` where the matrix is not positive definite in the precision at hand.
    pub fn new(mut a: Symmetric) -> Option<Cholesky> {
        for i in 0..a.size {
            let (done, rest) = a.data.split_at_mut(i * (i + 1) / 2);
            let row = &mut rest[..=i];
            for j in 0..i {
                let above = &done[j * (j + 1) / 2..(j + 1) * (j + 2) / 2];
                row[j] = (row[j] - dot(&row[..j], &above[..j])) / above[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            if !(pivot.is_finite() && pivot > SINGULAR * row[i]) {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Cholesky(a))
    }

    /// Factorises, after adding to the diagonal as little as makes it possible
    /// (Levenberg, 1944). The second value says whether something was added.
    pub fn damped(a: &Symmetric) -> Option<(Cholesky, bool)> {
        if let Some(plain) = Cholesky::new(a.clone()) {
            return Some((plain, false));
        }
        let largest = (0..a.size).map(|i| a.row(i)[i]).fold(f64::MIN_POSITIVE, f64::max);
        (-11..=2).find_map(|power| {
            let mut damped = a.clone();
            (0..a.size).for_each(|i| damped.add_to_diagonal(i, largest * 10f64.powi(power)));
            Cholesky::new(damped).map(|factor| (factor, true))
        })
    }

    /// The solution x of L·x = b.
    pub fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..self.0.size.min(x.len()) {
            let row = self.0.row(i);
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
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
}

/// Σ aᵢ·bᵢ, added up in four lanes: in an order of its own, always the same.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<4>();
    let (b_lanes, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Symmetric {
        Symmetric { size: 3, data: vec![4.0, 2.0, 5.0, 1.0, 3.0, 6.0] }
    }

    #[test]
    fn solves_what_it_factorised() {
        let factor = Cholesky::new(example()).unwrap();
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
        assert!(Cholesky::new(a.clone()).is_none());
        let (factor, damped) = Cholesky::damped(&a).unwrap();
        let x = factor.solve(&[1.0, 1.0]);
        assert!(damped && (x[0] - 0.5).abs() < 1e-6 && (x[1] - 0.5).abs() < 1e-6);
        assert!(Cholesky::damped(&Symmetric::zeros(2)).unwrap().1);
    }
}
