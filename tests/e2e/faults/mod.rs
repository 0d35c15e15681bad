//! What goes wrong around the program, one thing at a time: told, with the place and what to do;
//! nothing earlier is lost, and the next run completes.
//!
//! - `disk`: full or broken, at each change in turn; files that may not grow.
//! - `rights`: folders that may not be written.
//! - `inputs`: files that change between listing and reading.
//! - `clock`: times in the future, time zones.
//! - `history`: damaged, or held by somebody else.
//! - `model_files`: cut, changed or foreign.
//! - `secrets`: the token is written nowhere.

mod clock;
mod disk;
mod history;
mod inputs;
mod model_files;
mod rights;
mod secrets;

use crate::project::{Project, customers};
use serde_json::json;

/// A version is in office, and rows have come since that bring about another.
fn challenged() -> Project {
    let project = Project::new();
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    project.write("sourcedata/c.csv", customers(2000, 30));
    project
}

/// A run in which nothing goes wrong: it deploys.
fn deploys(project: &Project) {
    let ran = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((ran["decision"].as_str(), ran["version"].as_u64()), (Some("deployed"), Some(2)), "{ran}");
}

/// Temporary files that were left.
fn left(project: &Project) -> Vec<String> {
    project.files().into_keys().filter(|name| name.contains("incumbent-tmp")).collect()
}
