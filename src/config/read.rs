//! `config.json` as written: JSON that says where a key stands twice.

use crate::error::{Error, Kind, Problem};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

thread_local! {
    // serde gives a visitor no place for findings that are not errors.
    static TWICE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Reads the text of a config. A UTF-8 byte order mark is passed over.
///
/// # Errors
/// JSON that does not parse, with line and column; something other than an object; and
/// keys that stand twice in one object (JSON itself would keep the last without a word).
pub fn read(text: &str, name: &str) -> Result<(Map<String, Value>, Vec<Problem>), Error> {
    TWICE.with_borrow_mut(Vec::clear);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed: Result<Strict, serde_json::Error> = serde_json::from_str(text);
    let twice = TWICE.with_borrow_mut(std::mem::take);
    match parsed {
        Ok(Strict(Value::Object(map))) => {
            let problems = twice
                .into_iter()
                .map(|key| {
                    Problem::at(name, format!("the key {key:?} stands twice in one object"))
                        .hint("remove one of the two")
                })
                .collect();
            Ok((map, problems))
        }
        Ok(_) => Err(Error::new(
            Kind::Config,
            Problem::at(name, "not a JSON object").hint("a config begins with { and ends with }"),
        )),
        Err(e) => {
            let what = e.to_string();
            let what = what.split(" at line ").next().unwrap_or_default().to_string();
            let problem = Problem::at(format!("{name}:{}:{}", e.line(), e.column()), "not valid JSON").why(what);
            Err(Error::new(
                Kind::Config,
                problem.hint("look for a missing comma, quote or bracket just before this place"),
            ))
        }
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_string()))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = access.next_entry::<String, Strict>()? {
            if map.contains_key(&key) {
                TWICE.with_borrow_mut(|twice| twice.push(key.clone()));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_line_and_column() {
        let error = read("{\n  \"a\": 1\n  \"b\": 2\n}", "config.json").unwrap_err();
        assert_eq!(error.kind, Kind::Config);
        assert_eq!(error.problems()[0].place, "config.json:3:3");
    }

    #[test]
    fn a_key_that_stands_twice_is_told() {
        let (map, problems) = read("\u{feff}{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}", "c").unwrap();
        assert_eq!(map["b"]["c"], 2);
        assert!(problems[0].what.contains("\"c\" stands twice"));
    }

    #[test]
    fn something_else_than_an_object_is_refused() {
        assert!(read("[1]", "c").is_err());
        assert!(read("", "c").is_err());
    }
}
