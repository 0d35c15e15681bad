//! Same inputs and seed, same bytes, whatever the number of threads.

use crate::project::Project;
use serde_json::{Value, json};

/// A document without what a clock or a file system brings into it.
fn timeless(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(k, _)| !matches!(k.as_str(), "time" | "run_id" | "seconds" | "stamp" | "trained" | "threads"))
            .map(|(k, v)| (k.clone(), timeless(v)))
            .collect(),
        Value::Array(items) => items.iter().map(timeless).collect(),
        other => other.clone(),
    }
}

#[test]
fn two_runs_agree_for_any_number_of_threads() {
    for kind in ["logistic_regression", "random_forest", "boosting"] {
        let (one, four) = (Project::new(), Project::new());
        for (project, threads) in [(&one, 1), (&four, 4)] {
            project.config(json!({"model": {"kind": kind, "seed": 7}, "threads": threads}));
            project.run("fullprocess", &[]).expect(0);
        }
        for name in [
            "ingesteddata/finaldata.csv",
            "ingesteddata/rejected.csv",
            "models/latestscore.txt",
            "models/confusionmatrix.png",
        ] {
            assert_eq!(std::fs::read(one.at(name)).unwrap(), std::fs::read(four.at(name)).unwrap(), "{kind} {name}");
        }
        for name in ["models/trainedmodel.json", "models/latestscore.json", "ingesteddata/ingestion.json"] {
            assert_eq!(timeless(&one.json(name)), timeless(&four.json(name)), "{kind} {name}");
        }
    }
}
