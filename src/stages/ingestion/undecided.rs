//! Rows of which memory does not hold all, told apart on disk.
//!
//! Each row is kept with its file and line in one scratch file, in order. Its hash goes with its
//! number into one of many others, by the hash: equal rows meet in the same one, each of which is
//! small enough to be sorted in memory. That tells which rows repeat an earlier one; the rest is
//! then read back in order. All of it is written and read from beginning to end.

use crate::sources::record::{Broken, Records};
use memchr::memchr;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// A file without a name that goes with the program.
pub trait ScratchFile: Read + Write + Seek {}
impl<F: Read + Write + Seek> ScratchFile for F {}

/// Makes one.
pub type NewScratch<'a> = dyn Fn() -> io::Result<Box<dyn ScratchFile>> + 'a;

/// Into how many files hashes go.
const PARTS: usize = 64;
/// Buffer of each of them.
const BUFFER: usize = 1 << 16;
/// Bytes of a hash with the number of its row.
const ENTRY: usize = 24;

/// The rows, as long as they come.
pub struct Undecided {
    lines: BufWriter<Box<dyn ScratchFile>>,
    parts: Vec<BufWriter<Box<dyn ScratchFile>>>,
    rows: u64,
}

/// A row whose time has come.
pub struct Decided<'a> {
    /// The number of the file that it stands in.
    pub file: usize,
    /// The line of that file in which it begins.
    pub line: u64,
    /// As it would be written, without a line end.
    pub text: &'a [u8],
    /// Whether an equal row stands before it.
    pub is_repeated: bool,
}

impl Undecided {
    /// No rows yet.
    ///
    /// # Errors
    /// A scratch file cannot be made.
    pub fn new(scratch: &NewScratch<'_>) -> io::Result<Undecided> {
        let buffered = || scratch().map(|file| BufWriter::with_capacity(BUFFER, file));
        let parts = (0..PARTS).map(|_| buffered()).collect::<io::Result<_>>()?;
        Ok(Undecided { lines: buffered()?, parts, rows: 0 })
    }

    /// Takes a row with its line end.
    ///
    /// # Errors
    /// Writing failed.
    pub fn push(&mut self, hash: u128, file: usize, line: u64, text: &[u8]) -> io::Result<()> {
        write!(self.lines, "{file},{line},")?;
        self.lines.write_all(text)?;
        // The low bits say where in memory a row would be looked for; these are others.
        let part = &mut self.parts[(hash >> 122) as usize % PARTS];
        part.write_all(&hash.to_le_bytes())?;
        part.write_all(&self.rows.to_le_bytes())?;
        self.rows += 1;
        Ok(())
    }

    /// Decides, and hands out the rows in order.
    ///
    /// # Errors
    /// Reading failed; those of `take`.
    pub fn decide(self, take: &mut dyn FnMut(Decided<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut repeated = vec![0u64; (self.rows / 64 + 1) as usize];
        for part in self.parts {
            for row in repeats(rewound(part)?)? {
                repeated[(row / 64) as usize] |= 1 << (row % 64);
            }
        }
        let mut records = Records::new(rewound(self.lines)?);
        for row in 0..self.rows {
            let record = match records.next_record() {
                Ok(Some(record)) => record.bytes,
                Ok(None) => return Err(damaged()),
                Err(Broken::Io(e)) => return Err(e),
                Err(_) => return Err(damaged()),
            };
            let is_repeated = repeated[(row / 64) as usize] >> (row % 64) & 1 == 1;
            let (file, rest) = number(record).ok_or_else(damaged)?;
            let (line, text) = number(rest).ok_or_else(damaged)?;
            take(Decided { file: file as usize, line, text, is_repeated })?;
        }
        Ok(())
    }
}

fn rewound(file: BufWriter<Box<dyn ScratchFile>>) -> io::Result<BufReader<Box<dyn ScratchFile>>> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

/// The numbers of rows whose hash an earlier row has.
fn repeats(mut part: impl Read) -> io::Result<Vec<u64>> {
    // Three halves of a hash and a number rather than two of different size, which would be padded.
    let mut entries: Vec<[u64; 3]> = Vec::new();
    let mut entry = [0; ENTRY];
    loop {
        match part.read_exact(&mut entry) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(e) => return Err(e),
        }
        let word = |at: usize| entry[at..].iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        entries.push([word(0), word(8), word(16)]);
    }
    entries.sort_unstable();
    Ok(entries.windows(2).filter(|pair| pair[0][..2] == pair[1][..2]).map(|pair| pair[1][2]).collect())
}

/// The number that a text begins with, and what stands behind its comma.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (digits, rest) = text.split_at(memchr(b',', text)?);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, &rest[1..]))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a scratch file was changed by somebody else")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_rows_are_found_and_all_come_in_order() {
        let mut rows = Undecided::new(&|| Ok(Box::new(io::Cursor::new(Vec::new())))).unwrap();
        let text = |i: u64| format!("{},\"a\nb\",x\n", i % 700);
        for i in 0..2_000 {
            let hash = xxhash_rust::xxh3::xxh3_128(text(i).as_bytes());
            rows.push(hash, (i / 100) as usize, i * 2, text(i).as_bytes()).unwrap();
        }
        let mut seen = 0;
        rows.decide(&mut |row| {
            assert_eq!((row.file, row.line), ((seen / 100) as usize, seen * 2));
            assert_eq!([row.text, b"\n"].concat(), text(seen).as_bytes());
            assert_eq!(row.is_repeated, seen >= 700, "row {seen}");
            seen += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, 2_000);
    }
}
