//! A metric's value, and which way is better.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The value of a metric, or the reason why it has none.
///
/// Written as `{"value": 0.57}` or `{"value": null, "undefined": "no test row is positive"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Value {
    /// A finite number.
    Defined(f64),
    /// Why there is none, a lower-case fragment.
    Undefined(Cow<'static, str>),
}

impl Value {
    /// The value; a number that is not finite is undefined.
    pub fn of(value: f64) -> Value {
        if value.is_finite() { Value::Defined(value) } else { Value::undefined("it is not a finite number") }
    }

    /// No value, for that reason.
    pub fn undefined(reason: impl Into<Cow<'static, str>>) -> Value {
        Value::Undefined(reason.into())
    }

    /// `above / below`, undefined for that reason where `below` is 0.
    pub fn ratio(above: f64, below: f64, reason: &'static str) -> Value {
        if below > 0.0 { Value::of(above / below) } else { Value::undefined(reason) }
    }

    /// The number, where there is one.
    pub fn get(&self) -> Option<f64> {
        match self {
            Value::Defined(value) => Some(*value),
            Value::Undefined(_) => None,
        }
    }

    /// The reason, where there is no number.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Value::Defined(_) => None,
            Value::Undefined(reason) => Some(reason),
        }
    }
}

impl fmt::Display for Value {
    /// The number in the formatter's precision, or `undefined: reason`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Defined(value) => fmt::Display::fmt(value, f),
            Value::Undefined(reason) => write!(f, "undefined: {reason}"),
        }
    }
}

/// The written form of a value.
#[derive(Serialize, Deserialize)]
struct Written {
    value: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undefined: Option<Cow<'static, str>>,
}

impl From<Value> for Written {
    fn from(value: Value) -> Written {
        // Through `of`: a NaN put there by hand must not become a null without a reason.
        match value {
            Value::Defined(number) if number.is_finite() => Written { value: Some(number), undefined: None },
            Value::Defined(number) => {
                Written { value: None, undefined: Value::of(number).reason().map(String::from).map(Cow::Owned) }
            }
            Value::Undefined(reason) => Written { value: None, undefined: Some(reason) },
        }
    }
}

impl TryFrom<Written> for Value {
    type Error = String;

    fn try_from(written: Written) -> Result<Value, String> {
        match (written.value, written.undefined) {
            (Some(value), None) if value.is_finite() => Ok(Value::Defined(value)),
            (None, Some(reason)) => Ok(Value::Undefined(reason)),
            (Some(_), None) => Err("a value that is not finite".to_string()),
            (Some(_), Some(_)) => Err("a value that is said to be undefined".to_string()),
            (None, None) => Err("neither a value nor the reason why there is none".to_string()),
        }
    }
}

/// Which way a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// As for F1.
    HigherIsBetter,
    /// As for a loss.
    LowerIsBetter,
}

impl Direction {
    /// How much better `new` is than `old`: positive where better, in the metric's unit.
    pub fn gain(self, old: f64, new: f64) -> f64 {
        match self {
            Direction::HigherIsBetter => new - old,
            Direction::LowerIsBetter => old - new,
        }
    }

    /// `higher is better` or `lower is better`.
    pub fn words(self) -> &'static str {
        match self {
            Direction::HigherIsBetter => "higher is better",
            Direction::LowerIsBetter => "lower is better",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_with_its_reason_and_read_back() {
        for (value, text) in [
            (Value::Defined(0.1 + 0.2), r#"{"value":0.30000000000000004}"#),
            (Value::undefined("no row"), r#"{"value":null,"undefined":"no row"}"#),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
        for text in [r#"{"value":null}"#, "{}", r#"{"value":1.0,"undefined":"x"}"#] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_nan_is_written() {
        assert!(matches!(Value::of(f64::NAN), Value::Undefined(_)));
        assert!(serde_json::to_string(&Value::Defined(f64::NAN)).unwrap().contains("not a finite number"));
        assert!(matches!(Value::ratio(0.0, 0.0, "nothing"), Value::Undefined(_)));
    }

    #[test]
    fn gain_follows_the_direction() {
        assert_eq!(Direction::HigherIsBetter.gain(1.0, 3.0), 2.0);
        assert_eq!(Direction::LowerIsBetter.gain(1.0, 3.0), -2.0);
    }
}
