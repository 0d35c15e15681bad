//! `signature`: whose signature a deployed model must carry, and where the key that signs comes from.
//! The private key itself never stands in a config.

use super::{text_of, texts_of};
use crate::error::Problem;
use crate::signature::{PrivateKey, PublicKey};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Whose signature a deployed model must carry; nobody's unless set.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// A set that none of these has signed is refused; where there are none, none is asked for.
    pub public_keys: Vec<PublicKey>,
    /// Where the key comes from that signs what is deployed.
    pub key: Option<KeySource>,
}

/// Where a private key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Env(String),
}

pub(super) fn of(map: &Map<String, Value>, home: &Path, name: &str, problems: &mut Vec<Problem>) -> Signature {
    let mut found = |key: &str, (what, hint): (&str, &str)| {
        problems.push(Problem::at(format!("{name}: /signature/{key}"), what).hint(hint));
    };
    let mut public_keys: Vec<PublicKey> = Vec::new();
    for (i, text) in texts_of(map, "public_keys").unwrap_or_default().iter().enumerate() {
        let place = format!("public_keys/{i}");
        match PublicKey::parse(text) {
            Ok(key) if public_keys.contains(&key) => found(&place, ("stands twice", "write each key once")),
            Ok(key) => public_keys.push(key),
            Err(unusable) => found(&place, unusable.words()),
        }
    }
    let (file, variable) = (text_of(map, "key_file"), text_of(map, "key_env"));
    // What stands there in place of a name may be the secret: it is not shown.
    let secret = ("is a private key, and not the name of a place that holds one", "take it out, and make another pair");
    for (key, text) in [("key_file", &file), ("key_env", &variable)] {
        if text.as_ref().is_some_and(|text| PrivateKey::parse(text).is_ok()) {
            found(key, secret);
        }
    }
    if variable.as_ref().is_some_and(|text| !is_name(text) && PrivateKey::parse(text).is_err()) {
        found("key_env", ("is no name of an environment variable", "write for example INCUMBENT_SIGNING_KEY"));
    }
    if file.is_some() && variable.is_some() {
        found("key_env", ("key_file names a place of the private key too", "keep one of the two"));
    }
    let file = file.map(|file| KeySource::File(home.join(file)));
    Signature { public_keys, key: file.or(variable.map(KeySource::Env)) }
}

fn is_name(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(letters) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(section: Value) -> (Signature, Vec<String>) {
        let mut problems = Vec::new();
        let found = of(section.as_object().unwrap(), Path::new("/home/u"), "config.json", &mut problems);
        (found, problems.iter().map(|p| p.labelled("error")).collect())
    }

    #[test]
    fn nothing_is_asked_for_unless_set() {
        let (found, problems) = read(serde_json::json!({}));
        assert!(found.public_keys.is_empty() && found.key.is_none() && problems.is_empty());
        let key = PrivateKey::from_seed(&[1; 32]).public();
        let (found, problems) = read(serde_json::json!({"public_keys": [key.to_string()], "key_file": "key.pem"}));
        assert_eq!((found.public_keys, problems), (vec![key], Vec::<String>::new()));
        assert_eq!(found.key, Some(KeySource::File("/home/u/key.pem".into())));
    }

    #[test]
    fn everything_wrong_is_told_and_no_secret_is_shown() {
        let (key, digits) = (PrivateKey::from_seed(&[0xab; 32]), "ab".repeat(32));
        let (public, pem) = (key.public().to_string(), key.pem());
        let (_, told) = read(serde_json::json!({
            "public_keys": [public, "x", pem, public],
            "key_file": digits,
            "key_env": "no name",
        }));
        assert_eq!(told.len(), 6, "{told:#?}");
        assert!(told[0].starts_with("error: config.json: /signature/public_keys/1: is no Ed25519 key\nhint: "));
        assert!(told[1].contains("/signature/public_keys/2: is a private key, not a public one"), "{}", told[1]);
        let body = pem.lines().nth(1).unwrap();
        assert!(told.iter().all(|t| !t.contains(&digits) && !t.contains(body)), "{told:#?}");
    }
}
