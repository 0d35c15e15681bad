//! Parameters of an algorithm as a table: configs are checked against it, the
//! documentation and the JSON Schema are made from it.

use crate::error::{Error, Problem, Result, pointer_token};
use crate::suggest;
use serde_json::{Map, Value as Json, json};

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamSpec {
    /// The key in `model.params`.
    pub name: &'static str,
    /// The value where the config gives none.
    pub default: Value,
    /// The values allowed.
    pub domain: Domain,
    /// What it is for, a fragment without full stop.
    pub purpose: &'static str,
}

/// The value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(u64),
    /// Yes or no.
    Flag(bool),
    /// One of the words of its domain.
    Word(&'static str),
}

/// The values that a parameter may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// Numbers above `above`, up to and including `most`.
    Number {
        /// Not itself allowed.
        above: f64,
        /// Allowed.
        most: f64,
    },
    /// Whole numbers from `least` to `most`, or one of `words`; `null` stands for the
    /// word `none` where that is one of them.
    Integer {
        /// Allowed.
        least: u64,
        /// Allowed.
        most: u64,
        /// Words in place of a number.
        words: &'static [&'static str],
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Domain {
    /// The range in words: `above 0`, `1 to 100, or "none"`.
    pub fn range(&self) -> String {
        let quoted = |words: &[&str]| words.iter().map(|w| format!("{w:?}")).collect::<Vec<_>>().join(" or ");
        match self {
            Domain::Number { above, most } if *most == f64::MAX => format!("a number above {above}"),
            Domain::Number { above, most } => format!("a number above {above}, up to {most}"),
            Domain::Integer { least, most, words: [] } => format!("a whole number from {least} to {most}"),
            Domain::Integer { least, most, words } => {
                format!("a whole number from {least} to {most}, or {}", quoted(words))
            }
            Domain::Flag => "true or false".to_string(),
            Domain::Choice(words) => quoted(words),
        }
    }

    /// The value that `json` stands for, `None` where it is not allowed.
    fn read(&self, json: &Json) -> Option<Value> {
        match self {
            Domain::Number { above, most } => json.as_f64().filter(|v| v > above && v <= most).map(Value::Number),
            Domain::Integer { least, most, words } => {
                if let Some(word) = word_of(json, words) {
                    return Some(Value::Word(word));
                }
                // Other languages write 100.0 for 100.
                let whole = json.as_f64().filter(|v| v.fract() == 0.0 && *v >= 0.0 && *v < 9e15).map(|v| v as u64);
                json.as_u64().or(whole).filter(|v| v >= least && v <= most).map(Value::Integer)
            }
            Domain::Flag => json.as_bool().map(Value::Flag),
            Domain::Choice(words) => word_of(json, words).map(Value::Word),
        }
    }
}

