//! Where values lie between edges, for very many values.

/// Codes of missing values are this; so many edges and one there may not be.
pub const MISSING: u8 = u8::MAX;
/// Edges at most.
pub const MOST: usize = 254;
/// Values that are looked up side by side.
const LANES: usize = 8;
/// Of the search tree.
const LEVELS: usize = 8;

/// Up to [`MOST`] rising edges.
#[derive(Debug)]
pub struct Lookup {
    /// A search tree: the middle edge in place 1, and below place `k` places `2k` and `2k + 1`.
    /// Beyond the last edge comes nothing that a value is above.
    tree: Box<[f64; 256]>,
}

impl Lookup {
    /// For these edges, which rise; those beyond [`MOST`] count nothing.
    pub fn of(edges: &[f64]) -> Lookup {
        let mut tree = Box::new([f64::INFINITY; 256]);
        for (place, node) in tree.iter_mut().enumerate().skip(1) {
            let level = place.ilog2();
            let nth = place - (1 << level);
            let edge = edges[..edges.len().min(MOST)].get((2 * nth + 1) * (128 >> level) - 1);
            *node = edge.copied().unwrap_or(f64::INFINITY);
        }
        Lookup { tree }
    }

    /// Writes how many edges each value is above; for NaN, [`MISSING`]. There are as many
    /// values as codes.
    pub fn codes<'a>(&self, values: impl Iterator<Item = &'a f64>, codes: &mut [u8]) {
        let mut values = values.copied();
        for group in codes.chunks_mut(LANES) {
            let values: [f64; LANES] = std::array::from_fn(|_| values.next().unwrap_or_default());
            // Several values at a time and without a branch, since no processor guesses on
            // which side of an edge a value is.
            let mut places = [1; LANES];
            for _ in 0..LEVELS {
                for (place, value) in places.iter_mut().zip(values) {
                    *place = 2 * *place + usize::from(self.tree[*place & 255] < value);
                }
            }
            for ((code, place), value) in group.iter_mut().zip(places).zip(values) {
                // Below the tree the places are 256 and on.
                *code = if value.is_nan() { MISSING } else { place as u8 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_above_the_edges_that_are_below_it() {
        for count in [0, 1, 7, 100, MOST] {
            let edges: Vec<f64> = (0..count).map(|edge| edge as f64).collect();
            let mut values: Vec<f64> = (0..600).map(|i| f64::from(i) / 2.0 - 10.0).collect();
            values.extend([f64::NAN, f64::MAX, f64::MIN, 0.0, -0.0]);
            let mut codes = vec![0; values.len()];
            Lookup::of(&edges).codes(values.iter(), &mut codes);
            for (value, code) in values.iter().zip(codes) {
                let above = edges.iter().filter(|edge| *value > **edge).count() as u8;
                assert_eq!(code, if value.is_nan() { MISSING } else { above }, "{count} {value}");
            }
        }
    }
}
