//! Records cut out of a stream of bytes: one line each, unless a quoted cell holds a line end.

use memchr::{memchr, memchr_iter, memchr2};
use std::io::Read;

/// The longest record that is read. Anything longer is a file without line ends or with
/// a quote that is never closed.
pub const LONGEST: usize = 16 << 20;
const CHUNK: usize = 1 << 18;

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
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    line: u64,
    taken: u64,
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
        Records { input, delimiter: b',', buffer: Vec::new(), start: 0, end: 0, ended: false, line: 1, taken: 0 }
    }

    /// The first bytes, as many as one read of 64 KiB yields, without taking them.
    ///
    /// # Errors
    /// Reading failed.
    pub fn head(&mut self) -> Result<&[u8], Broken> {
        while self.end - self.start < (1 << 16) && !self.ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + (1 << 16))])
    }

    /// Sets the delimiter, which decides where a quoted cell may begin.
    pub fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Passes over the first `n` bytes, such as a byte order mark.
    pub fn skip(&mut self, n: usize) {
        let start = (self.start + n).min(self.end);
        self.taken += (start - self.start) as u64;
        self.start = start;
    }

    /// The next record that is not an empty line; `None` at the end.
    ///
    /// # Errors
    /// See [`Broken`].
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Broken> {
        loop {
            let Some((length, taken, lines)) = self.find_end()? else { return Ok(None) };
            let (start, line) = (self.start, self.line);
            self.start += taken;
            self.line += lines;
            self.taken += taken as u64;
            let bytes = &self.buffer[start..start + length];
            let length = bytes.strip_suffix(b"\r").unwrap_or(bytes).len();
            if length > 0 {
                return Ok(Some(Record { bytes: &self.buffer[start..start + length], line }));
            }
        }
    }

    /// Length of the record at `start`, bytes to take with its line end, and lines it covers.
    fn find_end(&mut self) -> Result<Option<(usize, usize, u64)>, Broken> {
        let mut looked = 0;
        loop {
            let window = &self.buffer[self.start..self.end];
            if let Some(newline) = memchr(b'\n', &window[looked..]).map(|i| i + looked) {
                if memchr(b'"', &window[..newline]).is_none() {
                    return Ok(Some((newline, newline + 1, 1)));
                }
                if let Some(end) = end_outside_quotes(window, self.delimiter) {
                    let lines = memchr_iter(b'\n', &window[..=end]).count() as u64;
                    return Ok(Some((end, end + 1, lines)));
                }
            }
            if self.ended {
                if window.is_empty() {
                    return Ok(None);
                }
                // The last line may lack its line end, but not its closing quote.
                let mut closed = window.to_vec();
                closed.push(b'\n');
                let newlines = memchr_iter(b'\n', window).count() as u64;
                return match end_outside_quotes(&closed, self.delimiter) {
                    Some(end) if end >= window.len() => Ok(Some((window.len(), window.len(), newlines + 1))),
                    _ => Err(Broken::OpenQuote(self.line)),
                };
            }
            if window.len() > LONGEST {
                return Err(Broken::TooLong(self.line));
            }
            looked = if memchr(b'"', window).is_none() { window.len() } else { 0 };
            self.fill()?;
        }
    }

    /// Reads more behind what is not yet taken. The window doubles while one record
    /// does not fit, so that a long record is not scanned over and over.
    fn fill(&mut self) -> Result<(), Broken> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let wanted = CHUNK.max(self.end * 2);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(n) => {
                    self.end += n;
                    return Ok(());
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Broken::Io(e)),
            }
        }
    }

    /// Bytes of the stream up to the end of the last record, its line end included.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The stream, for what is left in it.
    pub fn into_inner(self) -> R {
        self.input
    }
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
