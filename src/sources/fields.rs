//! A record cut into cells, and cells written back as CSV (RFC 4180).
//!
//! A cell is quoted where it begins with a quote; a doubled quote inside stands for one.
//! What follows the closing quote belongs to the cell as it is, as other readers have it.

use memchr::{memchr, memchr_iter};

/// The cells of one record. Reused from record to record, so that reading allocates nothing.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    /// Cuts a record (without its line end) into cells.
    pub fn split(&mut self, record: &[u8], delimiter: u8) {
        self.text.clear();
        self.ends.clear();
        if memchr(b'"', record).is_none() {
            let mut start = 0;
            for end in memchr_iter(delimiter, record) {
                self.text.extend_from_slice(&record[start..end]);
                self.ends.push(self.text.len());
                start = end + 1;
            }
            self.text.extend_from_slice(&record[start..]);
            self.ends.push(self.text.len());
            return;
        }
        let mut rest = record;
        loop {
            rest = self.one(rest, delimiter);
            self.ends.push(self.text.len());
            match rest.split_first() {
                Some((_, after)) => rest = after,
                None => break,
            }
        }
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
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.text[start..*end];
            start = *end;
            cell
        })
    }

    /// The cells in order as text; `None` where any of them is not UTF-8. The delimiters
    /// are ASCII, so that whole records are text exactly where all their cells are.
    pub fn texts(&self) -> Option<impl Iterator<Item = &str>> {
        let text = std::str::from_utf8(&self.text).ok()?;
        let mut start = 0;
        Some(self.ends.iter().map(move |end| {
            let cell = text.get(start..*end).unwrap_or_default();
            start = *end;
            cell
        }))
    }

    /// Appends the cells to `out` as one line of comma-separated values, quoted only
    /// where needed: the same cells always give the same bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_record(self.iter(), out);
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
