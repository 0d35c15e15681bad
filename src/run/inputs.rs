//! Input files into a table.

use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::sources::CsvFile;
use crate::stages::reading::TableReader;
use crate::store::files::{InputFile, Reading};

/// Reads files one after the other, and tells the fingerprint of each.
///
/// # Errors
/// A file cannot be used, or changed while it was read.
pub fn read<'a>(inputs: impl Iterator<Item = &'a InputFile>, reader: &mut TableReader<'_>) -> Result<Vec<Fingerprint>> {
    let one = |input: &InputFile| {
        let (reading, plain) = Reading::open(input)?;
        let mut file = CsvFile::open(&input.place, plain, None)?;
        reader.file(&input.place, &mut file)?;
        drop(file);
        reading.finish().map(|(_, sha256)| sha256)
    };
    inputs.map(one).collect()
}
