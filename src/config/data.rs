//! `data`: how input files are read.

use super::{bytes, flag_of, number_of, text_of, texts_of};
use crate::error::Problem;
use crate::table::cell::{DEFAULT_MISSING, Missing};
use crate::table::infer::Hints;
use crate::table::{Task, Type};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// See `data.max_bad_share`.
const MAX_BAD_SHARE: f64 = 0.05;

/// What compressed files may expand to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expansion {
    /// Bytes of text that any may hold.
    pub size: u64,
    /// How many times its own size it may expand to.
    pub ratio: f64,
}

impl Expansion {
    /// Up to so many bytes nobody looks at the ratio.
    pub const FLOOR: u64 = 256_000_000;
}

impl Default for Expansion {
    fn default() -> Expansion {
        Expansion { size: 100_000_000_000, ratio: 500.0 }
    }
}

/// How data is read.
#[derive(Debug, Clone)]
pub struct Data {
    /// Columns, their types and roles.
    pub hints: Hints,
    /// The kind of question; by the target's values where not given.
    pub task: Option<Task>,
    /// The positive label.
    pub positive: Option<String>,
    /// Whether the n-grams of text columns find their inputs by a hash, not a vocabulary.
    pub hashed_text: bool,
    /// Spellings of a missing cell.
    pub missing: Missing,
    /// Rules by column.
    pub rules: BTreeMap<String, Rule>,
    /// Whether the first bad row stops the run.
    pub stop_on_bad_row: bool,
    /// Share of bad rows beyond which the run stops.
    pub max_bad_share: f64,
    /// Bytes of memory that ingestion may take to tell which rows it has seen; `None` leaves it
    /// to the machine.
    pub memory_limit: Option<u64>,
    /// What compressed files may expand to.
    pub expansion: Expansion,
    /// The settings that merged data depends on, as JSON: where they change, data is
    /// merged anew and its schema is learnt anew.
    pub settings: String,
}

impl Default for Data {
    fn default() -> Data {
        Data {
            hints: Hints::default(),
            task: None,
            positive: None,
            hashed_text: false,
            missing: Missing::default(),
            rules: BTreeMap::new(),
            stop_on_bad_row: false,
            max_bad_share: MAX_BAD_SHARE,
            memory_limit: None,
            expansion: Expansion::default(),
            settings: String::new(),
        }
    }
}

/// What the cells of a column must satisfy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// Least number.
    pub min: Option<f64>,
    /// Greatest number.
    pub max: Option<f64>,
    /// The only texts allowed.
    pub allowed: Option<Vec<String>>,
    /// No cell may be missing.
    pub required: bool,
    /// No two rows may have the same text.
    pub unique: bool,
}

/// The section, once it is checked.
pub fn of(data: &Map<String, Value>) -> Data {
    let missing = texts_of(data, "missing");
    let usual = Expansion::default();
    Data {
        hints: hints_of(data),
        task: text_of(data, "task").as_deref().and_then(Task::of_name),
        positive: text_of(data, "positive"),
        hashed_text: text_of(data, "text").as_deref() == Some("hashed"),
        missing: missing.map_or_else(|| Missing::new(&DEFAULT_MISSING), |m| Missing::new(&m)),
        rules: data.get("rules").and_then(Value::as_object).map(rules_of).unwrap_or_default(),
        stop_on_bad_row: text_of(data, "on_bad_row").as_deref() == Some("stop"),
        max_bad_share: number_of(data, "max_bad_share", MAX_BAD_SHARE),
        memory_limit: data.get("memory_limit").and_then(bytes::of),
        expansion: Expansion {
            size: data.get("max_expanded_size").and_then(bytes::of).unwrap_or(usual.size),
            ratio: number_of(data, "max_expansion_ratio", usual.ratio),
        },
        settings: settings_of(data),
    }
}

fn settings_of(data: &Map<String, Value>) -> String {
    let relevant: BTreeMap<&String, &Value> = data
        .iter()
        .filter(|(key, _)| {
            let merged_alike =
                ["on_bad_row", "max_bad_share", "memory_limit", "max_expanded_size", "max_expansion_ratio"];
            !merged_alike.contains(&key.as_str()) && !matches!(key.as_str(), "positive" | "text")
        })
        .collect();
    serde_json::to_string(&relevant).unwrap_or_default()
}

fn hints_of(data: &Map<String, Value>) -> Hints {
    let types = data.get("types").and_then(Value::as_object).cloned().unwrap_or_default();
    Hints {
        targets: match text_of(data, "target") {
            Some(one) => vec![one],
            None => texts_of(data, "target").unwrap_or_default(),
        },
        id: texts_of(data, "id").unwrap_or_default(),
        ignore: texts_of(data, "ignore").unwrap_or_default(),
        features: texts_of(data, "features"),
        types: types.into_iter().filter_map(|(name, t)| Some((name, Type::of_name(t.as_str()?)?))).collect(),
    }
}

/// A column cannot be target and feature, or kept out and used, at once.
pub fn contradictions(data: &Data, name: &str) -> Vec<Problem> {
    let hints = &data.hints;
    let mut problems = Vec::new();
    if let (true, Some(task)) = (hints.targets.len() > 1, data.task.filter(|task| *task != Task::Multilabel)) {
        problems.push(
            Problem::at(format!("{name}: /data/task"), format!("several targets are no {} question", task.name()))
                .hint("write \"multilabel\", or name one column in data.target"),
        );
    }
    let mut clash = |pointer: &str, column: &String, why: &str| {
        problems.push(
            Problem::at(format!("{name}: {pointer}"), format!("column {column:?} {why}"))
                .hint("name it in one of the two"),
        );
    };
    // Sets: lists may be long.
    let set = |names: &'_ [String]| -> HashSet<String> { names.iter().cloned().collect() };
    let (ignored, ids, features) =
        (set(&hints.ignore), set(&hints.id), set(hints.features.as_deref().unwrap_or_default()));
    for target in &hints.targets {
        for (key, names) in [("ignore", &ignored), ("id", &ids)] {
            if names.contains(target) {
                clash(&format!("/data/{key}"), target, "is the target");
            }
        }
        if features.contains(target) {
            clash("/data/features", target, "is the target and would tell the answer");
        }
    }
    for feature in hints.features.iter().flatten() {
        if ignored.contains(feature) || ids.contains(feature) {
            clash("/data/features", feature, "is also kept out of the model by data.ignore or data.id");
        }
    }
    problems
}

fn rules_of(columns: &Map<String, Value>) -> BTreeMap<String, Rule> {
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string);
    columns
        .iter()
        .map(|(column, rule)| {
            let allowed = rule.get("allowed").and_then(Value::as_array);
            let rule = Rule {
                min: rule.get("min").and_then(Value::as_f64),
                max: rule.get("max").and_then(Value::as_f64),
                allowed: allowed.map(|items| items.iter().map(plain).collect()),
                required: rule.as_object().is_some_and(|rule| flag_of(rule, "required")),
                unique: rule.as_object().is_some_and(|rule| flag_of(rule, "unique")),
            };
            (column.clone(), rule)
        })
        .collect()
}
