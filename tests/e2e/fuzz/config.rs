//! `config.json`: any text is a config or a list of problems, each with its place.

use super::mutation::{changed, changes, twisted, twists};
use super::{bytes, cases};
use incumbent::config::Config;
use incumbent::error::Kind;
use incumbent::run::catalog;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// A config in which every shape of key stands.
fn whole() -> Value {
    json!({
        "input_folder_path": "in", "output_folder_path": "out", "test_data_path": "test",
        "output_model_path": "models", "prod_deployment_path": "prod",
        "data": {
            "target": ["left", "gone"], "task": "multilabel", "positive": "yes", "id": ["who"], "ignore": ["x"],
            "features": ["age", "plan"], "types": {"age": "number"}, "missing": ["?"],
            "rules": {"age": {"min": 0, "max": 120, "allowed": [1, "a"], "required": true, "unique": false}},
            "on_bad_row": "stop", "max_bad_share": 0.1, "memory_limit": "512 MB", "max_expanded_size": 5000000,
            "max_expansion_ratio": 100,
        },
        "model": {"kind": "boosting", "params": {"n_trees": 50}, "monotone": {"age": "increasing"}, "seed": 7, "threshold": "chosen"},
        "gate": {"metric": "f1", "rule": "not_worse", "margin": 0.01, "segments": ["plan"]},
        "drift": {"mode": "nannyml", "level": 0.01},
        "alerts": {"slower_than": 3.0, "missed_schedule": true},
        "schedule": "*/10 * * * *",
        "threads": 2,
        "api": {"listen": "127.0.0.1:8000", "max_body_bytes": 100000, "open": false},
        "log": {"max_bytes": 10000, "keep": 2},
    })
}

/// The kind and the places of what is wrong; `None` for a config.
fn problems(text: &str) -> Option<Vec<String>> {
    let e = Config::parse(text, Path::new("/home/u/config.json"), "config.json", &catalog()).err()?;
    assert_eq!(e.kind, Kind::Config, "{}", e.message());
    for problem in e.problems() {
        assert!(problem.place.starts_with("config.json"), "{text}: {problem:?}");
        assert!(!problem.what.is_empty() && problem.hint.is_some(), "{text}: {problem:?}");
    }
    assert!(!e.message().chars().any(|c| c.is_control() && c != '\n'), "{text}: {}", e.message());
    Some(e.problems().iter().map(|p| p.place.clone()).collect())
}

#[test]
fn the_config_that_is_changed_here_is_whole() {
    assert_eq!(problems(&whole().to_string()), None);
}

#[test]
fn depth_does_not_exhaust_the_stack() {
    let many = 2_000_000;
    for text in ["[".repeat(many), "{\"a\":".repeat(many), format!("{{\"model\":{{\"params\":{}", "[".repeat(many))] {
        assert_eq!(problems(&text).unwrap().len(), 1);
    }
}

#[test]
fn very_many_problems_are_counted_and_long_lists_are_no_trap() {
    let keys: String = (0..20_000).map(|i| format!("\"k{i}\":1,")).collect();
    assert_eq!(problems(&format!("{{{keys}\"x\":1}}")).unwrap().len(), 20);
    let mut config = whole();
    let names: Vec<String> = (0..20_000).map(|i| format!("c{i}")).collect();
    config["data"]["target"] = json!(names);
    config["data"]["ignore"] = json!(names);
    config["data"]["features"] = json!(names);
    assert_eq!(problems(&config.to_string()).unwrap().len(), 20);
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn any_text_is_a_config_or_problems_with_their_places(text in bytes(60)) {
        problems(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn a_config_with_a_few_other_bytes_is_one_or_is_told(changes in changes()) {
        problems(&String::from_utf8_lossy(&changed(whole().to_string().as_bytes(), &changes)));
    }

    #[test]
    fn a_config_with_other_parts_is_one_or_is_told(twists in twists()) {
        problems(&twisted(&whole(), &twists).to_string());
    }
}
