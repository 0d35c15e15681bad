//! Holds a config as written against [`KEYS`](super::keys::KEYS) and tells everything that is wrong at once.

use super::keys::{self, KEYS, Key, Registry, Shape};
use super::{Catalog, bytes};
use crate::error::Problem;
use crate::suggest::closest;
use crate::table::{Monotone, Type};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The keys of one column's rules.
const RULE_KEYS: [&str; 5] = ["min", "max", "allowed", "required", "unique"];

/// Everything wrong with `map`, each problem with its JSON pointer.
pub fn check(map: &Map<String, Value>, name: &str, catalog: &Catalog<'_>) -> Vec<Problem> {
    let mut found = Findings { name, problems: Vec::new() };
    for key in KEYS.iter().filter(|k| k.default.is_none()) {
        if !map.contains_key(&key.pointer[1..]) {
            found.add(key.pointer, "this key is missing", format!("add it: {}", key.meaning));
        }
    }
    let sections = keys::sections();
    for (member, value) in map {
        if sections.contains(&member.as_str()) {
            match value.as_object() {
                Some(inner) => check_section(member, inner, catalog, &mut found),
                None => found.add(&format!("/{member}"), "must be an object", "write { … }".to_string()),
            }
        } else {
            check_member(&format!("/{member}"), value, catalog, &mut found);
        }
    }
    found.problems
}

struct Findings<'a> {
    name: &'a str,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, pointer: &str, what: impl Into<String>, hint: String) {
        self.problems.push(Problem::at(format!("{}: {pointer}", self.name), what).hint(hint));
    }
}

fn check_section(section: &str, members: &Map<String, Value>, catalog: &Catalog<'_>, found: &mut Findings<'_>) {
    for (member, value) in members {
        check_member(&format!("/{section}/{member}"), value, catalog, found);
    }
    if section == "model" {
        // Without a kind the target says which one it is: the empty name stands for that.
        let kind = members.get("kind").and_then(Value::as_str).unwrap_or_default();
        let known = kind.is_empty() || catalog.models.contains(&kind);
        if let (true, Some(params)) = (known, members.get("params").and_then(Value::as_object)) {
            found.problems.extend((catalog.check_params)(kind, params, &format!("{}: /model/params", found.name)));
        }
        let constrained = members.get("monotone").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
        if constrained && known && !catalog.monotone.contains(&kind) {
            let kind = if kind.is_empty() { "the default model" } else { kind };
            let hint = format!("set model.kind to {}, or remove it", catalog.monotone.join(" or "));
            found.add("/model/monotone", format!("{kind} keeps to no directions"), hint);
        }
    }
}