/// `null` is the word `none`.
fn word_of(json: &Json, words: &[&'static str]) -> Option<&'static str> {
    let written = if json.is_null() { "none" } else { json.as_str()? };
    words.iter().find(|word| **word == written).copied()
}

impl Value {
    /// The value as JSON.
    pub fn to_json(self) -> Json {
        match self {
            Value::Number(v) => json!(v),
            Value::Integer(v) => json!(v),
            Value::Flag(v) => json!(v),
            Value::Word(v) => json!(v),
        }
    }
}

impl ParamSpec {
    /// The JSON Schema of the parameter.
    pub fn json_schema(&self) -> Json {
        let described = |mut schema: Json| {
            schema["description"] = json!(self.purpose);
            schema["default"] = self.default.to_json();
            schema
        };
        described(match self.domain {
            Domain::Number { above, most } if most == f64::MAX => json!({"type": "number", "exclusiveMinimum": above}),
            Domain::Number { above, most } => json!({"type": "number", "exclusiveMinimum": above, "maximum": most}),
            Domain::Integer { least, most, words: [] } => json!({"type": "integer", "minimum": least, "maximum": most}),
            Domain::Integer { least, most, words } => {
                let mut enumerated: Vec<Json> = words.iter().map(|word| json!(word)).collect();
                enumerated.extend(words.contains(&"none").then_some(Json::Null));
                json!({"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, {"enum": enumerated}]})
            }
            Domain::Flag => json!({"type": "boolean"}),
            Domain::Choice(words) => json!({"enum": words}),
        })
    }
}

/// Parameters that have been checked: every one of the algorithm's, each in its domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Params(Vec<(&'static str, Value)>);

impl Params {
    /// The defaults.
    pub fn defaults(specs: &'static [ParamSpec]) -> Params {
        Params(specs.iter().map(|spec| (spec.name, spec.default)).collect())
    }

    /// Checks what a config gives; the rest are defaults. `place` is put before the key in
    /// messages: `config.json: /model/params` gives `config.json: /model/params/c`.
    ///
    /// # Errors
    /// Every unknown key and every value outside its domain.
    pub fn check(
        specs: &'static [ParamSpec],
        given: &Map<String, Json>,
        place: &str,
    ) -> std::result::Result<Params, Vec<Problem>> {
        let mut params = Params::defaults(specs);
        let mut problems = Vec::new();
        for (key, json) in given {
            let at = format!("{place}/{}", pointer_token(key));
            let known = specs.iter().zip(&mut params.0).find(|(spec, _)| spec.name == key);
            let Some((spec, (_, value))) = known else {
                problems.push(unknown(specs, key, at));
                continue;
            };
            match spec.domain.read(json) {
                Some(read) => *value = read,
                None => problems.push(
                    Problem::at(at, format!("{json} is not allowed"))
                        .why(format!("{key} ({}) is {}", spec.purpose, spec.domain.range()))
                        .hint(format!("the default is {}", spec.default.to_json())),
                ),
            }
        }
        if problems.is_empty() { Ok(params) } else { Err(problems) }
    }

    /// The same with another value of a parameter that the algorithm has.
    pub fn with(mut self, name: &str, value: Value) -> Params {
        self.0.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, before)| *before = value);
        self
    }

    /// All parameters, as [`Params::check`] reads them.
    pub fn to_json(&self) -> Map<String, Json> {
        self.0.iter().map(|(name, value)| ((*name).to_string(), value.to_json())).collect()
    }

    /// The parameter of that name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A number.
    ///
    /// # Errors
    /// Internal: the algorithm has no such parameter.
    pub fn number(&self, name: &str) -> Result<f64> {
        match self.get(name) {
            Some(Value::Number(value)) => Ok(value),
            _ => Err(no_such(name)),
        }
    }

    /// A whole number; `None` where a word stands in its place.
    ///
    /// # Errors
    /// Internal: the algorithm has no such parameter.
    pub fn integer(&self, name: &str) -> Result<Option<usize>> {
        match self.get(name) {
            Some(Value::Integer(value)) => Ok(Some(usize::try_from(value).unwrap_or(usize::MAX))),
            Some(Value::Word(_)) => Ok(None),
            _ => Err(no_such(name)),
        }
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some(Value::Flag(true))
    }

    /// Whether a parameter has that word.
    pub fn is(&self, name: &str, word: &str) -> bool {
        matches!(self.get(name), Some(Value::Word(written)) if written == word)
    }
}

fn unknown(specs: &'static [ParamSpec], key: &str, at: String) -> Problem {
    let names = || specs.iter().map(|spec| spec.name);
    let hint = match suggest::closest(key, names()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the parameters are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Problem::at(at, format!("unknown parameter {key:?}")).hint(hint)
}

fn no_such(name: &str) -> Error {
    Error::internal(format!("the algorithm has no parameter {name:?} of that type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: &[ParamSpec] = &[
        ParamSpec {
            name: "c",
            default: Value::Number(1.0),
            domain: Domain::Number { above: 0.0, most: f64::MAX },
            purpose: "inverse strength of the penalty",
        },
        ParamSpec {
            name: "max_depth",
            default: Value::Word("none"),
            domain: Domain::Integer { least: 1, most: 60, words: &["none"] },
            purpose: "levels of splits",
        },
        ParamSpec { name: "standardize", default: Value::Flag(true), domain: Domain::Flag, purpose: "scaling" },
    ];

    fn check(given: Json) -> std::result::Result<Params, Vec<Problem>> {
        Params::check(SPECS, given.as_object().unwrap(), "config.json: /model/params")
    }

    #[test]
    fn values_in_their_domain_are_taken() {
        let params = check(json!({"c": 2, "max_depth": 5.0})).unwrap();
        assert_eq!(params.number("c").unwrap(), 2.0);
        assert_eq!(params.integer("max_depth").unwrap(), Some(5));
        assert!(params.flag("standardize"));
        assert!(check(json!({"max_depth": null})).unwrap().is("max_depth", "none"));
        assert_eq!(check(Json::Object(params.to_json())).unwrap(), params, "what is saved is read");
        assert!(params.number("max_depth").is_err() && params.integer("x").is_err());
    }

    #[test]
    fn all_problems_are_told_with_their_place() {
        let problems =
            check(json!({"c": 0, "standardise": false, "max_depth": 61, "a/b": 1, "standardize": "yes"})).unwrap_err();
        let told: Vec<String> = problems.iter().map(|p| p.labelled("error")).collect();
        assert_eq!(
            told,
            [
                "error: config.json: /model/params/c: 0 is not allowed; c (inverse strength of the penalty) is a number above 0\nhint: the default is 1.0",
                "error: config.json: /model/params/standardise: unknown parameter \"standardise\"\nhint: did you mean \"standardize\"?",
                "error: config.json: /model/params/max_depth: 61 is not allowed; max_depth (levels of splits) is a whole number from 1 to 60, or \"none\"\nhint: the default is \"none\"",
                "error: config.json: /model/params/a~1b: unknown parameter \"a/b\"\nhint: the parameters are c, max_depth, standardize",
                "error: config.json: /model/params/standardize: \"yes\" is not allowed; standardize (scaling) is true or false\nhint: the default is true",
            ]
        );
    }

    #[test]
    fn defaults_of_all_algorithms_are_in_their_domain() {
        for algorithm in super::super::ALL {
            for spec in algorithm.params() {
                let place = format!("{}: {}", algorithm.name(), spec.name);
                assert_eq!(spec.domain.read(&spec.default.to_json()), Some(spec.default), "{place}");
                assert!(spec.json_schema()["description"].is_string(), "{place}");
            }
        }
    }
}
