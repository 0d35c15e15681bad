//! Where cells end and which of them hold a number, for 64 bytes of text at a time: a bit for each
//! byte, and sums of words in place of loops over bytes.

use crate::vectors::{self, Simd, dispatch, prelude::*, u8x64};

/// Bytes that a word has bits for.
pub const WORD: usize = u64::BITS as usize;

/// What is known of 64 bytes. The first of them has the lowest bit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// Where cells end: delimiters and line ends.
    pub ends: u64,
    /// The line ends among them.
    pub lines: u64,
    /// The ends of cells of which it is not known that they hold a number: it is known where there
    /// are digits, at most one sign before them, at most one point among them, and nothing else.
    pub odd: u64,
}

/// Marks a text that begins with a cell. It holds no quotes: each delimiter ends a cell.
pub fn of(text: &[u8], delimiter: u8) -> Vec<Marks> {
    dispatch!(vectors::level(), simd => marked(simd, text, delimiter))
}

#[inline(always)]
fn marked<S: Simd>(simd: S, text: &[u8], delimiter: u8) -> Vec<Marks> {
    let mut carries = Carries { starts: 1, ..Carries::default() };
    let (whole, rest) = text.as_chunks::<WORD>();
    let mut last = [0; WORD];
    last[..rest.len()].copy_from_slice(rest);
    let mut marks = vec![Marks::default(); whole.len() + 1];
    // Loops and no closures: those are compiled for the vectors that every processor has. Nor any
    // branch but that of the loop, such as a vector that might have to grow: the compiler takes masks
    // apart byte by byte to carry them over it.
    for (marks, bytes) in marks.iter_mut().zip(whole.iter().chain([&last])) {
        *marks = Marks::of(simd, bytes, delimiter, &mut carries);
    }
    marks
}

/// What one word tells the next, 0 or 1 each.
#[derive(Default)]
struct Carries {
    /// Whether a cell starts.
    starts: u64,
    /// Whether only digits stand between a point and here.
    point: u64,
    /// Whether the cell that goes on here holds something that no number does.
    other: u64,
    /// Whether it holds a digit.
    digit: u64,
}

impl Marks {
    #[inline(always)]
    fn of<S: Simd>(simd: S, bytes: &[u8; WORD], delimiter: u8, carries: &mut Carries) -> Marks {
        let text = u8x64::from_slice(simd, bytes);
        let delimiters = text.simd_eq(delimiter).to_bitmask();
        let lines = text.simd_eq(b'\n').to_bitmask();
        let points = text.simd_eq(b'.').to_bitmask();
        let signs = text.simd_eq(b'-').to_bitmask();
        let digits = (text - b'0').simd_le(9).to_bitmask();
        let ends = delimiters | lines;
        let signs = signs & (ends << 1 | std::mem::replace(&mut carries.starts, ends >> 63));
        // A point runs on over the digits behind it: where it arrives, no other may stand.
        let (behind, runs_on) = digits.overflowing_add(points << 1 | carries.point);
        carries.point = points >> 63 | u64::from(runs_on);
        // A cell without end here is so long that it may be beyond all numbers, and is rare.
        let long = u64::from(ends == 0);
        let others = !(ends | digits | points | signs) | (behind & !digits & points) | long;
        let not_ends = !ends;
        let has_other = run(not_ends, others, &mut carries.other);
        let has_digit = run(not_ends, digits, &mut carries.digit);
        Marks { ends, lines, odd: ends & (has_other | !has_digit) }
    }
}

/// Lets bits run upwards over the ones that they stand among; those that arrive behind them are set
/// in the sum.
#[inline(always)]
fn run(over: u64, bits: u64, carry: &mut u64) -> u64 {
    let (sum, first) = over.overflowing_add(bits);
    let (sum, second) = sum.overflowing_add(*carry);
    *carry = u64::from(first | second);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::cell;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cells_end_where_they_do_and_those_not_odd_are_numbers(text in "[0-9.,\\-\n]{0,90}[a1.-]{0,140}[0-9.,\\-\nx]{0,90}\n") {
            let marks = of(text.as_bytes(), b',');
            let mut start = 0;
            for (i, byte) in text.bytes().enumerate() {
                let bit = |word: fn(&Marks) -> u64| word(&marks[i / WORD]) >> (i % WORD) & 1 == 1;
                prop_assert_eq!(bit(|m| m.ends), matches!(byte, b',' | b'\n'));
                prop_assert_eq!(bit(|m| m.lines), byte == b'\n');
                if !bit(|m| m.ends) {
                    prop_assert!(!bit(|m| m.odd));
                    continue;
                }
                let known = !bit(|m| m.odd);
                let is_decimal = cell::is_short_decimal(&text.as_bytes()[start..i]);
                prop_assert!(is_decimal || !known, "{:?}", &text[start..i]);
                prop_assert!(known || !is_decimal || i - start > 63, "{:?}", &text[start..i]);
                start = i + 1;
            }
        }
    }
}
