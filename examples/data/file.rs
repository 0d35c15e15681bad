//! Files of an example: texts that are written compressed.

use flate2::{Compression, GzBuilder};
use std::io::{Error, Result, Write};
use std::path::Path;

/// A file to be.
pub struct File {
    /// Path below the folder of the example; it ends in `.csv.gz`.
    pub path: String,
    /// What it holds, uncompressed.
    pub text: String,
}

impl File {
    /// A header and rows.
    pub fn new(path: impl Into<String>, header: &str, rows: impl IntoIterator<Item = String>) -> File {
        let mut text = format!("{header}\n");
        for row in rows {
            text.push_str(&row);
            text.push('\n');
        }
        File { path: path.into(), text }
    }
}

/// Writes files below a folder, and tells their paths.
///
/// # Errors
/// A folder or a file cannot be written; the error names it.
pub fn write(folder: &Path, files: &[File]) -> Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| at(parent, &e))?;
        }
        std::fs::write(&path, gzip(&file.text)?).map_err(|e| at(&path, &e))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// The error with its place.
pub fn at(path: &Path, error: &Error) -> Error {
    Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Compressed without name and time, so that the same text makes the same bytes.
fn gzip(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// A cell as CSV writes it: quoted where it has a comma or a quote.
pub fn cell(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}
