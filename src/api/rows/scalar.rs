//! One value of a JSON document.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A value that a cell can have. Texts are borrowed from the document where it writes them
/// without escapes.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// A missing cell.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number; finite, since JSON knows no others.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
}

impl<'a> Scalar<'a> {
    /// A whole number from 0 up; one that is too large is any other number.
    pub fn whole(value: u64) -> Scalar<'a> {
        i64::try_from(value).map_or(Scalar::Number(value as f64), Scalar::Whole)
    }

    /// As it would stand in a CSV file; empty where it is missing. A whole number has no
    /// decimal point even where JSON wrote one: libraries that hold a column with gaps as
    /// floating point numbers send 5.0 for what was 5 in the training data.
    pub fn text(&self, words: &[String; 2]) -> Cow<'_, str> {
        match self {
            Scalar::Null => Cow::Borrowed(""),
            Scalar::Bool(value) => Cow::Owned(words[usize::from(*value)].clone()),
            Scalar::Whole(value) => Cow::Owned(value.to_string()),
            Scalar::Number(value) => Cow::Owned(value.to_string()),
            Scalar::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// The methods of a visitor over `'de` that takes single values: each is handed to its `only`.
macro_rules! visit_scalars {
    () => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            self.only(Scalar::Null)
        }
        fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
            self.only(Scalar::Bool(value))
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
            self.only(Scalar::Whole(value))
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
            self.only(Scalar::whole(value))
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
            self.only(Scalar::Number(value))
        }
        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            self.only(Scalar::Text(text.into()))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            self.only(Scalar::Text(text.to_string().into()))
        }
    };
}
pub(crate) use visit_scalars;

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell: a number, a text, true, false or null")
    }
    visit_scalars!();
}

impl<'de> ScalarVisitor {
    fn only<E: Error>(self, value: Scalar<'de>) -> Result<Scalar<'de>, E> {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_a_csv_file_would() {
        let words = ["False".to_string(), "True".to_string()];
        let texts: Vec<String> = serde_json::from_str::<Vec<Scalar<'_>>>(
            r#"[null, true, 5, 5.0, -0.5, 1e3, "a\"b", "x", 18446744073709551615]"#,
        )
        .unwrap()
        .iter()
        .map(|s| s.text(&words).into_owned())
        .collect();
        assert_eq!(texts, ["", "True", "5", "5", "-0.5", "1000", "a\"b", "x", "18446744073709552000"]);
        assert!(serde_json::from_str::<Scalar<'_>>("[1]").is_err());
    }
}
