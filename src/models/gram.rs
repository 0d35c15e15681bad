//! Sums over rows: Σ eᵢ·xᵢ and the lower half of Σ qᵢ·xᵢ·xᵢᵀ.

use super::linear_algebra::Symmetric;

/// Rows added in one sweep over the sums: as many factors as the registers hold, so that
/// a sum is loaded and stored once for eight products.
const GROUP: usize = 8;
/// Columns are padded to a multiple of this, so that loops have no remainder.
const LANES: usize = 4;

/// The two sums, filled row by row.
pub struct Gram {
    size: usize,
    stride: usize,
    rows: Vec<f64>,
    errors: [f64; GROUP],
    weights: [f64; GROUP],
    filled: usize,
    gradient: Vec<f64>,
    hessian: Vec<f64>,
}

impl Gram {
    /// For rows of `size` numbers.
    pub fn new(size: usize) -> Gram {
        let stride = size.next_multiple_of(LANES);
        Gram {
            size,
            stride,
            rows: vec![0.0; GROUP * stride],
            errors: [0.0; GROUP],
            weights: [0.0; GROUP],
            filled: 0,
            gradient: vec![0.0; stride],
            hessian: vec![0.0; size * stride],
        }
    }

    /// Where the next row is to be written.
    pub fn slot(&mut self) -> &mut [f64] {
        &mut self.rows[self.filled * self.stride..][..self.size]
    }

    /// Adds the row in the slot with its factors e and q.
    pub fn add(&mut self, error: f64, weight: f64) {
        self.errors[self.filled] = error;
        self.weights[self.filled] = weight;
        self.filled += 1;
        if self.filled == GROUP {
            self.sweep();
        }
    }

    /// Both sums.
    pub fn finish(mut self) -> (Vec<f64>, Symmetric) {
        self.sweep();
        let mut hessian = Symmetric::zeros(self.size);
        for i in 0..self.size {
            hessian.row_mut(i).copy_from_slice(&self.hessian[i * self.stride..][..=i]);
        }
        self.gradient.truncate(self.size);
        (self.gradient, hessian)
    }

    fn sweep(&mut self) {
        let mut slots = self.rows.chunks_exact(self.stride);
        let rows: [&[f64]; GROUP] = std::array::from_fn(|_| slots.next().unwrap_or_default());
        axpy(&mut self.gradient, &self.errors, rows);
        for (j, sums) in self.hessian.chunks_exact_mut(self.stride).enumerate() {
            let factors: [f64; GROUP] = std::array::from_fn(|i| self.weights[i] * rows[i][j]);
            // A little past the diagonal, up to a whole number of lanes.
            axpy(&mut sums[..(j + 1).next_multiple_of(LANES)], &factors, rows);
        }
        // Rows left over from this group count nothing in an unfilled last one.
        (self.errors, self.weights, self.filled) = ([0.0; GROUP], [0.0; GROUP], 0);
    }
}

/// Adds Σ factorᵢ·rowᵢ to `sums`.
#[inline]
fn axpy(sums: &mut [f64], factors: &[f64; GROUP], rows: [&[f64]; GROUP]) {
    let sums = sums.as_chunks_mut::<LANES>().0;
    // Slices of one known length spare the checks inside the loop.
    let [a, b, c, d, e, f, g, h] = rows.map(|row| &row.as_chunks::<LANES>().0[..sums.len()]);
    for (k, sum) in sums.iter_mut().enumerate() {
        for lane in 0..LANES {
            let first = (factors[0] * a[k][lane] + factors[1] * b[k][lane])
                + (factors[2] * c[k][lane] + factors[3] * d[k][lane]);
            let second = (factors[4] * e[k][lane] + factors[5] * f[k][lane])
                + (factors[6] * g[k][lane] + factors[7] * h[k][lane]);
            sum[lane] += first + second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_definition() {
        // Sizes and numbers of rows on both sides of a whole group.
        for (size, rows) in [(1, 3), (5, 8), (6, 21)] {
            let value = |i: usize, j: usize| ((i * 7 + j * 3) % 11) as f64 - 4.0;
            let mut gram = Gram::new(size);
            for i in 0..rows {
                (0..size).for_each(|j| gram.slot()[j] = value(i, j));
                gram.add(i as f64, 1.0 + i as f64);
            }
            let (gradient, hessian) = gram.finish();
            for (j, found) in gradient.into_iter().enumerate() {
                assert_eq!(found, (0..rows).map(|i| i as f64 * value(i, j)).sum::<f64>());
                for k in 0..=j {
                    let sum: f64 = (0..rows).map(|i| (1.0 + i as f64) * value(i, j) * value(i, k)).sum();
                    assert_eq!(hessian.row(j)[k], sum);
                }
            }
        }
    }
}
