//! Records cut out of a stream of bytes: one line each, unless a quoted cell holds a line end.
//!
//! The stream is cut into [`Block`]s of whole records, so that several threads can each work
//! on one; [`Records`] goes through them one record after the other.

use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr};
use std::io::Read;

/// The longest record that is read. Anything longer is a file without line ends or with
/// a quote that is never closed.
pub const LONGEST: usize = 16 << 20;
/// How much of the stream is looked at to find out what it is.
const HEAD: usize = 1 << 16;
/// Size of a block, unless a record is longer: it and what is made of it fit the second-level
/// cache of a core, and allocators keep buffers of that size at hand.
const CHUNK: usize = 1 << 16;

/// Why no further record can be had.
#[derive(Debug)]
pub enum Broken {
    /// Reading failed.
    Io(std::io::Error),
    /// A quoted cell that begins in this line is never closed.
    OpenQuote(u64),
    /// The record that begins in this line is longer than [`LONGEST`].
    TooLong(u64),
}

/// Cuts records. Memory is bounded by the longest record.
pub struct Records<R> {
    input: R,
    delimiter: u8,
    /// What was read behind the last whole record.
    rest: Vec<u8>,
    ended: bool,
    line: u64,
    block: Block,
    taken: u64,
    chunk: usize,
}

/// Whole records, one behind the other.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    delimiter: u8,
    at: usize,
    line: u64,
    /// Whether there is any quote: without one, records are lines.
    quoted: bool,
    /// Whether all of it is UTF-8 without quotes, CR and NUL; unknown until somebody asks.
    bare: Option<bool>,
}

/// One record: its bytes without the line end, and the line it begins in, from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The line.
    pub line: u64,
}

impl<R: Read> Records<R> {
    /// Records of a stream.
    pub fn new(input: R) -> Records<R> {
        Records {
            input,
            delimiter: b',',
            rest: Vec::new(),
            ended: false,
            line: 1,
            block: Block::default(),
            taken: 0,
            chunk: CHUNK,
        }
    }

    /// The first bytes, as many as there are up to 64 KiB, without taking them.
    ///
    /// # Errors
    /// Reading failed.
    pub fn head(&mut self) -> Result<&[u8], Broken> {
        self.read_up_to(HEAD)?;
        Ok(&self.rest[..self.rest.len().min(HEAD)])
    }

    /// Sets the delimiter, which decides where a quoted cell may begin. Before the first record.
    pub fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Passes over `n` of the first bytes, such as a byte order mark. Before the first record.
    pub fn skip(&mut self, n: usize) {
        self.taken += self.rest.drain(..n.min(self.rest.len())).count() as u64;
    }

    /// The next record that is not an empty line; `None` at the end.
    ///
    /// # Errors
    /// See [`Broken`].
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Broken> {
        // Looked for first and cut out again: a borrow that leaves a loop would last for all of it.
        while !self.block.has_record() {
            self.taken += self.block.bytes.len() as u64;
            self.block = match self.cut()? {
                Some(block) => block,
                None => return Ok(None),
            };
        }
        Ok(self.block.next_record())
    }

    /// The records that follow, as many as a block holds; `None` at the end.
    ///
    /// # Errors
    /// See [`Broken`].
    pub fn next_block(&mut self) -> Result<Option<Block>, Broken> {
        if self.block.at < self.block.bytes.len() {
            self.taken += self.block.bytes.len() as u64;
            return Ok(Some(std::mem::take(&mut self.block)));
        }
        let block = self.cut()?;
        self.taken += block.as_ref().map_or(0, |b| b.bytes.len() as u64);
        Ok(block)
    }

    /// Bytes of the stream up to the end of the last record, its line end included.
    pub fn taken(&self) -> u64 {
        self.taken + self.block.at as u64
    }

