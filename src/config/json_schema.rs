//! `config.schema.json`, from the same keys that the check uses.

use super::keys::{KEYS, Registry, Shape};
use super::{Catalog, bytes};
use crate::table::{Monotone, Type};
use serde_json::{Map, Value, json};

/// The JSON Schema of a config; editors complete and check with it.
pub fn json_schema(catalog: &Catalog<'_>, params: &Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in KEYS {
        let mut schema = shape(key.shape, catalog, params);
        if let Value::Object(map) = &mut schema {
            let text = match key.default {
                Some(default) => format!("{}. Default: {default}.", key.meaning),
                None => format!("{}.", key.meaning),
            };
            map.insert("description".to_string(), Value::String(text));
        }
        match key.pointer[1..].split_once('/') {
            None => {
                if key.default.is_none() {
                    required.push(key.pointer[1..].to_string());
                }
                properties.insert(key.pointer[1..].to_string(), schema);
            }
            Some((section, member)) => {
                let object = properties
                    .entry(section)
                    .or_insert_with(|| json!({"type": "object", "additionalProperties": false, "properties": {}}));
                object["properties"][member] = schema;
            }
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "incumbent configuration",
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}

fn shape(shape: Shape, catalog: &Catalog<'_>, params: &Map<String, Value>) -> Value {
    match shape {
        Shape::Text => json!({"type": "string", "minLength": 1}),
        Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Shape::TextOrTexts => json!({"anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        ]}),
        Shape::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
        Shape::NumberOr(low, high, word) => json!({"anyOf": [
            {"type": "number", "minimum": low, "maximum": high},
            {"const": word},
        ]}),
        Shape::Integer(low, u64::MAX) => json!({"type": "integer", "minimum": low}),
        Shape::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Shape::Bytes(low) => json!({"anyOf": [
            {"type": "integer", "minimum": low},
            {"type": "string", "pattern": bytes::PATTERN},
        ]}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Registered(Registry::Models) => json!({"enum": catalog.models}),
        Shape::Registered(Registry::Metrics) => json!({"enum": catalog.metrics}),
        Shape::Registered(Registry::Rules) => json!({"enum": catalog.rules}),
        Shape::Types => json!({"type": "object", "additionalProperties": {"enum": Type::NAMES}}),
        Shape::Directions => json!({"type": "object", "additionalProperties": {"enum": Monotone::NAMES}}),
        Shape::Rules => json!({"type": "object", "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "min": {"type": "number"},
                "max": {"type": "number"},
                "allowed": {"type": "array", "items": {"type": ["string", "number"]}},
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
            }
        }}),
        Shape::Params => json!({"type": "object", "properties": params}),
    }
}