fn check_member(pointer: &str, value: &Value, catalog: &Catalog<'_>, found: &mut Findings<'_>) {
    match keys::find(pointer) {
        Some(key) => check_value(key, value, catalog, found),
        None => {
            let depth = pointer.matches('/').count();
            let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            let member = pointer.rsplit('/').next().unwrap_or_default();
            let mut known: Vec<&str> = KEYS
                .iter()
                .filter(|k| k.pointer.matches('/').count() == depth)
                .filter_map(|k| k.pointer.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/')))
                .collect();
            if depth == 1 {
                known.extend(keys::sections());
            }
            let hint = match closest(member, known.iter().copied()) {
                Some(word) => format!("did you mean \"{word}\"?"),
                None => format!("known here: {}", known.join(", ")),
            };
            found.add(pointer, format!("unknown key \"{member}\""), hint);
        }
    }
}

fn check_value(key: &Key, value: &Value, catalog: &Catalog<'_>, found: &mut Findings<'_>) {
    let pointer = key.pointer;
    match key.shape {
        Shape::Text => text(pointer, key, value, found),
        Shape::Texts => texts(pointer, value, found),
        Shape::TextOrTexts => match value.as_array() {
            Some(items) if items.is_empty() => {
                found.add(pointer, "must not be empty", format!("it names: {}", key.meaning));
            }
            Some(items) => {
                let mut seen = HashSet::new();
                for (i, item) in items.iter().enumerate() {
                    let at = format!("{pointer}/{i}");
                    text(&at, key, item, found);
                    if item.as_str().is_some_and(|item| !seen.insert(item)) {
                        found.add(&at, format!("{item} stands twice"), "name each column once".to_string());
                    }
                }
            }
            None => text(pointer, key, value, found),
        },
        Shape::Number(low, high) => {
            if !value.as_f64().is_some_and(|v| (low..=high).contains(&v)) {
                found.add(pointer, format!("must be a number from {low} to {high}"), default_hint(key));
            }
        }
        Shape::NumberOr(low, high, word) => {
            if value.as_str() != Some(word) && !value.as_f64().is_some_and(|v| (low..=high).contains(&v)) {
                found.add(pointer, format!("must be a number from {low} to {high}, or {word:?}"), default_hint(key));
            }
        }
        Shape::Integer(low, high) => {
            if !value.as_u64().is_some_and(|v| (low..=high).contains(&v)) {
                let range = if high == u64::MAX { format!("{low} up") } else { format!("{low} to {high}") };
                found.add(pointer, format!("must be a whole number from {range}"), default_hint(key));
            }
        }
        Shape::Bytes(low) => {
            if bytes::of(value).is_none_or(|v| v < low) {
                let what =
                    format!("is {value}, and must be a number of bytes from {low} up, or a text such as \"512 MB\"");
                // Whoever writes 64 hardly means bytes.
                let few = value.as_u64().filter(|few| *few > 0);
                let hint = few.map_or_else(|| default_hint(key), |few| format!("write \"{few} MB\" for megabytes"));
                found.add(pointer, what, hint);
            }
        }
        Shape::Bool => {
            if !value.is_boolean() {
                found.add(pointer, "must be true or false", "write it without quotes".to_string());
            }
        }
        Shape::Choice(words) => choice(pointer, "value", value, words, found),
        Shape::Registered(registry) => {
            let (noun, words) = match registry {
                Registry::Models => ("model", &catalog.models),
                Registry::Metrics => ("metric", &catalog.metrics),
                Registry::Rules => ("rule", &catalog.rules),
            };
            choice(pointer, noun, value, words, found);
        }
        Shape::Types => each_column(pointer, value, found, |at, kind, found| {
            choice(at, "type", kind, &Type::NAMES, found);
        }),
        Shape::Directions => each_column(pointer, value, found, |at, direction, found| {
            choice(at, "direction", direction, &Monotone::NAMES, found);
        }),
        Shape::Rules => each_column(pointer, value, found, check_rule),
        Shape::Params => {
            if !value.is_object() {
                found.add(pointer, "must be an object", "write { \"parameter\": value }".to_string());
            }
        }
    }
}

fn text(pointer: &str, key: &Key, value: &Value, found: &mut Findings<'_>) {
    match value.as_str() {
        Some(text) if text.chars().any(char::is_control) => {
            found.add(pointer, "holds a control character", "write it as plain text".to_string());
        }
        Some(text) if !text.trim().is_empty() => {}
        Some(_) => found.add(pointer, "must not be empty", format!("it names: {}", key.meaning)),
        None => found.add(pointer, "must be a text", "put it in double quotes".to_string()),
    }
}

fn default_hint(key: &Key) -> String {
    format!("the default is {}", key.default.unwrap_or("none"))
}

fn texts(pointer: &str, value: &Value, found: &mut Findings<'_>) {
    match value.as_array() {
        Some(items) => {
            for (i, _) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                found.add(&format!("{pointer}/{i}"), "must be a text", "put it in double quotes".to_string());
            }
        }
        None => found.add(pointer, "must be a list of texts", "write [\"a\", \"b\"]".to_string()),
    }
}

fn choice(pointer: &str, noun: &str, value: &Value, words: &[&str], found: &mut Findings<'_>) {
    match value.as_str() {
        Some(word) if words.contains(&word) => {}
        Some(word) => {
            let hint = match closest(word, words.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("one of {}", words.join(", ")),
            };
            found.add(pointer, format!("unknown {noun} \"{word}\""), hint);
        }
        None => found.add(pointer, "must be a text", format!("one of {}", words.join(", "))),
    }
}

fn each_column(
    pointer: &str,
    value: &Value,
    found: &mut Findings<'_>,
    check: impl Fn(&str, &Value, &mut Findings<'_>),
) {
    match value.as_object() {
        Some(columns) => columns.iter().for_each(|(column, inner)| check(&format!("{pointer}/{column}"), inner, found)),
        None => found.add(pointer, "must be an object", "write { \"column\": … }".to_string()),
    }
}

fn check_rule(pointer: &str, rule: &Value, found: &mut Findings<'_>) {
    let Some(members) = rule.as_object() else {
        found.add(pointer, "must be an object", "write { \"min\": 0, \"required\": true }".to_string());
        return;
    };
    for (member, value) in members {
        let at = format!("{pointer}/{member}");
        match member.as_str() {
            "min" | "max" if value.is_number() => {}
            "min" | "max" => found.add(&at, "must be a number", "write it without quotes".to_string()),
            "required" | "unique" if value.is_boolean() => {}
            "required" | "unique" => found.add(&at, "must be true or false", "write it without quotes".to_string()),
            "allowed" => match value.as_array() {
                Some(items) if items.iter().all(|v| v.is_string() || v.is_number()) => {}
                _ => found.add(&at, "must be a list of texts or numbers", "write [\"a\", \"b\"]".to_string()),
            },
            _ => {
                let hint = match closest(member, RULE_KEYS) {
                    Some(word) => format!("did you mean \"{word}\"?"),
                    None => format!("known here: {}", RULE_KEYS.join(", ")),
                };
                found.add(&at, format!("unknown key \"{member}\""), hint);
            }
        }
    }
    let bound = |name: &str| members.get(name).and_then(Value::as_f64);
    if let (Some(min), Some(max)) = (bound("min"), bound("max"))
        && min > max
    {
        found.add(pointer, format!("min {min} is above max {max}"), "swap the two".to_string());
    }
}
