//! The reader of CSV files, in every dialect.

use super::{bytes, cases};
use incumbent::error::{Error, Kind};
use incumbent::sources::CsvFile;
use incumbent::sources::fields::Fields;
use proptest::prelude::*;

/// A row as it was read.
#[derive(Debug, PartialEq)]
struct Read {
    line: u64,
    raw: Vec<u8>,
    cells: Vec<Vec<u8>>,
}

/// All rows one by one, and what ended the reading.
fn one_by_one(text: &[u8], names: Option<&[&str]>) -> Result<(Vec<Read>, Option<Error>), Error> {
    let mut file = CsvFile::open("in/a.csv", text, names)?;
    let mut rows = Vec::new();
    loop {
        match file.next_row() {
            Ok(Some(row)) => {
                let cells = row.cells.iter().map(<[u8]>::to_vec).collect();
                rows.push(Read { line: row.line, raw: row.raw.to_vec(), cells });
            }
            Ok(None) => return Ok((rows, None)),
            Err(e) => return Ok((rows, Some(e))),
        }
    }
}

/// The same, read in blocks.
fn in_blocks(text: &[u8], names: Option<&[&str]>) -> Result<(Vec<Read>, Option<Error>), Error> {
    let mut file = CsvFile::open("in/a.csv", text, names)?;
    let (mut rows, mut cells) = (Vec::new(), Fields::default());
    loop {
        match file.next_block() {
            Ok(Some(mut block)) => {
                while let Some(row) = block.next_row(&mut cells) {
                    let cells = row.cells.iter().map(<[u8]>::to_vec).collect();
                    rows.push(Read { line: row.line, raw: row.raw.to_vec(), cells });
                }
            }
            Ok(None) => return Ok((rows, None)),
            Err(e) => return Ok((rows, Some(e))),
        }
    }
}

fn is_told(e: &Error) -> bool {
    let has_place = |p: &incumbent::error::Problem| p.place.starts_with("in/a.csv") && !p.what.is_empty();
    e.kind == Kind::Data && e.problems().iter().all(has_place) && !e.message().contains('\r')
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn any_bytes_are_rows_or_an_error_with_its_place(text in bytes(120)) {
        let read = one_by_one(&text, None);
        match (&read, &in_blocks(&text, None)) {
            (Ok((rows, ended)), Ok((same, also))) => {
                prop_assert_eq!(rows, same);
                prop_assert_eq!(ended.as_ref().map(Error::message), also.as_ref().map(Error::message));
                prop_assert!(ended.as_ref().is_none_or(is_told), "{:?}", ended);
                prop_assert!(rows.is_sorted_by(|a, b| a.line < b.line), "lines go on");
                let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
                for row in rows {
                    let first = row.raw.split(|b| *b == b'\n').next().unwrap();
                    let line = lines[row.line as usize - 1];
                    prop_assert!(line.starts_with(first) || line.strip_prefix(b"\xef\xbb\xbf").is_some_and(|l| l.starts_with(first)));
                }
            }
            (Err(e), Err(same)) => {
                prop_assert_eq!(e.message(), same.message());
                prop_assert!(is_told(e), "{}", e.message());
            }
            _ => prop_assert!(false, "one way opens it, the other does not"),
        }
    }

    #[test]
    fn the_csv_crate_reads_the_same_cells_in_every_dialect(
        delimiter in prop::sample::select(&b",;\t|"[..]),
        pieces in prop::collection::vec(prop_oneof![
            4 => Just("D"), 3 => Just("\n"), 1 => Just("\r\n"), 2 => Just("\""), 1 => Just("\"\""),
            3 => Just("a"), 1 => Just("é"), 1 => Just("\0"), 1 => Just(" "), 1 => Just(","), 1 => Just(";"), 1 => Just("NA"),
        ], 0..60),
        mark in any::<bool>(),
        junk in prop::collection::vec(any::<u8>().prop_filter("no line end", |b| *b != b'\r'), 0..4),
    ) {
        let d = char::from(delimiter);
        let body = pieces.concat().replace('D', &d.to_string());
        let mut text = if mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        text.extend_from_slice(format!("x{d}y{d}z\n{body}").as_bytes());
        text.extend_from_slice(&junk);
        let (rows, ended) = one_by_one(&text, Some(&["x", "y", "z"])).unwrap();
        let mut theirs = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(&text[..]);
        let theirs: Vec<Vec<Vec<u8>>> =
            theirs.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
        let ours: Vec<Vec<Vec<u8>>> = rows.into_iter().map(|row| row.cells).collect();
        match ended {
            None => prop_assert_eq!(ours, theirs),
            // The crate takes a quote that is never closed for one that ends with the file.
            Some(e) => {
                prop_assert!(e.message().contains("never closed"), "{}", e.message());
                prop_assert_eq!(&ours[..], &theirs[..ours.len()]);
                prop_assert_eq!(ours.len() + 1, theirs.len());
            }
        }
    }
}
