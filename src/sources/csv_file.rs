//! One CSV file: its header checked, then row after row with its line.

use super::dialect;
use super::fields::Fields;
use super::limit::TooLarge;
use super::record::{Block, Broken, LONGEST, Records};
use crate::error::{Error, Kind, Problem, Result};
use crate::numbers::grouped;
use crate::table::cell;
use std::collections::HashSet;
use std::io::Read;

/// The most columns of a file. What has more is hardly meant as a table, and each column takes
/// memory of its own wherever columns are known.
pub const MOST_COLUMNS: usize = 100_000;
/// The longest name of a column, in bytes: names stand in messages, many of them in one.
const LONGEST_NAME: usize = 4096;

/// An open file.
pub struct CsvFile<R> {
    name: String,
    records: Records<R>,
    delimiter: u8,
    header: Vec<String>,
    cells: Fields,
}

/// One row as it came.
pub struct Row<'a> {
    /// The cells.
    pub cells: &'a Fields,
    /// The bytes of the row without its line end.
    pub raw: &'a [u8],
    /// The line it begins in, from 1.
    pub line: u64,
}

impl<R: Read> CsvFile<R> {
    /// Reads the header of `input`. `name` is what messages call the file; `expected`
    /// are the names of the columns where they are known.
    ///
    /// # Errors
    /// [`Kind::Data`]: no header, more than [`MOST_COLUMNS`], names that are empty, very long or
    /// stand twice, numbers where names should be, an encoding other than UTF-8. [`Kind::Io`]:
    /// reading failed.
    pub fn open(name: &str, input: R, expected: Option<&[&str]>) -> Result<CsvFile<R>> {
        let mut records = Records::new(input);
        let head = records.head().map_err(|e| broken(name, e))?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(Error::data(name, "the file is UTF-16").hint("save it as UTF-8"));
        }
        if head.contains(&b'\r') && !head.contains(&b'\n') {
            return Err(Error::data(name, "the line ends are CR alone").hint("save it with LF or CRLF line ends"));
        }
        let mark = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let delimiter = dialect::delimiter(&head[mark..], expected);
        records.skip(mark);
        records.set_delimiter(delimiter);
        let mut cells = Fields::default();
        match records.next_record().map_err(|e| broken(name, e))? {
            Some(record) => cells.split(record.bytes, delimiter),
            None => {
                return Err(Error::data(name, "the file is empty")
                    .why("not even a header is in it")
                    .hint("write the names of the columns in the first line, or remove the file"));
            }
        }
        let header = read_header(name, &cells)?;
        Ok(CsvFile { name: name.to_string(), records, delimiter, header, cells })
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The delimiter that was found.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// [`Kind::Data`]: a quote that is never closed, a row without end. [`Kind::Io`]: reading failed.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        match self.records.next_record() {
            Ok(Some(record)) => {
                self.cells.split(record.bytes, self.delimiter);
                Ok(Some(Row { cells: &self.cells, raw: record.bytes, line: record.line }))
            }
            Ok(None) => Ok(None),
            Err(e) => Err(broken(&self.name, e)),
        }
    }

    /// The rows that follow, as many as a block holds; `None` at the end.
    ///
    /// # Errors
    /// As [`CsvFile::next_row`].
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        self.records.next_block().map_err(|e| broken(&self.name, e))
    }

    /// The stream, at its end after the last row.
    pub fn into_inner(self) -> R {
        self.records.into_inner()
    }
}

impl Block {
    /// The next row, cut into `cells`.
    pub fn next_row<'a>(&'a mut self, cells: &'a mut Fields) -> Option<Row<'a>> {
        let (delimiter, is_bare) = (self.delimiter(), self.is_bare());
        let record = self.next_record()?;
        match is_bare {
            true => cells.split_bare(record.bytes, delimiter),
            false => cells.split(record.bytes, delimiter),
        }
        Some(Row { cells, raw: record.bytes, line: record.line })
    }
}

fn read_header(name: &str, cells: &Fields) -> Result<Vec<String>> {
    if cells.len() > MOST_COLUMNS {
        let [all, most] = [cells.len(), MOST_COLUMNS].map(|n| grouped(n as u64));
        return Err(Error::data(format!("{name}:1"), format!("the header has {all} columns"))
            .why(format!("at most {most} are read"))
            .hint("look whether it is a table at all, and whether its first line has an end"));
    }
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    let mut seen = HashSet::with_capacity(cells.len());
    let mut problems = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        let place = format!("{name}:1:{}", i + 1);
        let text = match std::str::from_utf8(cell) {
            Ok(text) => text.trim().to_string(),
            Err(_) => {
                problems.push(Problem::at(place, "a column's name is not UTF-8").hint("save the file as UTF-8"));
                continue;
            }
        };
        if text.len() > LONGEST_NAME {
            let what = format!("the name of a column has {} bytes", grouped(text.len() as u64));
            let problem = Problem::at(place, what).why(format!("at most {} are read", grouped(LONGEST_NAME as u64)));
            problems.push(problem.hint("name it in fewer words; is there a quote that is never closed?"));
        } else if text.is_empty() {
            problems.push(Problem::at(place, "a column has no name").hint("name it in the first line"));
        } else if text.contains('\0') {
            let problem = Problem::at(place, "the file is not text").why("a NUL byte is in its first line");
            problems.push(problem.hint(
                "save it as CSV in UTF-8: UTF-16 without its mark looks like this, and so does what is no table",
            ));
        } else if !seen.insert(text.clone()) {
            problems.push(Problem::at(place, format!("two columns are called {text:?}")).hint("rename one of them"));
        }
        names.push(text);
    }
    if problems.is_empty() && names.iter().all(|n| cell::number(n).is_some()) {
        problems.push(
            Problem::at(format!("{name}:1"), "the first line holds numbers, not names")
                .hint("write the names of the columns in the first line"),
        );
    }
    Error::unless_empty(Kind::Data, problems)?;
    Ok(names)
}

