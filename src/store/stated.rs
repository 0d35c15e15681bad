//! JSON files that state their format and its version, for people to read and without a checksum.

use crate::error::{Error, Result};
use serde::Deserialize;

/// What a file says of itself. Earlier programs wrote some that say nothing.
#[derive(Deserialize)]
struct Stated {
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    format_version: Option<u64>,
}

/// Refuses a file that says it is another one, or of a newer version: half of it would be understood,
/// and what is written in its place would lack the rest. A file that says nothing is for the caller
/// to read.
///
/// # Errors
/// [`crate::error::Kind::Data`] for such a file.
pub fn refuse_foreign(format: &str, newest: u32, bytes: &[u8], place: &str) -> Result<()> {
    let Ok(stated) = serde_json::from_slice::<Stated>(bytes) else { return Ok(()) };
    if let Some(other) = stated.format.filter(|other| other != format) {
        return Err(Error::data(place, format!("is a {other:?} file, not a {format} file"))
            .hint("restore the file from a copy, or move it away"));
    }
    refuse_newer(stated.format_version.unwrap_or_default(), newest, place)
}

/// Refuses a version that this program does not know.
///
/// # Errors
/// [`crate::error::Kind::Data`] for such a version.
pub fn refuse_newer(version: u64, newest: u32, place: &str) -> Result<()> {
    if version <= u64::from(newest) {
        return Ok(());
    }
    Err(Error::data(place, format!("has format version {version}"))
        .why(format!("this program reads versions up to {newest}"))
        .hint("use the newer program that wrote it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_and_newer_files_are_refused_and_others_are_left_to_the_reader() {
        let refused = |text: &str| refuse_foreign("thing", 2, text.as_bytes(), "a.json").map_err(|e| e.message());
        for read in [
            r#"{"format": "thing", "format_version": 2, "more": [1]}"#,
            r#"{"format_version": 1}"#,
            r#"{"more": 1}"#,
            "{",
            "",
        ] {
            assert_eq!(refused(read), Ok(()), "{read}");
        }
        let error = refused(r#"{"format": "thing", "format_version": 3}"#).unwrap_err();
        assert!(error.contains("a.json: has format version 3; this program reads versions up to 2"), "{error}");
        let error = refused(r#"{"format": "other", "format_version": 1}"#).unwrap_err();
        assert!(error.contains("a.json: is a \"other\" file, not a thing file"), "{error}");
    }
}
