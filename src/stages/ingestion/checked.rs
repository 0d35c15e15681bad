//! A block of rows, checked row by row: what can be said of rows without knowing those before.

use crate::distinct::RowHasher;
use crate::sources::fields::Fields;
use crate::sources::{Block, Plain};
use crate::stages::row_check::{Rejection, RowCheck};
use std::ops::Range;

/// The rows of one block.
#[derive(Default)]
pub struct Checked {
    lines: Vec<u8>,
    rows: Vec<Row>,
    /// Those that are bad, in order.
    bad: Vec<Bad>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    hash: u128,
    line: u64,
    /// Where it stands among the lines, its line end included.
    start: usize,
    end: usize,
    is_bad: bool,
}

/// A row that cannot be used.
pub struct Bad {
    /// Why not.
    pub rejection: Rejection,
    /// The row as it came.
    pub raw: Vec<u8>,
}

/// One row of a block.
pub struct Line<'a> {
    /// Where it stands, as it would be written with its line end, among the rows of the block.
    pub range: Range<usize>,
    /// Of that text.
    pub hash: u128,
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Where it is bad, why.
    pub bad: Option<&'a Bad>,
}

impl Checked {
    /// Checks the rows of a block.
    pub fn of(block: Block, check: &RowCheck, hasher: RowHasher) -> Checked {
        match Plain::of(block) {
            Ok(plain) => Checked::of_plain(plain, check, hasher),
            Err(block) => Checked::of_any(block, check, hasher),
        }
    }

    fn of_any(mut block: Block, check: &RowCheck, hasher: RowHasher) -> Checked {
        let mut checked = Checked { lines: Vec::with_capacity(block.size()), ..Checked::default() };
        let mut cells = Fields::default();
        while let Some(row) = block.next_row(&mut cells) {
            let start = checked.lines.len();
            row.cells.write(&mut checked.lines);
            let place = start..checked.lines.len();
            checked.push(hasher.hash(&checked.lines[start..]), row.line, place, check.judge(row.cells), row.raw);
        }
        checked
    }

    fn of_plain(block: Plain, check: &RowCheck, hasher: RowHasher) -> Checked {
        let mut checked = Checked::default();
        let mut rows = block.rows(check.width());
        while let Some(row) = rows.next_row() {
            let text = row.text();
            let raw = text.strip_suffix(b"\n").unwrap_or(text);
            checked.push(hasher.hash(text), row.line, row.place.clone(), check.judge_plain(&row), raw);
        }
        Checked { lines: block.into_text(), ..checked }
    }

    fn push(&mut self, hash: u128, line: u64, place: Range<usize>, judged: Result<(), Rejection>, raw: &[u8]) {
        self.rows.push(Row { hash, line, start: place.start, end: place.end, is_bad: judged.is_err() });
        self.bad.extend(judged.err().map(|rejection| Bad { rejection, raw: raw.to_vec() }));
    }

    /// The hashes of all rows.
    pub fn hashes(&self) -> impl Iterator<Item = u128> {
        self.rows.iter().map(|row| row.hash)
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        let mut bad = self.bad.iter();
        self.rows.iter().map(move |row| {
            let range = row.start..row.end;
            Line { range, hash: row.hash, line: row.line, bad: if row.is_bad { bad.next() } else { None } }
        })
    }

    /// How many bytes the rows have.
    pub fn size(&self) -> usize {
        self.lines.len()
    }

    /// One row, or several that stand one behind the other.
    pub fn text(&self, range: Range<usize>) -> &[u8] {
        &self.lines[range]
    }
}