    /// The stream, for what is left in it.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// Reads on and cuts off what is whole. What is looked at doubles while one record does not
    /// fit, so that a long record is not scanned over and over.
    fn cut(&mut self) -> Result<Option<Block>, Broken> {
        loop {
            self.read_up_to(self.chunk.max(self.rest.len() * 2))?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            let quoted = memchr(b'"', &self.rest).is_some();
            let end = match quoted {
                true => last_end_outside_quotes(&self.rest, self.delimiter),
                false => memrchr(b'\n', &self.rest).map_or(0, |newline| newline + 1),
            };
            let end = match end {
                _ if self.ended => self.end_of_all(end, quoted)?,
                0 if self.rest.len() > LONGEST => return Err(Broken::TooLong(self.line)),
                0 => continue,
                end => end,
            };
            let rest = self.rest.split_off(end);
            let bytes = std::mem::replace(&mut self.rest, rest);
            let line = self.line;
            self.line += memchr_iter(b'\n', &bytes).count() as u64;
            return Ok(Some(Block { bytes, delimiter: self.delimiter, at: 0, line, quoted, bare: None }));
        }
    }

    /// The last line may lack its line end, but not its closing quote. Records before one that
    /// does are given out first.
    fn end_of_all(&self, end: usize, quoted: bool) -> Result<usize, Broken> {
        let last = &self.rest[end..];
        if quoted && !last.is_empty() {
            let mut closed = last.to_vec();
            closed.push(b'\n');
            if end_outside_quotes(&closed, self.delimiter).is_none_or(|e| e < last.len()) {
                return if end > 0 { Ok(end) } else { Err(Broken::OpenQuote(self.line)) };
            }
        }
        Ok(self.rest.len())
    }

    fn read_up_to(&mut self, wanted: usize) -> Result<(), Broken> {
        let mut filled = self.rest.len();
        if self.ended || filled >= wanted {
            return Ok(());
        }
        self.rest.resize(wanted, 0);
        while filled < wanted && !self.ended {
            match self.input.read(&mut self.rest[filled..]) {
                Ok(0) => self.ended = true,
                Ok(n) => filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.rest.truncate(filled);
                    return Err(Broken::Io(e));
                }
            }
        }
        self.rest.truncate(filled);
        Ok(())
    }
}

impl Block {
    /// The next record that is not an empty line.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        if !self.has_record() {
            return None;
        }
        let window = &self.bytes[self.at..];
        let (length, taken, lines) = match memchr(b'\n', window) {
            Some(newline) if !self.quoted || memchr(b'"', &window[..newline]).is_none() => (newline, newline + 1, 1),
            None if !self.quoted => (window.len(), window.len(), 1),
            _ => match end_outside_quotes(window, self.delimiter) {
                Some(end) => (end, end + 1, memchr_iter(b'\n', &window[..=end]).count() as u64),
                None => (window.len(), window.len(), 1),
            },
        };
        let (start, line) = (self.at, self.line);
        self.at += taken;
        self.line += lines;
        let bytes = &self.bytes[start..start + length];
        Some(Record { bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes), line })
    }

    /// How many records follow, counted up to `most`. They are not taken.
    pub fn count_up_to(&mut self, most: u64) -> u64 {
        let before = (self.at, self.line);
        let mut records = 0;
        while records < most && self.next_record().is_some() {
            records += 1;
        }
        (self.at, self.line) = before;
        records
    }

    /// Passes over empty lines, and says whether a record follows.
    fn has_record(&mut self) -> bool {
        loop {
            match self.bytes.get(self.at..).unwrap_or_default() {
                [] => return false,
                [b'\n', ..] => self.at += 1,
                [b'\r', b'\n', ..] => self.at += 2,
                [b'\r'] => self.at += 1,
                _ => return true,
            }
            self.line += 1;
        }
    }

    /// Whether all of it is UTF-8 without quotes, CR and NUL, so that no record needs a look at that.
    pub fn is_bare(&mut self) -> bool {
        let look = || memchr3(b'"', b'\r', 0, &self.bytes).is_none() && std::str::from_utf8(&self.bytes).is_ok();
        *self.bare.get_or_insert_with(look)
    }

    /// The bytes of the records that were not given out yet, and the line that they begin in.
    pub fn into_rest(mut self) -> (Vec<u8>, u64) {
        self.bytes.drain(..self.at);
        (self.bytes, self.line)
    }

    /// How many bytes the records have, with their line ends.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// How many usual blocks it is as large as: one of a very long record is large.
    pub fn weight(&self) -> usize {
        self.bytes.len() / CHUNK
    }

    /// What cells are delimited by.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }
}

