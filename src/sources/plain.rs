//! Blocks whose rows are already as they would be written: text with commas, without quotes, CR
//! and NUL. Their rows are looked at where they stand, and none is copied.

use super::marks::{self, Marks, WORD};
use super::record::Block;
use std::ops::Range;

/// Such a block.
#[derive(Debug)]
pub struct Plain {
    /// Rows, each with its line end, and empty lines.
    text: Vec<u8>,
    /// The line that it begins with, from 1.
    line: u64,
    marks: Vec<Marks>,
}

impl Plain {
    /// What is left of a block.
    ///
    /// # Errors
    /// The block itself, where it is not plain.
    pub fn of(mut block: Block) -> Result<Plain, Block> {
        if block.delimiter() != b',' || !block.is_bare() {
            return Err(block);
        }
        let (mut text, line) = block.into_rest();
        if text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        Ok(Plain { marks: marks::of(&text, b','), text, line })
    }

    /// Its rows, of which the first `width` cells are looked at.
    pub fn rows(&self, width: usize) -> PlainRows<'_> {
        // Those of a row that is too long are taken and not looked at.
        let (ends, odd) = (vec![0; width + WORD], vec![0; width / WORD + 2]);
        PlainRows {
            block: self,
            word: 0,
            left: self.marks.first().map_or(0, |m| m.ends),
            at: 0,
            line: self.line,
            ends,
            odd,
        }
    }

    /// All of the text.
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }
}

/// Goes through a plain block row by row.
pub struct PlainRows<'a> {
    block: &'a Plain,
    /// The marks that it stands at, and what is left of their ends.
    word: usize,
    left: u64,
    at: usize,
    line: u64,
    ends: Vec<usize>,
    odd: Vec<u64>,
}

/// One row.
pub struct PlainRow<'a> {
    /// The text of the block.
    pub all: &'a [u8],
    /// Where the row stands there, its line end included.
    pub place: Range<usize>,
    /// The line it begins in, from 1.
    pub line: u64,
    /// How many cells.
    pub cells: usize,
    /// A bit for each cell, 64 to a word: whether it is [odd](Marks::odd).
    pub odd: &'a [u64],
    ends: &'a [usize],
}

impl PlainRows<'_> {
    /// The next row. Empty lines are none.
    pub fn next_row(&mut self) -> Option<PlainRow<'_>> {
        let Plain { text, marks, .. } = self.block;
        let mut cells = 0;
        self.odd.fill(0);
        loop {
            let found = marks.get(self.word)?;
            // The ends up to the first line end.
            let lines = found.lines & self.left;
            let ends = self.left & (lines ^ lines.wrapping_sub(1));
            cells = self.take(ends, found.odd, cells);
            self.left ^= ends;
            if lines == 0 {
                self.word += 1;
                self.left = marks.get(self.word).map_or(0, |next| next.ends);
                continue;
            }
            let end = self.word * WORD + lines.trailing_zeros() as usize;
            let (start, line) = (std::mem::replace(&mut self.at, end + 1), self.line);
            self.line += 1;
            if end > start {
                let place = start..end + 1;
                return Some(PlainRow { all: text, place, line, cells, odd: &self.odd, ends: &self.ends });
            }
            self.odd.fill(0);
            cells = 0;
        }
    }

    /// Takes the ends of one word, which belong to a row that has so many cells before; gives back
    /// how many it has then. No branch depends on what a cell holds: none would be foreseen.
    fn take(&mut self, mut ends: u64, odd: u64, cells: usize) -> usize {
        let first = cells.min(self.ends.len() - WORD);
        let Some(places) = self.ends[first..].first_chunk_mut::<WORD>() else { return cells };
        let (mut count, mut odd_cells) = (0, 0);
        while ends != 0 {
            let bit = ends.trailing_zeros();
            places[count % WORD] = self.word * WORD + bit as usize;
            odd_cells |= (odd >> bit & 1) << (count % WORD);
            count += 1;
            ends &= ends - 1;
        }
        let (word, shift) = (first / WORD, first % WORD);
        self.odd[word] |= odd_cells << shift;
        if shift > 0 {
            self.odd[word + 1] |= odd_cells >> (WORD - shift);
        }
        cells + count
    }
}

impl PlainRow<'_> {
    /// The row with its line end.
    pub fn text(&self) -> &[u8] {
        &self.all[self.place.clone()]
    }

    /// Where the cell of that number stands in the text of the block.
    pub fn cell(&self, number: usize) -> Range<usize> {
        let start = number.checked_sub(1).map_or(self.place.start, |before| self.ends[before] + 1);
        start..self.ends[number]
    }
}
