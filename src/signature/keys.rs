//! Ed25519 keys as people write them: base64, hexadecimal digits, or as `openssl` writes them.
//!
//! What openssl writes (PKCS#8 and SubjectPublicKeyInfo, RFC 8410) is, for this one algorithm, a
//! fixed beginning and then the 32 bytes of the key: it is compared and cut off, and nothing else of
//! ASN.1 is read.

use crate::fingerprint::Fingerprint;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;

/// What stands before the 32 bytes of a private key in PKCS#8.
const PRIVATE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// What stands before the 32 bytes of a public key in SubjectPublicKeyInfo.
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Why a text is no key; never shows the text, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is not 32 bytes in a form that is read.
    NoKey,
    /// It is a private key where a public one belongs.
    Private,
    /// It is guarded by a password.
    Encrypted,
    /// A point that no honest key is: any signature would fit it.
    Weak,
}

impl Unusable {
    /// What is wrong, and what to do.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Unusable::NoKey => (
                "is no Ed25519 key",
                "write its 32 bytes as base64 or as 64 hexadecimal digits; deployment --keygen FILE makes a pair",
            ),
            Unusable::Private => (
                "is a private key, not a public one",
                "take it out, make another pair with deployment --keygen FILE, and write the public key here",
            ),
            Unusable::Encrypted => (
                "is a private key that needs a password",
                "keep it unencrypted where this user alone can read it: openssl pkey -in KEY -out PLAIN",
            ),
            Unusable::Weak => ("is a weak key", "make a pair with deployment --keygen FILE"),
        }
    }
}

/// A key that tells who signed.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key in a text: base64 or hexadecimal digits, of its 32 bytes or as openssl writes them.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<PublicKey, Unusable> {
        if text.contains("PRIVATE KEY") {
            return Err(Unusable::Private);
        }
        let bytes = bytes_of(text.trim()).ok_or(Unusable::NoKey)?;
        if bytes.starts_with(&PRIVATE) {
            return Err(Unusable::Private);
        }
        let bytes = bytes.strip_prefix(&PUBLIC).unwrap_or(&bytes);
        let key = <[u8; 32]>::try_from(bytes).ok().and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let key = key.ok_or(Unusable::NoKey)?;
        if key.is_weak() { Err(Unusable::Weak) } else { Ok(PublicKey(key)) }
    }

    /// The first sixteen digits of its SHA-256: enough to tell keys apart, and what people compare.
    pub fn id(&self) -> String {
        Fingerprint::of(self.0.as_bytes()).as_str()[..16].to_string()
    }

    /// Whether these bytes are its signature of that message, checked strictly: keys and points of
    /// small order are refused, so that one signature fits one message and one key.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key that signs. Nothing shows it but [`PrivateKey::pem`].
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// The key of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey(SigningKey::from_bytes(seed))
    }

    /// The key in a text: a PEM file as openssl writes it, or its 32 bytes as base64 or as
    /// hexadecimal digits.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<PrivateKey, Unusable> {
        if text.contains("ENCRYPTED PRIVATE KEY") {
            return Err(Unusable::Encrypted);
        }
        let body = match text.split_once(BEGIN) {
            Some((_, rest)) => rest.split_once(END).ok_or(Unusable::NoKey)?.0,
            None => text,
        };
        let bytes = bytes_of(&body.split_whitespace().collect::<String>()).ok_or(Unusable::NoKey)?;
        let seed = bytes.strip_prefix(&PRIVATE).unwrap_or(&bytes);
        Ok(PrivateKey::from_seed(&seed.try_into().map_err(|_| Unusable::NoKey)?))
    }

    /// What tells its signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Its signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The key as a file that openssl reads too.
    pub fn pem(&self) -> String {
        format!("{BEGIN}\n{}\n{END}\n", BASE64_STANDARD.encode([&PRIVATE[..], self.0.as_bytes()].concat()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private key of {}", self.public().id())
    }
}

/// The bytes in hexadecimal digits, where they are 64, else in base64.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return (0..64).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    }
    BASE64_STANDARD.decode(text).ok()
}
