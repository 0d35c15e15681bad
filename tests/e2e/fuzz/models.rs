//! Model files whose content was changed and whose checksum was computed anew: each is refused, or
//! asked without a panic, in bounded memory and time.

use super::mutation::{twisted, twists};
use super::{confined, run};
use crate::project::{Project, customers};
use incumbent::config::Config;
use incumbent::error::Kind;
use incumbent::fingerprint::Fingerprint;
use incumbent::models;
use incumbent::run::{catalog, training};
use incumbent::sources::CsvFile;
use incumbent::stages::reading::TableReader;
use incumbent::stages::training::{DataOrigin, FORMAT, FORMAT_VERSION, ModelDocument, train};
use incumbent::store::envelope;
use incumbent::table::{ColumnSchema, Role, Schema, Table, Task, Type};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// Customers with a column of each type, and a target for each kind of question.
fn table(targets: &[&str]) -> Table {
    let mut text = String::from("customer,plan,fee,calls,churned,grade,spent,since,more\n");
    for (i, line) in customers(0, 120).lines().skip(1).enumerate() {
        let since = format!("2026-{:02}-{:02}", 1 + i % 12, 1 + i % 28);
        let fee = if i % 13 == 0 { "" } else { line.split(',').nth(2).unwrap() };
        let line = line.replacen(&format!(",{},", line.split(',').nth(2).unwrap()), &format!(",{fee},"), 1);
        text.push_str(&format!(
            "{line},{},{},{since},{}\n",
            ["a", "b", "c"][(i * 7 / 5) % 3],
            (i * 37) % 91,
            i * 5 / 3 % 2
        ));
    }
    let kinds = [
        Type::Text,
        Type::Category,
        Type::Number,
        Type::Number,
        Type::Category,
        Type::Category,
        Type::Number,
        Type::Date,
        Type::Category,
    ];
    let columns = text.lines().next().unwrap().split(',').zip(kinds).map(|(name, kind)| {
        let role = match name {
            name if targets.contains(&name) => Role::Target,
            "churned" | "grade" | "spent" | "more" => Role::Ignored,
            _ => Role::Feature,
        };
        ColumnSchema { name: name.to_string(), kind, role }
    });
    let schema = Schema { columns: columns.collect() };
    let config = config(json!({}));
    let mut reader = TableReader::new(&schema, &config.data);
    reader.file("t", &mut CsvFile::open("t", text.as_bytes(), None).unwrap()).unwrap();
    reader.finish("t").unwrap().0
}

fn config(more: Value) -> Config {
    let project = Project::new();
    project.config(more);
    Config::parse(&project.read("config.json"), Path::new("/x/config.json"), "config.json", &catalog()).unwrap()
}

/// A model of each kind for each kind of question, small, and rows to ask it about.
fn trained() -> Vec<(String, ModelDocument, Table)> {
    let mut found = Vec::new();
    let questions: [(Task, Value, &[&str]); 4] = [
        (Task::Binary, json!("churned"), &["churned"]),
        (Task::Multiclass, json!("grade"), &["grade"]),
        (Task::Regression, json!("spent"), &["spent"]),
        (Task::Multilabel, json!(["churned", "more"]), &["churned", "more"]),
    ];
    for (task, target, names) in questions {
        let table = table(names);
        // Several labels are a model for each: of those two kinds are enough.
        let kinds = if task == Task::Multilabel { 2 } else { usize::MAX };
        for algorithm in models::that_learn(task).take(kinds) {
            let has = |name: &str| algorithm.params().iter().any(|p| p.name == name);
            let params: serde_json::Map<String, Value> = [("n_trees", 4), ("trees", 4)]
                .into_iter()
                .filter(|(n, _)| has(n))
                .map(|(n, v)| (n.into(), json!(v)))
                .collect();
            let calibration = if task == Task::Binary { "isotonic" } else { "none" };
            let model = json!({"kind": algorithm.name(), "params": params, "calibration": calibration});
            let config = config(json!({"data": {"target": target}, "model": model, "threads": 2}));
            let origin = DataOrigin { fingerprint: Fingerprint::of(b"x"), rows: 120, files: Vec::new() };
            let trained = train(&table, origin, &config, "t", None, &|_, _, _| true).unwrap();
            found.push((format!("{} {}", task.name(), algorithm.name()), trained.document, table.clone()));
        }
    }
    found
}

/// All that a program asks of a model.
fn ask(document: &Value, rows: &Table) {
    let (bytes, _) = envelope::seal(FORMAT, FORMAT_VERSION, "2026-01-01T00:00:00Z", document).unwrap();
    match training::open(&bytes, "models/trainedmodel.json") {
        Err(e) => assert!(e.kind == Kind::Data && e.message().contains("models/trainedmodel.json"), "{}", e.message()),
        Ok(model) => {
            let pipeline = &model.pipeline;
            let (_, _) = (pipeline.preparation().names(), pipeline.to_value());
            let (facts, notices, cost) =
                (pipeline.model().facts(), pipeline.model().notices(), pipeline.model().cost());
            assert!(facts.importances.len() < 1 << 20 && notices.len() < 1 << 10 && cost >= 1);
            let _ = model.document.scoring_schema();
            if let Ok(answers) = pipeline.predict(rows, 1) {
                assert_eq!(answers.rows(), rows.rows());
                let design = pipeline.preparation().apply(rows).unwrap();
                pipeline.model().raw(&design, 1);
                pipeline.model().contributions(&design, 1);
            }
        }
    }
}

#[test]
fn a_model_file_with_other_content_and_its_checksum_is_refused_or_harmless() {
    if confined::elsewhere("fuzz::models::a_model_file_with_other_content_and_its_checksum_is_refused_or_harmless") {
        return;
    }
    let trained: Vec<(String, Value, Table)> = trained()
        .into_iter()
        .map(|(name, document, table)| (name, serde_json::to_value(document).unwrap(), table.part(0..40)))
        .collect();
    for (_, document, rows) in &trained {
        ask(document, rows);
    }
    let strategy = (any::<prop::sample::Index>(), twists(), any::<bool>());
    run(150, &strategy, |(which, twists, in_model)| {
        let (name, document, rows) = which.get(&trained);
        let mut document = document.clone();
        let place = if in_model { "/pipeline/model" } else { "/pipeline" };
        let part = document.pointer_mut(place).unwrap();
        *part = twisted(part, &twists);
        let told = format!("{name}: {twists:?}");
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(&document, rows)));
        prop_assert!(asked.is_ok(), "{}", told);
        Ok(())
    });
}
