//! Reading input files: bytes in, records with their place out.
//!
//! - [`decode`]: gzip and zstd, recognised by name and by their first bytes; [`limit`]: how much
//!   text a file may hold.
//! - [`dialect`]: the delimiter.
//! - [`record`]: records cut out of a stream, with line numbers and bounded memory, one by one
//!   or in blocks that several threads can work on.
//! - [`fields`]: a record cut into cells, and cells written back.
//! - [`plain`], [`marks`]: rows that are looked at where they stand, 64 bytes at a time.
//! - [`csv_file`]: all of these together.

pub mod csv_file;
pub mod decode;
pub mod dialect;
pub mod fields;
pub mod limit;
pub mod marks;
pub mod plain;
pub mod record;

pub use csv_file::CsvFile;
pub use plain::{Plain, PlainRow};
pub use record::Block;

/// The endings of files that are read, before an optional `.gz` or `.zst`.
pub const ENDINGS: [&str; 2] = [".csv", ".tsv"];

/// Whether a file of that name is an input file.
pub fn is_input(name: &str) -> bool {
    let name = name.to_lowercase();
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

#[cfg(test)]
mod tests {
    #[test]
    fn input_files_are_known_by_their_names() {
        for name in ["a.csv", "A.CSV", "b.tsv", "c.csv.gz", "d.csv.zst"] {
            assert!(super::is_input(name), "{name}");
        }
        for name in ["a.txt", "csv", "a.csv.bak", "a.gz", "a.csv.zip"] {
            assert!(!super::is_input(name), "{name}");
        }
    }
}
