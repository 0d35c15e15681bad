//! What every algorithm must do. A new one in `ALL` is covered without another line.

use super::*;
use crate::error::Kind;
use crate::models::learns;

/// All algorithms, with a target of each kind that they learn.
fn each(check: impl Fn(&'static dyn Algorithm, &Matrix, &Target)) {
    let (x, two) = noisy(120, 5, 9);
    let three: Vec<u32> = x.iter_rows().map(|r| u32::from(r[0] > 0.5) + u32::from(r[1] > 0.0)).collect();
    let number = x.iter_rows().map(|r| 1e6 + 1e4 * (r[0] - r[1])).collect();
    let targets = [two, target(&three, 3), Target::Numbers(number)];
    for algorithm in ALL {
        for target in &targets {
            if learns(*algorithm, target.task()) {
                check(*algorithm, &x, target);
            }
        }
    }
}

/// All algorithms with a target that they learn: yes/no where they learn that, else a number.
fn simple(algorithm: &dyn Algorithm, x: &Matrix, two: &Target) -> Target {
    if learns(algorithm, Task::Binary) {
        return two.clone();
    }
    Target::Numbers(x.iter_rows().zip(codes(two)).map(|(row, code)| row[0] + f64::from(*code)).collect())
}

#[test]
fn names_are_distinct_and_known() {
    for algorithm in ALL {
        assert_eq!(crate::models::by_name(algorithm.name()).unwrap().name(), algorithm.name());
        assert_eq!(ALL.iter().filter(|a| a.name() == algorithm.name()).count(), 1);
        assert!(!algorithm.summary().is_empty() && !algorithm.learns().is_empty());
        assert!(!algorithm.learns().contains(&Task::Multilabel), "labels are learnt by a model for each");
    }
    let error = crate::models::by_name("random_forrest").unwrap_err();
    assert_eq!(error.kind, Kind::Config);
    assert!(error.message().ends_with("hint: did you mean \"random_forest\"?"));
    for task in Task::ALL {
        assert!(crate::models::that_learn(task).count() > 1, "{}", task.name());
    }
}

#[test]
fn the_same_seed_gives_the_same_model_on_any_number_of_threads() {
    // More rows than one block of any algorithm.
    let (x, y) = noisy(9_000, 3, 2);
    for algorithm in ALL {
        let (params, y) = (Params::defaults(algorithm.params()), simple(*algorithm, &x, &y));
        let fit = |threads: usize| algorithm.fit(&design(&x), &y, &params, 7, threads).unwrap();
        let (one, again, four) = (fit(1), fit(1), fit(4));
        let text = one.save().to_string();
        assert_eq!(text, again.save().to_string(), "{}", algorithm.name());
        assert_eq!(text, four.save().to_string(), "{}", algorithm.name());
        assert_eq!(one.predict(&design(&x), 1), four.predict(&design(&x), 4), "{}", algorithm.name());
    }
}

#[test]
fn a_reloaded_model_predicts_bit_for_bit_the_same() {
    each(|algorithm, x, y| {
        let fitted = fit(algorithm, x, y);
        let text = fitted.save().to_string();
        let loaded = algorithm.load(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(loaded.predict(&design(x), 2), fitted.predict(&design(x), 2), "{}", algorithm.name());
        assert_eq!(loaded.save().to_string(), text);
        assert_eq!((loaded.width(), loaded.outputs()), (x.cols(), y.question().outputs()));
        assert_eq!((loaded.facts(), loaded.notices()), (fitted.facts(), fitted.notices()));
        assert_eq!(algorithm.load(serde_json::json!({"width": 1})).unwrap_err().kind, Kind::Data);
    });
}

#[test]
fn answers_are_possible_even_far_from_all_that_was_learnt() {
    each(|algorithm, x, y| {
        let fitted = fit(algorithm, x, y);
        let far = Matrix::from_rows(2, 5, vec![1e300, -1e300, 1e308, 1e308, 1e308, -1e308, 1e308, 0.0, 0.0, 0.0]);
        for x in [x, &far.unwrap()] {
            let p = fitted.predict(&design(x), 1);
            assert_eq!((p.rows(), p.cols()), (x.rows(), y.question().outputs()));
            for row in p.iter_rows() {
                if y.task() == Task::Regression {
                    assert!(row[0].is_finite(), "{}: {row:?}", algorithm.name());
                    continue;
                }
                assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{}: {row:?}", algorithm.name());
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{}: {row:?}", algorithm.name());
            }
        }
        assert_eq!(fitted.predict(&design(&Matrix::zeros(0, 5)), 4).rows(), 0);
    });
}

#[test]
fn contributions_add_up_to_the_raw_score() {
    each(|algorithm, x, y| {
        let (fitted, design) = (fit(algorithm, x, y), design(x));
        let x = &design;
        let (Some(raw), Some(parts)) = (fitted.raw(x, 2), fitted.contributions(x, 1)) else {
            assert!(fitted.contributions(x, 1).is_none(), "{}: contributions to what?", algorithm.name());
            return;
        };
        let outputs = if y.question().outputs() == 2 { 1 } else { y.question().outputs() };
        assert_eq!((raw.rows(), raw.cols(), parts.base.len(), parts.values.len()), (120, outputs, outputs, outputs));
        for (output, (base, values)) in parts.base.iter().zip(&parts.values).enumerate() {
            assert_eq!((values.rows(), values.cols()), (120, x.cols()));
            for row in 0..120 {
                let sum = base + values.row(row).iter().sum::<f64>();
                let score = raw.row(row)[output];
                assert!((sum - score).abs() <= 1e-9 * score.abs().max(1.0), "{}: {sum} {score}", algorithm.name());
            }
        }
        // A higher score is a higher probability, be there one score or one for each class.
        let p = fitted.predict(x, 1);
        let last = |p: &Matrix, row: usize| p.row(row)[p.cols() - 1];
        for (a, b) in (0..120).zip(1..120) {
            match outputs {
                1 if raw.row(a)[0] > raw.row(b)[0] => assert!(last(&p, a) >= last(&p, b)),
                1 => assert!(last(&p, a) <= last(&p, b)),
                _ => {
                    let higher = |m: &Matrix| (0..outputs).max_by(|i, j| m.row(a)[*i].total_cmp(&m.row(a)[*j]));
                    assert_eq!(higher(&raw), higher(&p), "{}", algorithm.name());
                }
            }
        }
        assert_eq!(fitted.contributions(x, 4).as_ref(), Some(&parts), "whatever the threads");
        let loaded = algorithm.load(serde_json::from_str(&fitted.save().to_string()).unwrap()).unwrap();
        assert_eq!((loaded.raw(x, 1), loaded.contributions(x, 2)), (Some(raw), Some(parts)), "{}", algorithm.name());
        assert_eq!(fitted.contributions(&Matrix::zeros(0, 5).into(), 2).map(|none| none.values[0].rows()), Some(0));
    });
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let (x, two) = noisy(20, 2, 4);
    let mut spoilt = x.clone();
    for algorithm in ALL {
        let (params, y) = (Params::defaults(algorithm.params()), simple(*algorithm, &x, &two));
        let refused = |x: &Matrix, y: &Target| algorithm.fit(&design(x), y, &params, 0, 1).unwrap_err();
        if learns(*algorithm, Task::Binary) {
            let error = refused(&x, &target(&[1; 20], 2));
            assert_eq!(error.kind, Kind::Data);
            assert!(error.message().contains("every row has the label \"1\""));
        }
        spoilt.row_mut(3)[1] = f64::NAN;
        if algorithm.takes_missing_as_nan() {
            assert!(algorithm.fit(&design(&spoilt), &y, &params, 0, 1).is_ok(), "{}", algorithm.name());
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
        assert_eq!(refused(&matrix(&[&[1.0]]), &y.take(&[0])).kind, Kind::Data);
        assert_eq!(refused(&x, &y.take(&[0, 1])).kind, Kind::Internal);
    }
}

#[test]
fn an_obvious_pattern_is_learnt() {
    each(|algorithm, x, y| {
        if y.task() == Task::Regression {
            let p = fit(algorithm, x, y).predict(&design(x), 1).column(0);
            let Target::Numbers(truth) = y else { panic!("no numbers") };
            let error: f64 = p.iter().zip(truth).map(|(p, t)| (p - t) * (p - t)).sum();
            let spread: f64 = truth.iter().map(|t| (t - 1e6) * (t - 1e6)).sum();
            assert!(error < 0.35 * spread, "{}: {}", algorithm.name(), error / spread);
            return;
        }
        let codes: Vec<u32> = x.iter_rows().map(|r| u32::from(r[2] > 0.0)).collect();
        let p = fit(algorithm, x, &target(&codes, 2)).predict(&design(x), 1);
        let right = p.iter_rows().zip(&codes).filter(|(p, code)| (p[1] > 0.5) == (**code == 1)).count();
        assert!(right >= 110, "{}: {right} of 120", algorithm.name());
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
            let p = fit(*algorithm, x, &simple(*algorithm, x, y)).predict(&design(x), 2);
            assert!(p.as_slice().iter().all(|v| v.is_finite()), "{}", algorithm.name());
        }
    }
}
