//! Saved documents that say what they are: format, version and checksum around a content.
//!
//! The content is data only. Its checksum is over its very bytes, so that a truncated,
//! changed or foreign file is refused before anything in it is believed.

use super::stated;
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    format: String,
    format_version: u32,
    fingerprint: Fingerprint,
    time: String,
    #[serde(borrow)]
    content: &'a RawValue,
}

/// A document that was opened.
#[derive(Debug, Clone)]
pub struct Opened<T> {
    /// The content.
    pub content: T,
    /// SHA-256 of the content as it is written.
    pub fingerprint: Fingerprint,
    /// When it was written, RFC 3339.
    pub time: String,
    /// The version of its format.
    pub format_version: u32,
}

/// Writes `content` as a document of that format.
///
/// # Errors
/// The content cannot be written as JSON.
pub fn seal<T: Serialize>(format: &str, version: u32, time: &str, content: &T) -> Result<(Vec<u8>, Fingerprint)> {
    let raw = serde_json::value::to_raw_value(content).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    let fingerprint = Fingerprint::of(raw.get().as_bytes());
    let envelope = Envelope {
        format: format.to_string(),
        format_version: version,
        fingerprint: fingerprint.clone(),
        time: time.to_string(),
        content: &raw,
    };
    let mut bytes = serde_json::to_vec(&envelope).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    bytes.push(b'\n');
    Ok((bytes, fingerprint))
}

/// Opens a document of that format, of a version up to the one given.
///
/// # Errors
/// It is no such document, of a newer version, or its checksum does not fit.
pub fn open<T: for<'a> Deserialize<'a>>(format: &str, newest: u32, bytes: &[u8], place: &str) -> Result<Opened<T>> {
    let hint = "restore the file from a copy, or go back with deployment --rollback";
    let envelope: Envelope<'_> = serde_json::from_slice(bytes)
        .map_err(|e| Error::data(place, format!("is not a whole {format} file")).why(e).hint(hint))?;
    if envelope.format != format {
        return Err(Error::data(place, format!("is a {:?} file, not a {format} file", envelope.format)).hint(hint));
    }
    stated::refuse_newer(envelope.format_version.into(), newest, place)?;
    if Fingerprint::of(envelope.content.get().as_bytes()) != envelope.fingerprint {
        return Err(Error::data(place, "the checksum does not fit the content")
            .why("the file was changed or damaged after it was written")
            .hint(hint));
    }
    let content = serde_json::from_str(envelope.content.get())
        .map_err(|e| Error::data(place, format!("is not a valid {format} file")).why(e).hint(hint))?;
    let Envelope { fingerprint, time, format_version, .. } = envelope;
    Ok(Opened { content, fingerprint, time, format_version })
}

/// The fingerprint of a document's content as it is written, whatever it says of itself.
///
/// # Errors
/// It is no document.
pub fn fingerprint(bytes: &[u8], place: &str) -> Result<Fingerprint> {
    let envelope: Envelope<'_> =
        serde_json::from_slice(bytes).map_err(|e| Error::data(place, "is not a whole file").why(e))?;
    Ok(Fingerprint::of(envelope.content.get().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8]) -> Result<Opened<Vec<f64>>> {
        open("thing", 1, bytes, "x.json")
    }

    #[test]
    fn what_was_sealed_opens_bit_equal() {
        let values = vec![0.1, 1.0 / 3.0, 5e-324, 1.797e308, -0.0];
        let (bytes, fingerprint) = seal("thing", 1, "2026-01-01T00:00:00Z", &values).unwrap();
        let back = opened(&bytes).unwrap();
        assert_eq!(back.fingerprint, fingerprint);
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back.content), bits(&values));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused_or_harmless() {
        let (bytes, _) = seal("thing", 1, "t", &vec![1.5, 2.5]).unwrap();
        for cut in 0..bytes.len() - 2 {
            assert!(opened(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            if let Ok(back) = opened(&changed) {
                assert_eq!(back.content, [1.5, 2.5], "byte {at}");
            }
        }
    }

    #[test]
    fn foreign_and_newer_files_are_refused() {
        let (bytes, _) = seal("other", 1, "t", &vec![1.0]).unwrap();
        assert!(opened(&bytes).unwrap_err().message().contains("not a thing file"));
        let (bytes, _) = seal("thing", 2, "t", &vec![1.0]).unwrap();
        assert!(opened(&bytes).unwrap_err().message().contains("reads versions up to 1"));
    }
}
