//! Logistic regression of several classes and of sparse columns ends at the optimum, as
//! scikit-learn 1.x's `newton-cholesky` at a tolerance of 1e-14 finds it.

use super::*;
use crate::models::by_name;
use crate::table::Sparse;
use serde_json::json;

/// Sixty rows: three dense columns, one far from 0, and six sparse ones where wanted.
fn rows(sparse: bool) -> Design {
    let wave = |i: f64| [3.0 * (1.3 * i).sin(), (0.7 * i).cos() + 100.0, f64::from(u8::from(i % 5.0 == 0.0))];
    let dense = Matrix::from_rows(60, 3, (0..60).flat_map(|i| wave(f64::from(i))).collect()).unwrap();
    let mut block = Sparse::new(6);
    (0..60).for_each(|i| block.push([(i % 4, f64::from(1 + i % 3)), (4 + i % 2, 0.5)]));
    Design::new(dense, sparse.then_some(block)).unwrap()
}

fn learn(x: &Design, classes: usize, balanced: bool, threads: usize) -> Box<dyn Fitted> {
    let algorithm = by_name("logistic_regression").unwrap();
    let weight = if balanced { "balanced" } else { "none" };
    let params = json!({"c": 0.8, "class_weight": weight, "max_iter": 50});
    let params = Params::check(algorithm.params(), params.as_object().unwrap(), "").unwrap();
    let code = |i: u32| ((i * 7 + i * i / 4) % 3).min(classes as u32 - 1);
    let codes: Vec<u32> = (0..x.rows() as u32).map(code).collect();
    algorithm.fit(x, &target(&codes, classes), &params, 0, threads).unwrap()
}

#[test]
fn the_optimum_is_met() {
    let three = [-7.2280745316866195, -9.60641820589747, 16.83449273758409];
    let weighted = [-8.184994899931498, -9.642154170318706, 17.827149070250204];
    let last = [-0.06333767326024095, -0.16352711764877556, 0.12150656345726636];
    let last_weighted = [
        -0.0716175406014702,
        -0.1780668086572397,
        0.15338825247890803,
        0.1671726570760645,
        0.3222012658370789,
        0.17816461507649464,
        0.33031047076323533,
        -0.07676044399560061,
        0.07676044399560063,
    ];
    let two = [
        -0.07750570342877303,
        -0.19764587632989394,
        0.10341326890232803,
        -0.4858120999259464,
        0.982685354722642,
        -0.47165717915062944,
        0.9786005314321364,
        -0.6639822778421154,
        0.6639822778421155,
    ];
    for (sparse, classes, balanced, intercepts, weights) in [
        (false, 3, false, &three[..], &last[..]),
        (true, 3, true, &weighted[..], &last_weighted[..]),
        (true, 2, false, &[20.560311372362552][..], &two[..]),
    ] {
        let model = learn(&rows(sparse), classes, balanced, 2);
        assert!(model.notices().is_empty(), "{:?}", model.notices());
        let saved = model.save();
        let numbers = |key: &str| -> Vec<f64> {
            saved[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let outputs = intercepts.len();
        let found = numbers("weights").into_iter().skip(outputs - 1).step_by(outputs);
        for (found, expected) in numbers("intercepts").into_iter().chain(found).zip(intercepts.iter().chain(weights)) {
            assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} is not {expected}");
        }
    }
}

#[test]
fn sparse_models_conform_as_dense_ones_do() {
    let x = rows(true);
    for classes in [2, 3] {
        let model = learn(&x, classes, false, 1);
        let text = model.save().to_string();
        assert_eq!(learn(&x, classes, false, 4).save().to_string(), text);
        let loaded = by_name("logistic_regression").unwrap().load(serde_json::from_str(&text).unwrap()).unwrap();
        let p = model.predict(&x, 1);
        assert_eq!((loaded.predict(&x, 3), loaded.width(), loaded.outputs()), (p.clone(), 9, classes));
        assert!(p.iter_rows().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-12));
        assert_eq!(model.facts().coefficients.len(), if classes == 2 { 9 } else { 0 });
        let (raw, parts) = (model.raw(&x, 2).unwrap(), model.contributions(&x, 2).unwrap());
        for row in 0..60 {
            for (output, (base, values)) in parts.base.iter().zip(&parts.values).enumerate() {
                let sum = base + values.row(row).iter().sum::<f64>();
                assert!((sum - raw.row(row)[output]).abs() < 1e-9);
            }
        }
        let mut wide = Sparse::new(6);
        (0..1_000_000).for_each(|_| wide.push([]));
        let many = Design::new(Matrix::zeros(1_000_000, 3), Some(wide)).unwrap();
        assert_eq!(model.contributions(&many, 2).is_none(), classes == 3, "too many numbers");
    }
}

#[test]
fn what_has_not_converged_is_told_and_damage_refused() {
    let algorithm = by_name("logistic_regression").unwrap();
    let params = Params::check(algorithm.params(), json!({"max_iter": 1}).as_object().unwrap(), "").unwrap();
    let codes: Vec<u32> = (0..60).map(|i| i % 3).collect();
    let model = algorithm.fit(&rows(true), &target(&codes, 3), &params, 0, 1).unwrap();
    assert!(model.notices()[0].what.contains("has not converged after 1 steps"));
    assert_eq!(model.facts().converged, Some(false));
    for wrong in [json!([0.0, 0.0]), json!([]), json!([0.0, 0.0, 0.0, 0.0])] {
        let mut damaged = model.save();
        damaged["intercepts"] = wrong;
        assert!(algorithm.load(damaged).is_err());
    }
}
