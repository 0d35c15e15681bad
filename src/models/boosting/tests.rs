//! Boosting as a whole; conformance of all algorithms is in `models/tests`.

use super::settings::PARAMS;
use super::*;
use crate::error::Kind;
use crate::random::Random;
use crate::table::Classes;
use serde_json::{Value as Json, json};

/// Three classes by two columns, a third column of noise, some cells missing.
fn rows(n: usize) -> (Design, Classes) {
    let mut random = Random::new(1);
    let mut x = Matrix::zeros(n, 3);
    let mut codes = Vec::new();
    for row in 0..n {
        let cells = x.row_mut(row);
        cells.iter_mut().for_each(|cell| *cell = random.normal());
        codes.push(u32::from(cells[0] > 0.0) + u32::from(cells[0] > 0.0 && cells[1] > 0.0));
        if row % 5 == 0 {
            cells[1] = f64::NAN;
        }
    }
    (x.into(), Classes { classes: vec!["a".into(), "b".into(), "c".into()], codes })
}

fn fit(x: &Design, y: &Classes, params: Json, seed: u64) -> Box<dyn Fitted> {
    let params = Params::check(PARAMS, params.as_object().unwrap(), "").unwrap();
    Boosting.fit(x, &Target::Classes(y.clone()), &params, seed, 2).unwrap()
}

#[test]
fn three_classes_and_missing_cells_are_learnt() {
    let (x, y) = rows(2_000);
    let fitted = fit(&x, &y, json!({}), 1);
    let p = fitted.predict(&x, 2);
    let sure = p.iter_rows().zip(&y.codes).filter(|(p, code)| p[**code as usize] > 0.5).count();
    assert!(sure > 1_850, "{sure}");
    let facts = fitted.facts();
    assert!((facts.importances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(facts.importances[2] < 0.05 && facts.importances[0] > facts.importances[1], "{facts:?}");
    assert_eq!(facts.trees.map(|trees| trees % 3), Some(0));
}

#[test]
fn early_stopping_ends_where_there_is_only_noise() {
    let (x, mut y) = rows(2_000);
    let mut random = Random::new(2);
    y.codes.iter_mut().for_each(|code| *code = random.below(3) as u32);
    let stopped = fit(&x, &y, json!({}), 1).facts().trees.unwrap();
    assert!(stopped < 3 * 30, "{stopped}");
    let whole = fit(&x, &y, json!({"early_stopping": "none", "n_trees": 40}), 1);
    assert_eq!(whole.facts().trees, Some(120));
    let other = fit(&x, &y, json!({"early_stopping": "none", "n_trees": 40}), 2);
    assert_eq!(whole.save(), other.save(), "without rows kept aside nothing is left to chance");
}

#[test]
fn balanced_weights_lift_the_rare_class() {
    let (x, mut y) = rows(2_000);
    y.classes.truncate(2);
    let mut random = Random::new(3);
    y.codes.iter_mut().for_each(|code| *code = u32::from(*code == 2 && random.below(3) == 0));
    let mean = |params: Json| fit(&x, &y, params, 1).predict(&x, 1).column(1).iter().sum::<f64>() / 2_000.0;
    let share = y.codes.iter().sum::<u32>() as f64 / 2_000.0;
    assert!((mean(json!({})) - share).abs() < 0.02);
    assert!(mean(json!({"class_weight": "balanced"})) > 2.0 * share);
}

#[test]
fn too_little_data_is_told() {
    let (x, y) = rows(30);
    let fitted = fit(&x, &y, json!({}), 1);
    assert_eq!(fitted.facts().trees, Some(0));
    assert!(fitted.notices()[0].what.contains("predicts the same"));
    assert_eq!(fitted.predict(&x, 1).row(0), fitted.predict(&x, 1).row(1));
    assert!(fit(&x, &y, json!({"min_samples_leaf": 2}), 1).notices().is_empty());
}

#[test]
fn damaged_models_are_refused() {
    let (x, y) = rows(300);
    let whole = fit(&x, &y, json!({"n_trees": 2, "early_stopping": "none"}), 1).save();
    assert!(Boosting.load(whole.clone()).is_ok());
    for (pointer, wrong) in [
        ("/outputs", json!(2)),
        ("/outputs", json!(u64::MAX)),
        ("/width", json!(2)),
        ("/start", json!([])),
        ("/start/0", json!(1e200)),
        ("/importances", json!([1.0])),
        ("/trees/0", json!({"feature": [], "left": [], "number": []})),
        ("/trees/0/feature/0", json!(3)),
        ("/trees/0/feature/0", json!(-2)),
        ("/trees/0/left/0", json!(0)),
        ("/trees/0/left/0", json!(4_294_967_295_u32)),
        ("/trees/0/number/0", json!(null)),
        ("/trees/0/missing_left", json!([4_000_000_000_u32])),
        ("/trees/5", json!({"feature": [-1], "left": [0], "number": [1e300]})),
    ] {
        let mut damaged = whole.clone();
        *damaged.pointer_mut(pointer).unwrap_or(&mut Json::Null) = wrong.clone();
        if pointer.ends_with("missing_left") {
            damaged["trees"][0]["missing_left"] = wrong;
        }
        assert_eq!(Boosting.load(damaged).unwrap_err().kind, Kind::Data, "{pointer}");
    }
    let mut short = whole;
    short["trees"].as_array_mut().unwrap().pop();
    assert!(Boosting.load(short).is_err(), "a round lacks a tree");
}

#[test]
fn a_quantity_is_learnt_alike_in_any_unit() {
    let (x, _) = rows(2_000);
    let cell = |row: usize, column: usize| x.dense().row(row)[column];
    let truth: Vec<f64> = (0..2_000).map(|row| cell(row, 0).max(0.0) + 0.1 * cell(row, 2)).collect();
    let fit = |scale: f64, shift: f64| {
        let y = Target::Numbers(truth.iter().map(|t| t * scale + shift).collect());
        Boosting.fit(&x, &y, &Params::defaults(PARAMS), 1, 2).unwrap().predict(&x, 1).column(0)
    };
    let (plain, moved) = (fit(1.0, 0.0), fit(1e6, -3e8));
    for (a, b) in plain.iter().zip(&moved) {
        assert!((a - (b + 3e8) / 1e6).abs() < 1e-3, "{a} {b}");
    }
    let error: f64 = plain.iter().zip(&truth).map(|(p, t)| (p - t) * (p - t)).sum::<f64>() / 2_000.0;
    assert!(error < 0.01, "{error}");
}
