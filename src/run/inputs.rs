//! Input files into a table.

use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::sources::CsvFile;
use crate::stages::reading::{TableReader, TakePart};
use crate::store::files::{InputFile, Reading};

/// Reads files one after the other, and tells the fingerprint of each.
///
/// # Errors
/// A file cannot be used, or changed while it was read.
pub fn read<'a>(inputs: impl Iterator<Item = &'a InputFile>, reader: &mut TableReader<'_>) -> Result<Vec<Fingerprint>> {
    read_in_parts(inputs, reader, usize::MAX, &mut |_| Ok(()))
}

/// The same, with the rows handed on whenever there are `most` of them; the last few stay in the
/// reader.
///
/// # Errors
/// As [`read`]; those of `take`.
pub fn read_in_parts<'a>(
    inputs: impl Iterator<Item = &'a InputFile>,
    reader: &mut TableReader<'_>,
    most: usize,
    take: &mut TakePart<'_>,
) -> Result<Vec<Fingerprint>> {
    let one = |input: &InputFile| {
        let (reading, plain) = Reading::open(input, &reader.data().expansion)?;
        let mut file = CsvFile::open(&input.place, plain, None)?;
        reader.file_in_parts(&input.place, &mut file, most, take)?;
        drop(file);
        reading.finish().map(|(_, sha256)| sha256)
    };
    inputs.map(one).collect()
}
