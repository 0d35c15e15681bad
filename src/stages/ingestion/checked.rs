//! A block of rows, checked row by row: what can be said of rows without knowing those before.

use crate::distinct::RowHasher;
use crate::sources::Block;
use crate::sources::fields::Fields;
use crate::stages::row_check::{Rejection, RowCheck};
use std::ops::Range;

/// The rows of one block.
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
    /// Where it ends among the lines.
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
    pub fn of(mut block: Block, check: &RowCheck, hasher: RowHasher) -> Checked {
        let mut checked = Checked { lines: Vec::with_capacity(block.size()), rows: Vec::new(), bad: Vec::new() };
        let mut cells = Fields::default();
        while let Some(row) = block.next_row(&mut cells) {
            let start = checked.lines.len();
            row.cells.write(&mut checked.lines);
            let rejection = check.judge(row.cells).err();
            checked.rows.push(Row {
                hash: hasher.hash(&checked.lines[start..]),
                line: row.line,
                end: checked.lines.len(),
                is_bad: rejection.is_some(),
            });
            checked.bad.extend(rejection.map(|rejection| Bad { rejection, raw: row.raw.to_vec() }));
        }
        checked
    }

    /// The hashes of all rows.
    pub fn hashes(&self) -> impl Iterator<Item = u128> {
        self.rows.iter().map(|row| row.hash)
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        let (mut start, mut bad) = (0, self.bad.iter());
        self.rows.iter().map(move |row| {
            let range = start..row.end;
            start = row.end;
            Line { range, hash: row.hash, line: row.line, bad: if row.is_bad { bad.next() } else { None } }
        })
    }

    /// One row, or several that stand one behind the other.
    pub fn text(&self, range: Range<usize>) -> &[u8] {
        &self.lines[range]
    }
}
