//! The pipeline: table in, probabilities out, the same after a reload.

use super::*;
use crate::error::{Kind, Result};
use crate::models::{Pipeline, Terms, by_name, that_learn};
use crate::table::Monotone;

const COLUMNS: [(&str, Type, Role); 5] = [
    ("name", Type::Text, Role::Feature),
    ("age", Type::Number, Role::Feature),
    ("plan", Type::Category, Role::Feature),
    ("since", Type::Date, Role::Feature),
    ("left", Type::Category, Role::Target),
];

/// Customers of whom those on the free plan leave, the young sooner.
fn customers(rows: usize) -> Table {
    let mut random = Random::new(5);
    let cells: Vec<[String; 5]> = (0..rows)
        .map(|i| {
            let age = 20 + random.below(50);
            let free = random.below(2) == 0;
            let leaves = free && age < 60;
            let age = if i % 9 == 0 { String::new() } else { age.to_string() };
            let plan = if i % 11 == 0 {
                ""
            } else if free {
                "free"
            } else {
                "gold"
            };
            let since = format!("2026-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28));
            [format!("customer {i}"), age, plan.into(), since, if leaves { "yes" } else { "no" }.into()]
        })
        .collect();
    let rows: Vec<Vec<&str>> = cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    table(&COLUMNS, &rows)
}

fn learn(kind: &str, table: &Table) -> Result<(Pipeline, Vec<crate::error::Problem>)> {
    let target = target_in(table.column("left").unwrap());
    Pipeline::fit(table, &target, kind, &Params::defaults(by_name(kind)?.params()), &terms(3, 2))
}

#[test]
fn a_reloaded_pipeline_predicts_bit_for_bit_the_same() {
    let table = customers(200);
    for algorithm in that_learn(Task::Binary) {
        let (pipeline, notices) = learn(algorithm.name(), &table).unwrap();
        assert!(notices.is_empty(), "{notices:?}");
        let p = pipeline.predict(&table, 1).unwrap();
        let truth = target_in(table.column("left").unwrap());
        let right = p.iter_rows().zip(codes(&truth)).filter(|(p, y)| (p[1] > 0.5) == (**y == 1)).count();
        assert!(right > 160, "{}: {right}", algorithm.name());
        let text = pipeline.to_value().to_string();
        let loaded = Pipeline::from_value(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(loaded.predict(&table, 3).unwrap(), p);
        assert_eq!(loaded.to_value().to_string(), text);
        assert_eq!((loaded.kind(), loaded.seed(), loaded.question()), (algorithm.name(), 3, pipeline.question()));
        assert_eq!((loaded.params(), loaded.schema()), (pipeline.params(), pipeline.schema()));
        assert_eq!(loaded.schema().columns.len(), 4);
        let marked = loaded.preparation().names().iter().any(|n| n == "age (missing)");
        assert_eq!(marked, !algorithm.takes_missing_as_nan());
        assert_eq!(loaded.preparation().has_nan(), algorithm.takes_missing_as_nan());
        let plan = if algorithm.takes_categories() { ["plan"; 2] } else { ["plan=gold", "plan=(missing)"] };
        for name in ["age", plan[0], plan[1], "since (month)"] {
            assert!(loaded.preparation().names().iter().any(|n| n == name), "{name}");
        }
        assert_eq!(loaded.model().facts(), pipeline.model().facts());
    }
}

#[test]
fn other_tables_are_read_as_the_model_learnt_or_refused() {
    let (pipeline, _) = learn("logistic_regression", &customers(100)).unwrap();
    let other = [
        ("plan", Type::Number, Role::Feature),
        ("name", Type::Number, Role::Feature),
        ("since", Type::Text, Role::Feature),
        ("age", Type::Category, Role::Feature),
    ];
    let rows = [vec!["1", "17", "2026-03-01", "33"], vec!["", "", "soon", "old"]];
    let p = pipeline.predict(&table(&other, &rows), 1).unwrap();
    assert!(p.rows() == 2 && p.as_slice().iter().all(|v| v.is_finite()));
    let error = pipeline.predict(&table(&other[..1], &[vec!["1"]]), 1).unwrap_err();
    assert_eq!(error.kind, Kind::Data);
    assert!(
        error.message().contains("column \"age\" is missing")
            && error.message().contains("column \"since\" is missing")
    );
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let columns = [("age", Type::Number, Role::Feature), ("left", Type::Number, Role::Target)];
    let refused = |rows: &[Vec<&str>], codes: &[u32], classes: usize, kind: &str| {
        let params = Params::defaults(by_name(kind).unwrap().params());
        Pipeline::fit(&table(&columns, rows), &target(codes, classes), kind, &params, &terms(0, 1)).unwrap_err()
    };
    for algorithm in that_learn(Task::Binary) {
        let kind = algorithm.name();
        let error = refused(&[vec!["7", "0"], vec!["7", "1"]], &[0, 1], 2, kind);
        assert_eq!(error.kind, Kind::Data);
        assert!(error.message().starts_with("error: no feature left to learn from; column \"age\""));
        assert_eq!(refused(&[vec!["7", "0"]], &[0], 2, kind).kind, Kind::Data);
        let error = refused(&[vec!["7", "1"], vec!["8", "1"]], &[1, 1], 2, kind);
        assert!(error.message().contains("every row has the label"));
        let error = refused(&[vec!["inf", "0"], vec!["8", "1"]], &[0, 1], 2, kind);
        assert!(error.message().contains("column \"age\" holds an infinite number in row 0"));
    }
    let rows: Vec<Vec<&str>> = vec![vec!["1", "0"], vec!["2", "1"], vec!["3", "2"]];
    let params = Params::defaults(by_name("logistic_regression").unwrap().params());
    let number = Target::Numbers(vec![0.1, 0.2, 0.4]);
    let error =
        Pipeline::fit(&table(&columns, &rows), &number, "logistic_regression", &params, &terms(0, 1)).unwrap_err();
    assert_eq!(error.kind, Kind::Config);
    assert!(
        error.message().contains("does not learn a regression target") && error.message().contains("random_forest")
    );
}

#[test]
fn damaged_pipelines_are_refused() {
    for algorithm in that_learn(Task::Binary) {
        let (pipeline, _) = learn(algorithm.name(), &customers(60)).unwrap();
        let whole = pipeline.to_value();
        for (key, wrong) in [
            ("kind", serde_json::json!("oracle")),
            ("question", serde_json::json!({"answers": "classes", "names": ["no"]})),
            ("preparation", serde_json::json!([])),
            ("features", serde_json::json!({"columns": []})),
            ("params", serde_json::json!({"nothing": 1})),
            ("model", serde_json::json!({})),
            ("seed", serde_json::json!("x")),
        ] {
            let mut damaged = whole.clone();
            damaged[key] = wrong;
            let error = Pipeline::from_value(damaged).unwrap_err();
            assert_eq!(error.kind, Kind::Data, "{key}");
            assert!(error.message().contains("failed to read the saved"), "{key}: {}", error.message());
        }
    }
}

#[test]
fn directions_reach_the_model_and_its_saved_form() {
    let table = customers(300);
    let truth = target_in(table.column("left").unwrap());
    let directions = [("age".to_string(), Monotone::Increasing), ("since".to_string(), Monotone::Decreasing)].into();
    let terms = Terms { seed: 3, threads: 2, directions: &directions, text: Default::default() };
    let learn =
        |kind: &str| Pipeline::fit(&table, &truth, kind, &Params::defaults(by_name(kind).unwrap().params()), &terms);
    let pipeline = learn("boosting").unwrap().0;
    // In truth the young leave sooner.
    let ages: Vec<String> = (20..70).map(|age| age.to_string()).collect();
    let rows: Vec<Vec<&str>> = ages.iter().map(|age| vec!["x", age.as_str(), "free", "2026-03-01", "no"]).collect();
    let p = pipeline.predict(&super::table(&COLUMNS, &rows), 1).unwrap().column(1);
    assert!(p.is_sorted(), "{p:?}");
    let free = self::learn("boosting", &table).unwrap().0.predict(&super::table(&COLUMNS, &rows), 1).unwrap().column(1);
    assert!(free[0] > free[49]);
    let loaded = Pipeline::from_value(pipeline.to_value()).unwrap();
    assert_eq!((loaded.directions(), loaded.to_value()), (&directions, pipeline.to_value()));
    let error = learn("random_forest").unwrap_err();
    assert!(error.kind == Kind::Config && error.message().contains("set model.kind to boosting"));
}

#[test]
fn another_fit_becomes_as_large_whatever_its_own_rows_would_have_come_to() {
    let table = customers(900);
    let few: Vec<usize> = (0..300).collect();
    let (rows, truth) = (table.take(&few), target_in(table.column("left").unwrap()).take(&few));
    let trees = |pipeline: &Pipeline| pipeline.model().facts().trees;
    for algorithm in that_learn(Task::Binary) {
        let (pipeline, _) = learn(algorithm.name(), &table).unwrap();
        let other = pipeline.fit_alike(&rows, &truth, &terms(3, 2)).unwrap();
        assert_eq!(
            (other.kind(), other.params(), trees(&other)),
            (pipeline.kind(), pipeline.params(), trees(&pipeline))
        );
    }
    let (large, small) = (learn("boosting", &table).unwrap().0, learn("boosting", &rows).unwrap().0);
    assert_ne!(trees(&large), trees(&small), "left to itself it stops elsewhere");
}

#[test]
fn reasons_of_wide_texts_come_a_few_rows_at_a_time() {
    let mut random = Random::new(2);
    let word = |random: &mut Random| (0..9).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>();
    let cells: Vec<[String; 2]> =
        (0..300).map(|i| [word(&mut random) + ["s", "z"][i % 2], ["no", "yes"][i % 2].to_string()]).collect();
    let rows: Vec<Vec<&str>> = cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let table = table(&[("name", Type::Text, Role::Feature), ("left", Type::Category, Role::Target)], &rows);
    for kind in ["logistic_regression", "naive_bayes"] {
        let (pipeline, _) = learn(kind, &table).unwrap();
        let (reasons, answers) = (pipeline.reasons(&table, 2).unwrap().unwrap(), pipeline.predict(&table, 1).unwrap());
        assert_eq!((reasons.columns.len(), reasons.contributions[0].rows()), (1, 300));
        for row in 0..300 {
            let score = reasons.base[0] + reasons.contributions[0].row(row)[0];
            let p = 1.0 / (1.0 + (-score).exp());
            assert!((p - answers.row(row)[1]).abs() < 1e-9, "{kind} {row}");
        }
    }
    let mut wide = learn("random_forest", &table).unwrap().0.to_value();
    wide["preparation"][0]["transform"]["grams"] = serde_json::json!({"hashed": 4_294_967_295_u32});
    assert_eq!(Pipeline::from_value(wide).unwrap_err().kind, Kind::Data);
}
