//! A record cut into cells, and cells written back as CSV (RFC 4180).
//!
//! A cell is quoted where it begins with a quote; a doubled quote inside stands for one.
//! What follows the closing quote belongs to the cell as it is, as other readers have it.

use crate::words;
use memchr::{memchr, memchr2};
use std::ops::Range;

/// The cells of one record. Reused from record to record, so that reading allocates nothing.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    /// The cells, with one byte between each and the next.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Whether the text is what would be written: commas, no quote, no line end.
    plain: bool,
    /// Whether the text is known to be UTF-8 without NUL.
    bare: bool,
}

impl Fields {
    /// Cuts a record (without its line end) into cells.
    pub fn split(&mut self, record: &[u8], delimiter: u8) {
        self.text.clear();
        self.ends.clear();
        if memchr2(b'"', b'\r', record).is_none() {
            self.split_bare(record, delimiter);
            self.bare = false;
            return;
        }
        (self.plain, self.bare) = (false, false);
        let mut rest = record;
        loop {
            rest = self.one(rest, delimiter);
            self.ends.push(self.text.len());
            match rest.split_first() {
                Some((_, after)) => rest = after,
                None => break,
            }
            self.text.push(delimiter);
        }
    }

    /// Cuts a record that is UTF-8 without quotes, CR and NUL.
    pub fn split_bare(&mut self, record: &[u8], delimiter: u8) {
        self.text.clear();
        self.ends.clear();
        self.text.extend_from_slice(record);
        (self.plain, self.bare) = (delimiter == b',' && !record.is_empty(), true);
        each(delimiter, record, |end| self.ends.push(end));
        self.ends.push(record.len());
    }

    /// Takes one cell off; what remains begins with a delimiter or is empty.
    fn one<'a>(&mut self, mut rest: &'a [u8], delimiter: u8) -> &'a [u8] {
        if rest.first() == Some(&b'"') {
            rest = &rest[1..];
            loop {
                let Some(quote) = memchr(b'"', rest) else {
                    self.text.extend_from_slice(rest);
                    return &[];
                };
                self.text.extend_from_slice(&rest[..quote]);
                rest = &rest[quote + 1..];
                if rest.first() != Some(&b'"') {
                    break;
                }
                self.text.push(b'"');
                rest = &rest[1..];
            }
        }
        let end = memchr(delimiter, rest).unwrap_or(rest.len());
        self.text.extend_from_slice(&rest[..end]);
        &rest[end..]
    }

    /// How many cells; never zero after a split.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing was split yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let (text, places) = self.places();
        places.map(|place| &text[place])
    }

    /// Whether a NUL byte stands in any of them.
    pub fn contain_nul(&self) -> bool {
        !self.bare && memchr(0, &self.text).is_some()
    }

    /// Whether all of them are UTF-8. The delimiters are ASCII, so that a record is text exactly
    /// where all its cells are.
    pub fn are_text(&self) -> bool {
        self.bare || std::str::from_utf8(&self.text).is_ok()
    }

    /// The bytes of all cells, and where each of them stands there.
    pub fn places(&self) -> (&[u8], impl Iterator<Item = Range<usize>>) {
        let mut start = 0;
        let places = self.ends.iter().map(move |end| {
            let place = start..*end;
            start = *end + 1;
            place
        });
        (&self.text, places)
    }

    /// The cells in order as text; `None` where any of them is not UTF-8. The delimiters
    /// are ASCII, so that whole records are text exactly where all their cells are.
    pub fn texts(&self) -> Option<impl Iterator<Item = &str>> {
        let (text, places) = self.places();
        let text = std::str::from_utf8(text).ok()?;
        Some(places.map(|place| text.get(place).unwrap_or_default()))
    }

    /// Appends the cells to `out` as one line of comma-separated values, quoted only
    /// where needed: the same cells always give the same bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.plain {
            out.extend_from_slice(&self.text);
            out.push(b'\n');
        } else {
            write_record(self.iter(), out);
        }
    }
}

/// Calls `found` with every place where `byte` stands. Cells are short: eight bytes at a time
/// without a call for each cell is faster here than `memchr`, which is made for long ways.
fn each(byte: u8, text: &[u8], mut found: impl FnMut(usize)) {
    let mut eights = text.chunks_exact(8);
    let mut at = 0;
    for word in eights.by_ref() {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(word);
        let mut hits = words::equal(u64::from_le_bytes(bytes), byte);
        while hits != 0 {
            found(at + hits.trailing_zeros() as usize / 8);
            hits &= hits - 1;
        }
        at += 8;
    }
    for (i, _) in eights.remainder().iter().enumerate().filter(|(_, b)| **b == byte) {
        found(at + i);
    }
}

/// Appends cells to `out` as one line of comma-separated values.
pub fn write_record<'a>(cells: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    let start = out.len();
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if cell.iter().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
            out.push(b'"');
            for byte in cell {
                if *byte == b'"' {
                    out.push(b'"');
                }
                out.push(*byte);
            }
            out.push(b'"');
        } else {
            out.extend_from_slice(cell);
        }
    }
    if out.len() == start {
        // A record of one empty cell would be an empty line, which readers pass over.
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(record: &str, delimiter: u8) -> Vec<String> {
        let mut fields = Fields::default();
        fields.split(record.as_bytes(), delimiter);
        fields.iter().map(|c| String::from_utf8(c.to_vec()).unwrap()).collect()
    }

    #[test]
    fn quotes_are_undone() {
        assert_eq!(cut("a,,b", b','), ["a", "", "b"]);
        assert_eq!(cut("", b','), [""]);
        assert_eq!(cut("\"a,b\",\"say \"\"hi\"\"\",\"\"", b','), ["a,b", "say \"hi\"", ""]);
        assert_eq!(cut("a\"b,\"c\"d,", b','), ["a\"b", "cd", ""]);
        assert_eq!(cut("\"a\nb\";c", b';'), ["a\nb", "c"]);
    }

    proptest! {
        #[test]
        fn plain_records_are_written_as_their_cells_are(record in "[ab,;\" \r]{0,40}", delimiter in "[,;]") {
            let delimiter = delimiter.as_bytes()[0];
            let mut fields = Fields::default();
            fields.split(record.as_bytes(), delimiter);
            let (mut quick, mut slow) = (Vec::new(), Vec::new());
            fields.write(&mut quick);
            write_record(fields.iter(), &mut slow);
            prop_assert_eq!(quick, slow);
            if !record.contains('"') {
                let theirs: Vec<&[u8]> = record.as_bytes().split(|b| *b == delimiter).collect();
                prop_assert_eq!(fields.iter().collect::<Vec<_>>(), theirs);
            }
        }

        #[test]
        fn cells_survive_writing_and_reading(cells in prop::collection::vec("[ab,\"\n\r; é]{0,6}", 1..6)) {
            let mut line = Vec::new();
            write_record(cells.iter().map(String::as_bytes), &mut line);
            prop_assert_eq!(line.pop(), Some(b'\n'));
            prop_assert_eq!(cut(std::str::from_utf8(&line).unwrap(), b','), cells);
        }

        #[test]
        fn the_csv_crate_reads_the_same_cells(record in "[ab,\" ]{1,16}") {
            // Unbalanced quotes are refused before a record gets here.
            prop_assume!(record.matches('"').count() % 2 == 0);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(record.as_bytes());
            let theirs: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_string).collect()).collect();
            prop_assert_eq!(theirs, vec![cut(&record, b',')]);
        }
    }
}
