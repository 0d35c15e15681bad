//! Logistic regression against optima computed elsewhere, and on awkward data.

use super::*;
use crate::models::logistic_regression::LogisticRegression;
use serde_json::{Value as Json, json};

fn fit_with(x: &Matrix, y: &Target, params: Json) -> Box<dyn Fitted> {
    let algorithm = LogisticRegression;
    let params = Params::check(algorithm.params(), params.as_object().unwrap(), "").unwrap();
    algorithm.fit(&design(x), y, &params, 0, 2).unwrap()
}

fn near(ours: f64, expected: f64, tolerance: f64) {
    assert!((ours - expected).abs() <= tolerance * expected.abs().max(1e-3), "{ours} is not {expected}");
}

/// Columns of unlike scales, and labels that no plane separates.
fn ten_rows() -> (Matrix, Target) {
    let x = matrix(&[
        &[0.5, 200.0, 0.0],
        &[1.5, -100.0, 1.0],
        &[2.0, 50.0, 0.0],
        &[-1.0, 300.0, 1.0],
        &[0.0, 0.0, 1.0],
        &[3.0, -250.0, 0.0],
        &[-2.5, 120.0, 1.0],
        &[1.0, 80.0, 0.0],
        &[2.2, -30.0, 1.0],
        &[-0.7, 60.0, 0.0],
    ]);
    (x, target(&[1, 1, 1, 1, 1, 1, 0, 0, 1, 0], 2))
}

/// scikit-learn 1.9.1, `LogisticRegression(solver="newton-cholesky", tol=1e-12)`, polished
/// by five Newton steps in numpy; standard errors by `numpy.linalg.inv` of the Hessian.
#[test]
fn optima_and_standard_errors_are_those_of_scikit_learn() {
    let (x, y) = ten_rows();
    for (params, values, errors) in SCIKIT_LEARN {
        let params: Json = serde_json::from_str(params).unwrap();
        let facts = fit_with(&x, &y, params).facts();
        assert_eq!(facts.converged, Some(true));
        let ours = facts.coefficients.iter().chain(&facts.intercept);
        for ((ours, value), error) in ours.zip(values).zip(errors) {
            near(ours.value, value, 1e-9);
            near(ours.standard_error.unwrap(), error, 1e-9);
        }
    }
}

/// Parameters; coefficients and intercept; their standard errors.
const SCIKIT_LEARN: [(&str, [f64; 4], [f64; 4]); 4] = [
    (
        "{}",
        [0.8859380155063268, 0.002829493081940516, 0.6567963804772354, 0.04227884642066219],
        [0.5667295742264387, 0.006722178695412806, 0.8584679950568964, 1.0658546209831945],
    ),
    (
        r#"{"c": 0.05}"#,
        [0.13282770832916166, -0.002179277557799643, 0.029683763771301525, 0.8932580674218259],
        [0.20850086624918931, 0.005380274666962342, 0.22093041119840107, 0.8180640537859908],
    ),
    (
        r#"{"c": 100}"#,
        [3.6562158813694103, 0.017166858587903455, 7.323396154780548, -4.692449072455086],
        [3.0548890615725983, 0.0186829769221523, 5.623978097042644, 4.915674780607063],
    ),
    (
        r#"{"class_weight": "balanced"}"#,
        [0.8715915663813517, 0.0022390639620600426, 0.7542020129904374, -0.6776321768140087],
        [0.540169618906768, 0.006866628926210083, 0.8475458559625988, 1.0025018380365287],
    ),
];

#[test]
fn separable_data_ends_at_a_finite_optimum() {
    let x = matrix(&[&[-2.0], &[-1.0], &[1.0], &[2.0]]);
    let y = target(&[0, 0, 1, 1], 2);
    let mut before = 0.0;
    for c in [1.0, 1e3, 1e6, 1e12] {
        let fitted = fit_with(&x, &y, json!({"c": c}));
        let facts = fitted.facts();
        assert_eq!(facts.converged, Some(true), "c = {c}");
        assert!(facts.coefficients[0].value > before, "the weaker the penalty, the steeper");
        before = facts.coefficients[0].value;
        assert!(fitted.notices().is_empty(), "{:?}", fitted.notices());
    }
}

#[test]
fn columns_that_follow_from_each_other_share_their_weight() {
    let (x, y) = noisy(200, 1, 3);
    let twins = Matrix::from_rows(200, 2, x.iter_rows().flat_map(|r| [r[0], r[0]]).collect()).unwrap();
    let fitted = fit_with(&twins, &y, json!({}));
    let [a, b] = [0, 1].map(|j| fitted.facts().coefficients[j].value);
    near(a, b, 1e-9);
    // Without a penalty to speak of the optimum is not unique, but its predictions are.
    let fitted = fit_with(&twins, &y, json!({"c": 1e300}));
    assert_eq!(fitted.facts().converged, Some(true));
    assert!(fitted.notices()[0].what.contains("no standard errors"));
    let single = fit_with(&x, &y, json!({"c": 1e300}));
    for (a, b) in fitted.predict(&design(&twins), 1).as_slice().iter().zip(single.predict(&design(&x), 1).as_slice()) {
        near(*a, *b, 1e-6);
    }
}

#[test]
fn a_constant_column_has_no_weight() {
    let (x, y) = noisy(100, 1, 3);
    let wide = Matrix::from_rows(100, 2, x.iter_rows().flat_map(|r| [r[0], 1e6]).collect()).unwrap();
    let (with, without) = (fit_with(&wide, &y, json!({})).facts(), fit_with(&x, &y, json!({})).facts());
    near(with.coefficients[1].value, 0.0, 1e-9);
    near(with.coefficients[0].value, without.coefficients[0].value, 1e-9);
    near(with.intercept.unwrap().value, without.intercept.unwrap().value, 1e-9);
}

#[test]
fn scales_from_tiny_to_huge_are_solved_or_refused() {
    let (x, y) = noisy(100, 2, 3);
    for scale in [1e-300, 1e-100, 1e-8, 1e8, 1e99] {
        let scaled: Vec<f64> = x.iter_rows().flat_map(|r| [r[0] * scale, r[1]]).collect();
        let scaled = Matrix::from_rows(100, 2, scaled).unwrap();
        let fitted = fit_with(&scaled, &y, json!({}));
        assert_eq!(fitted.facts().converged, Some(true), "{scale}");
        assert!(fitted.predict(&design(&scaled), 1).as_slice().iter().all(|p| p.is_finite()));
    }
    let huge = Matrix::from_rows(2, 1, vec![1e200, 0.0]).unwrap();
    let params = Params::defaults(LogisticRegression.params());
    let error = LogisticRegression.fit(&design(&huge), &target(&[0, 1], 2), &params, 0, 1).unwrap_err();
    assert!(error.message().contains("beyond 1e100"));
}

#[test]
fn a_solver_cut_short_says_so() {
    let (x, y) = ten_rows();
    let fitted = fit_with(&x, &y, json!({"max_iter": 1}));
    assert_eq!((fitted.facts().converged, fitted.facts().iterations), (Some(false), Some(1)));
    assert!(fitted.notices()[0].what.contains("has not converged after 1 step"));
}
