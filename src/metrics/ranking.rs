//! Rows by falling probability of the positive class, with their ties.

/// The row is positive.
const POSITIVE: u8 = 1;
/// The row is the last of its probability.
const LAST: u8 = 2;

/// The order in which a threshold that falls from above 1 to 0 takes up the rows.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Rows, most probable first.
    order: Vec<u32>,
    /// Of the row at that rank, [`POSITIVE`] and [`LAST`]: one byte, since large data is read
    /// at the speed of memory.
    marks: Vec<u8>,
}

impl Ranking {
    /// Ranks the rows; `probability` and `positive` have one entry a row.
    pub fn new(probability: &[f64], positive: impl Fn(usize) -> bool) -> Ranking {
        let mut order: Vec<u32> = (0..probability.len() as u32).collect();
        let of = |row: &u32| probability[*row as usize];
        order.sort_unstable_by(|a, b| of(b).total_cmp(&of(a)).then(a.cmp(b)));
        let last = |i: usize| order.get(i + 1).is_none_or(|next| of(next) != of(&order[i]));
        let mark = |(i, row): (usize, &u32)| POSITIVE * u8::from(positive(*row as usize)) + LAST * u8::from(last(i));
        let marks = order.iter().enumerate().map(mark).collect();
        Ranking { order, marks }
    }

    /// Calls `each` once for every distinct probability, highest first, with the weight of
    /// its positive and of its negative rows. Rows of equal probability come together, so
    /// that no order among them can favour anyone; a resample may leave both weights at 0.
    #[inline]
    pub fn sweep(&self, weights: &[f64], mut each: impl FnMut(f64, f64)) {
        let (mut positive, mut total) = (0.0, 0.0);
        for (row, mark) in self.order.iter().zip(&self.marks) {
            let weight = weights[*row as usize];
            positive += weight * f64::from(mark & POSITIVE);
            total += weight;
            if mark & LAST != 0 {
                each(positive, total - positive);
                (positive, total) = (0.0, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_come_together_and_the_highest_first() {
        let ranking = Ranking::new(&[0.1, 0.9, 0.1, 0.5], |row| row < 2);
        let mut steps = Vec::new();
        ranking.sweep(&[1.0, 2.0, 3.0, 0.0], |p, n| steps.push((p, n)));
        assert_eq!(steps, [(2.0, 0.0), (0.0, 0.0), (1.0, 3.0)]);
    }
}
