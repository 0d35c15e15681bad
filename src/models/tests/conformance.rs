//! What every algorithm must do. A new one in `ALL` is covered without another line.

use super::*;
use crate::error::Kind;

/// All algorithms, with the numbers of classes that they learn.
fn each(check: impl Fn(&'static dyn Algorithm, &Matrix, &Target)) {
    let (x, two) = noisy(120, 5, 9);
    let three: Vec<u32> = x.iter_rows().map(|r| u32::from(r[0] > 0.5) + u32::from(r[1] > 0.0)).collect();
    let three = target(&three, 3);
    for algorithm in ALL {
        check(*algorithm, &x, &two);
        match algorithm.fit(&x, &three, &Params::defaults(algorithm.params()), 1, 1) {
            Ok(_) => check(*algorithm, &x, &three),
            Err(error) => {
                assert_eq!(error.kind, Kind::Data);
                assert!(error.message().contains("yes/no questions only"), "{}", error.message());
            }
        }
    }
}

#[test]
fn names_are_distinct_and_known() {
    for algorithm in ALL {
        assert_eq!(crate::models::by_name(algorithm.name()).unwrap().name(), algorithm.name());
        assert_eq!(ALL.iter().filter(|a| a.name() == algorithm.name()).count(), 1);
        assert!(!algorithm.summary().is_empty());
    }
    let error = crate::models::by_name("random_forrest").unwrap_err();
    assert_eq!(error.kind, Kind::Config);
    assert!(error.message().ends_with("hint: did you mean \"random_forest\"?"));
}

#[test]
fn the_same_seed_gives_the_same_model_on_any_number_of_threads() {
    // More rows than one block of any algorithm.
    let (x, y) = noisy(9_000, 3, 2);
    for algorithm in ALL {
        let params = Params::defaults(algorithm.params());
        let one = algorithm.fit(&x, &y, &params, 7, 1).unwrap();
        let again = algorithm.fit(&x, &y, &params, 7, 1).unwrap();
        let four = algorithm.fit(&x, &y, &params, 7, 4).unwrap();
        let text = one.save().to_string();
        assert_eq!(text, again.save().to_string(), "{}", algorithm.name());
        assert_eq!(text, four.save().to_string(), "{}", algorithm.name());
        assert_eq!(one.predict(&x, 1), four.predict(&x, 4), "{}", algorithm.name());
    }
}

#[test]
fn a_reloaded_model_predicts_bit_for_bit_the_same() {
    each(|algorithm, x, y| {
        let fitted = fit(algorithm, x, y);
        let text = fitted.save().to_string();
        let loaded = algorithm.load(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(loaded.predict(x, 2), fitted.predict(x, 2), "{}", algorithm.name());
        assert_eq!(loaded.save().to_string(), text);
        assert_eq!((loaded.width(), loaded.classes()), (x.cols(), y.classes.len()));
        assert_eq!((loaded.facts(), loaded.notices()), (fitted.facts(), fitted.notices()));
        assert_eq!(algorithm.load(serde_json::json!({"width": 1})).unwrap_err().kind, Kind::Data);
        assert!(!text.contains("null") || algorithm.name() == "logistic_regression");
    });
}

#[test]
fn probabilities_are_in_range_and_sum_to_one() {
    each(|algorithm, x, y| {
        let fitted = fit(algorithm, x, y);
        let far = Matrix::from_rows(2, 5, vec![1e300, -1e300, 1e308, 1e308, 1e308, -1e308, 1e308, 0.0, 0.0, 0.0]);
        for x in [x, &far.unwrap()] {
            let p = fitted.predict(x, 1);
            assert_eq!((p.rows(), p.cols()), (x.rows(), y.classes.len()));
            for row in p.iter_rows() {
                assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{}: {row:?}", algorithm.name());
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{}: {row:?}", algorithm.name());
            }
        }
        assert_eq!(fitted.predict(&Matrix::zeros(0, 5), 4).rows(), 0);
    });
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let (x, y) = noisy(20, 2, 4);
    let mut spoilt = x.clone();
    for algorithm in ALL {
        let params = Params::defaults(algorithm.params());
        let refused = |x: &Matrix, y: &Target| algorithm.fit(x, y, &params, 0, 1).unwrap_err();
        let error = refused(&x, &target(&[1; 20], 2));
        assert_eq!(error.kind, Kind::Data);
        assert!(error.message().contains("every row has the label \"1\""));
        spoilt.row_mut(3)[1] = f64::NAN;
        if algorithm.takes_missing_as_nan() {
            assert!(algorithm.fit(&spoilt, &y, &params, 0, 1).is_ok(), "{}", algorithm.name());
        } else {
            assert!(refused(&spoilt, &y).message().contains("row 3, column 1"));
        }
        for bad in [f64::INFINITY, f64::NEG_INFINITY] {
            spoilt.row_mut(3)[1] = bad;
            let error = refused(&spoilt, &y);
            assert_eq!(error.kind, Kind::Data);
            assert!(error.message().contains("row 3, column 1"));
        }
        assert_eq!(refused(&Matrix::zeros(20, 0), &y).kind, Kind::Data);
        assert_eq!(refused(&matrix(&[&[1.0]]), &target(&[1], 2)).kind, Kind::Data);
        assert_eq!(refused(&x, &target(&[0, 1], 2)).kind, Kind::Internal);
    }
}

#[test]
fn an_obvious_pattern_is_learnt() {
    each(|algorithm, x, _| {
        let codes: Vec<u32> = x.iter_rows().map(|r| u32::from(r[2] > 0.0)).collect();
        let p = fit(algorithm, x, &target(&codes, 2)).predict(x, 1);
        let right = p.iter_rows().zip(&codes).filter(|(p, code)| (p[1] > 0.5) == (**code == 1)).count();
        assert!(right >= 114, "{}: {right} of 120", algorithm.name());
    });
}

#[test]
fn awkward_shapes_are_learnt_from() {
    let (wide, y) = noisy(12, 40, 5);
    let (mut constant, labels) = noisy(40, 3, 6);
    for row in 0..40 {
        constant.row_mut(row)[2] = 7.0;
    }
    let (mut twins, same) = noisy(40, 3, 8);
    for row in 0..40 {
        twins.row_mut(row)[2] = twins.row(row)[0];
    }
    let two = matrix(&[&[1.0], &[2.0]]);
    for algorithm in ALL {
        for (x, y) in [(&wide, &y), (&constant, &labels), (&twins, &same), (&two, &target(&[0, 1], 2))] {
            let p = fit(*algorithm, x, y).predict(x, 2);
            assert!(p.as_slice().iter().all(|v| v.is_finite()), "{}", algorithm.name());
        }
    }
}