/// Where the last record that ends in a text ends, its line end included; 0 where none does.
fn last_end_outside_quotes(text: &[u8], delimiter: u8) -> usize {
    let mut at = 0;
    while let Some(end) = end_outside_quotes(&text[at..], delimiter) {
        at += end + 1;
    }
    at
}

/// Where the first line end outside quotes stands.
fn end_outside_quotes(window: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        if window.get(at) == Some(&b'"') {
            at += 1;
            loop {
                at += memchr(b'"', &window[at..])? + 1;
                if window.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        at += memchr2(delimiter, b'\n', &window[at..])?;
        if window[at] == b'\n' {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Result<Vec<(u64, String)>, Broken> {
        let mut records = Records::new(text);
        let mut out = Vec::new();
        while let Some(record) = records.next_record()? {
            out.push((record.line, String::from_utf8_lossy(record.bytes).into_owned()));
        }
        Ok(out)
    }

    #[test]
    fn lines_are_counted_through_quotes_and_empty_lines() {
        let text = b"a,b\r\n\r\n\"x\ny\",2\r\n3,\"4\"\"\"";
        let expected = [(1, "a,b"), (3, "\"x\ny\",2"), (5, "3,\"4\"\"\"")];
        let found = all(text).unwrap();
        assert_eq!(found.iter().map(|(l, t)| (*l, t.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_with_its_line() {
        assert!(matches!(all(b"a,b\n1,\"2\n3,4\n"), Err(Broken::OpenQuote(2))));
        assert!(matches!(all(b"a,\"b"), Err(Broken::OpenQuote(1))));
        assert_eq!(all(b"a,b\"c\n").unwrap().len(), 1, "a quote inside a cell is a letter");
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let endless = std::io::repeat(b'x').take(1 << 40);
        assert!(matches!(Records::new(endless).next_record(), Err(Broken::TooLong(1))));
        let mut quoted = Records::new(b"\"".chain(std::io::repeat(b'\n')));
        assert!(matches!(quoted.next_record(), Err(Broken::TooLong(1))));
    }

    proptest! {
        #[test]
        fn blocks_of_any_size_hold_the_same_records(text in "[ab,\"\n\r]{0,80}", chunk in 1usize..40) {
            let told = |found: Result<Vec<(u64, String)>, Broken>| found.map_err(|e| format!("{e:?}"));
            let mut records = Records { chunk, ..Records::new(text.as_bytes()) };
            let mut out = Vec::new();
            let cut = loop {
                match records.next_block() {
                    Ok(Some(mut block)) => {
                        let before = out.len();
                        let (two, all) = (block.count_up_to(2), block.count_up_to(u64::MAX));
                        while let Some(record) = block.next_record() {
                        out.push((record.line, String::from_utf8_lossy(record.bytes).into_owned()));
                        }
                        prop_assert_eq!((two, all), ((out.len() - before).min(2) as u64, (out.len() - before) as u64));
                    }
                    Ok(None) => break Ok(out),
                    Err(e) => break Err(e),
                }
            };
            if cut.is_ok() {
                prop_assert_eq!(records.taken(), text.len() as u64);
            }
            prop_assert_eq!(told(cut), told(all(text.as_bytes())));
        }

        #[test]
        fn the_csv_crate_sees_the_same_records(rows in prop::collection::vec(prop::collection::vec("[ab,\"\n ]{0,5}", 2), 0..20)) {
            let mut text = Vec::new();
            for row in &rows {
                super::super::fields::write_record(row.iter().map(String::as_bytes), &mut text);
            }
            prop_assert_eq!(all(&text).unwrap().len(), rows.len());
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&text[..]);
            let lines: Vec<u64> = reader.records().map(|r| r.unwrap().position().unwrap().line()).collect();
            prop_assert_eq!(all(&text).unwrap().into_iter().map(|(l, _)| l).collect::<Vec<_>>(), lines);
        }
    }
}