fn broken(name: &str, reason: Broken) -> Error {
    if let Broken::Io(e) = &reason
        && let Some(too_large) = TooLarge::of(e)
    {
        return too_large.error(name);
    }
    match reason {
        // What the system does not complain about, a decoder does.
        Broken::Io(e) if e.raw_os_error().is_none() => Error::data(name, "the compressed file is damaged or cut short")
            .why(e)
            .hint("copy the file again; nothing of it was taken"),
        Broken::Io(e) => Error::io(name, "read the file", &e),
        Broken::OpenQuote(line) => {
            Error::data(format!("{name}:{line}"), "a quoted cell that begins here is never closed")
                .hint("close the quote; a quote inside a quoted cell is written twice")
        }
        Broken::TooLong(line) => Error::data(
            format!("{name}:{line}"),
            format!("the row that begins here is longer than {} MiB", LONGEST >> 20),
        )
        .hint("look for a quote that is never closed, or for a file without line ends"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open(text: &str) -> Result<CsvFile<&[u8]>> {
        CsvFile::open("in/a.csv", text.as_bytes(), None)
    }

    #[test]
    fn a_byte_order_mark_and_semicolons_are_no_hindrance() {
        let mut file = open("\u{feff}a;b\r\n1,5;x\r\n").unwrap();
        assert_eq!(file.header(), ["a", "b"]);
        let row = file.next_row().unwrap().unwrap();
        assert_eq!(row.line, 2);
        assert_eq!(row.cells.iter().collect::<Vec<_>>(), [&b"1,5"[..], b"x"]);
        assert_eq!(row.raw, b"1,5;x");
        assert!(file.next_row().unwrap().is_none());
    }

    proptest! {
        #[test]
        fn rows_of_blocks_are_those_of_the_file(rows in "([ab,\"\0é]{0,4}\r?\n){0,12}") {
            let text = format!("a,b\n{rows}");
            let mut one_by_one = Vec::new();
            let mut file = open(&text).unwrap();
            while let Ok(Some(row)) = file.next_row() {
                let told = (row.cells.are_text(), row.cells.contain_nul());
                prop_assert_eq!(told.1, row.cells.iter().any(|cell| cell.contains(&0)));
                prop_assert_eq!(told.0, row.cells.texts().is_some());
                one_by_one.push((row.line, row.raw.to_vec(), row.cells.iter().map(<[u8]>::to_vec).collect::<Vec<_>>()));
            }
            let (mut file, mut cells, mut of_blocks) = (open(&text).unwrap(), Fields::default(), Vec::new());
            while let Ok(Some(mut block)) = file.next_block() {
                while let Some(row) = block.next_row(&mut cells) {
                    of_blocks.push((row.line, row.raw.to_vec(), row.cells.iter().map(<[u8]>::to_vec).collect()));
                }
            }
            prop_assert_eq!(one_by_one, of_blocks);
        }
    }

    #[test]
    fn unusable_headers_are_told() {
        let message = |text: &str| open(text).err().unwrap().message();
        assert!(message("").contains("in/a.csv: the file is empty"));
        assert!(message("a,,a\n").contains("in/a.csv:1:2: a column has no name"));
        assert!(message("a,,a\n").contains("in/a.csv:1:3: two columns are called \"a\""));
        assert!(message("a,b\r1,2\r").contains("line ends are CR alone"));
        assert!(message("1,2\n3,4\n").contains("holds numbers, not names"));
        assert!(
            message(&format!("a{}\n", ",b".repeat(MOST_COLUMNS)))
                .contains("in/a.csv:1: the header has 100,001 columns")
        );
        assert!(
            message(&format!("a,{}\n", "b".repeat(5_000)))
                .contains("in/a.csv:1:2: the name of a column has 5,000 bytes")
        );
        assert!(CsvFile::open("x", &b"\xff\xfea\0"[..], None).err().unwrap().message().contains("UTF-16"));
        assert!(CsvFile::open("x", &b"caf\xe9,b\n"[..], None).err().unwrap().message().contains("not UTF-8"));
    }
}
