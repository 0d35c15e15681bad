//! Sets of category codes: which levels of a column a split sends to the left.

/// A set of the codes 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeSet([u64; 4]);

impl CodeSet {
    /// Adds a code.
    pub fn insert(&mut self, code: u8) {
        self.0[usize::from(code / 64)] |= 1 << (code % 64);
    }

    /// Whether a code is in it.
    pub fn has(&self, code: u8) -> bool {
        self.0[usize::from(code / 64)] >> (code % 64) & 1 == 1
    }

    /// Whether a number is a code that is in it.
    pub fn has_number(&self, number: f64) -> bool {
        // What is beyond the codes, or NaN, is cut to one of them; hence the comparison.
        let code = number as u8;
        f64::from(code) == number && self.has(code)
    }

    /// The codes, rising.
    pub fn codes(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|code| self.has(*code))
    }

    /// The set of these codes; `None` where they do not rise.
    pub fn of_rising(codes: &[u8]) -> Option<CodeSet> {
        let rise = codes.windows(2).all(|pair| pair[0] < pair[1]);
        rise.then(|| codes.iter().copied().collect())
    }
}

impl FromIterator<u8> for CodeSet {
    fn from_iter<I: IntoIterator<Item = u8>>(codes: I) -> CodeSet {
        let mut set = CodeSet::default();
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_in_a_set() {
        let set = CodeSet::of_rising(&[0, 63, 64, 255]).unwrap();
        assert!([0.0, 63.0, 64.0, 255.0].iter().all(|code| set.has_number(*code)));
        for other in [1.0, 0.5, -1.0, 256.0, 1e300, f64::NAN, f64::INFINITY] {
            assert!(!set.has_number(other), "{other}");
        }
        assert_eq!(set.codes().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert!(CodeSet::of_rising(&[2, 2]).is_none());
    }
}
