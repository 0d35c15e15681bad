//! Signatures of deployed sets (Ed25519, RFC 8032): who may bring a model into office.
//!
//! One signature covers a set: it is over the very bytes of the manifest, which names the number of
//! the set and the SHA-256 of every file in it. Before those bytes stands what is signed, so that a
//! signature that the same key gave for something else is none of a deployment. The signature is a
//! document of its own beside the manifest, with a format, a version and the id of the key.

mod keys;

pub use keys::{PrivateKey, PublicKey, Unusable};

use crate::error::{Error, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// The format of the document.
pub const FORMAT: &str = "incumbent-signature";
/// Its newest version.
pub const FORMAT_VERSION: u32 = 1;
/// What stands before the manifest in what is signed.
pub const PURPOSE: &[u8] = b"incumbent deployment manifest, signature 1\0";
const ALGORITHM: &str = "ed25519";

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    format_version: u32,
    algorithm: String,
    /// The id of the key.
    key: String,
    /// 64 bytes as base64.
    signature: String,
}

/// Why the signature of a set is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is none.
    Missing,
    /// It is no such document, or of a newer version.
    Unreadable(String),
    /// It names a key that the config does not: the key's id.
    UnknownKey(String),
    /// It is not over this manifest, or not by the key that it names: the key's id.
    Wrong(String),
}

impl Refusal {
    /// What is wrong, in words that name no place.
    pub fn what(&self) -> String {
        match self {
            Refusal::Missing => "has no signature".to_string(),
            Refusal::Unreadable(_) => "has a signature that cannot be read".to_string(),
            Refusal::UnknownKey(key) => format!("is signed by a key that is not trusted, {key}"),
            Refusal::Wrong(key) => format!("has a signature that does not fit, by the name of key {key}"),
        }
    }

    /// Why that is wrong.
    pub fn why(&self) -> String {
        match self {
            Refusal::Missing => "signature.public_keys asks for one".to_string(),
            Refusal::Unreadable(why) => why.clone(),
            Refusal::UnknownKey(_) => "signature.public_keys does not hold it".to_string(),
            Refusal::Wrong(_) => "the set was changed after it was signed, or somebody else signed it".to_string(),
        }
    }

    /// What to do about a version.
    pub fn hint(&self, version: u64) -> String {
        let back = "go back to a signed one: deployment --rollback VERSION";
        match self {
            Refusal::Missing => {
                format!("if it is from before signatures were asked for: deployment --sign {version}; else {back}")
            }
            Refusal::UnknownKey(_) => {
                format!("if you trust that key, add it there; else {back}")
            }
            Refusal::Unreadable(_) | Refusal::Wrong(_) => back.to_string(),
        }
    }
}

/// The document that signs a manifest.
///
/// # Errors
/// It cannot be written as JSON.
pub fn sign(key: &PrivateKey, manifest: &[u8]) -> Result<Vec<u8>> {
    let document = Document {
        format: FORMAT.to_string(),
        format_version: FORMAT_VERSION,
        algorithm: ALGORITHM.to_string(),
        key: key.public().id(),
        signature: BASE64_STANDARD.encode(key.sign(&[PURPOSE, manifest].concat())),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The id of the trusted key by which a document signs a manifest.
///
/// # Errors
/// No key of those does.
pub fn verify(trusted: &[PublicKey], manifest: &[u8], document: &[u8]) -> std::result::Result<String, Refusal> {
    let document: Document = serde_json::from_slice(document).map_err(|e| Refusal::Unreadable(e.to_string()))?;
    if document.format != FORMAT || document.algorithm != ALGORITHM {
        return Err(Refusal::Unreadable(format!("it is no {FORMAT} by {ALGORITHM}")));
    }
    if document.format_version != FORMAT_VERSION {
        let version = document.format_version;
        return Err(Refusal::Unreadable(format!("it is of version {version}, this program reads {FORMAT_VERSION}")));
    }
    let signature = BASE64_STANDARD.decode(&document.signature).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let signature = signature.ok_or_else(|| Refusal::Unreadable("it is not 64 bytes in base64".to_string()))?;
    let Some(key) = trusted.iter().find(|key| key.id() == document.key) else {
        // What stands there is shown: an id and no more of what somebody may have written.
        let is_id = document.key.len() <= 64 && document.key.bytes().all(|b| b.is_ascii_alphanumeric());
        return Err(Refusal::UnknownKey(if is_id { document.key } else { "without an id".to_string() }));
    };
    match key.has_signed(&[PURPOSE, manifest].concat(), &signature) {
        true => Ok(document.key),
        false => Err(Refusal::Wrong(document.key)),
    }
}

#[cfg(test)]
mod tests;
