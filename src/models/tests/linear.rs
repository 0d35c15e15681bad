//! Linear models of a quantity against values computed elsewhere, and on awkward data.

use super::*;
use crate::models::linear_regression::{ELASTIC_NET, LASSO, LINEAR_REGRESSION, Linear, RIDGE};
use serde_json::{Value as Json, json};

fn fit_with(algorithm: Linear, x: &Matrix, y: &[f64], params: &Json) -> Box<dyn Fitted> {
    let params = Params::check(algorithm.params(), params.as_object().unwrap(), "").unwrap();
    algorithm.fit(&design(x), &Target::Numbers(y.to_vec()), &params, 0, 2).unwrap()
}

/// Columns of unlike scales.
fn ten_rows() -> (Matrix, Vec<f64>) {
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
    (x, vec![12.5, 3.0, 9.1, 20.3, 7.7, -4.4, 8.25, 11.0, 5.5, 6.2])
}

/// scikit-learn 1.9.1; the coordinate descents with tol=1e-14.
#[test]
fn coefficients_are_those_of_scikit_learn() {
    let (x, y) = ten_rows();
    #[rustfmt::skip]
    let expected = [
        (LINEAR_REGRESSION, json!({}), [1.022069657763267, 0.04723443703932394, 1.7976849055151818, 4.371834959893521]),
        (RIDGE, json!({}), [0.8563701870473627, 0.04621455657537882, 1.1733556515940586, 4.827274129233265]),
        (RIDGE, json!({"alpha": 50}), [0.15678446491811254, 0.041365156931262984, 0.047840185370018905, 6.018307480319816]),
        (LASSO, json!({"alpha": 0.1}), [0.8569244081234418, 0.04618916043615867, 1.244080524013495, 4.792671194364365]),
        (LASSO, json!({}), [0.0, 0.04017067182852557, 0.0, 6.1876611113734015]),
        (ELASTIC_NET, json!({}), [0.26023832491542376, 0.04214190677391055, 0.0, 5.946755013772593]),
        (ELASTIC_NET, json!({"alpha": 0.2, "l1_ratio": 0.2}), [0.7473407693763038, 0.04551331712017328, 0.8424525293269893, 5.088296637543273]),
    ];
    for (algorithm, params, values) in expected {
        let facts = fit_with(algorithm, &x, &y, &params).facts();
        assert_ne!(facts.converged, Some(false));
        for (ours, value) in facts.coefficients.iter().chain(&facts.intercept).zip(values) {
            let error = (ours.value - value).abs();
            assert!(error <= 1e-9 * value.abs(), "{} {params}: {} is not {value}", algorithm.name(), ours.value);
        }
    }
}

/// From their formulas, by `numpy.linalg.inv`.
#[test]
fn standard_errors_are_those_of_the_definition() {
    let (x, y) = ten_rows();
    #[rustfmt::skip]
    let expected = [
        (LINEAR_REGRESSION, json!({}), [0.440871269801069, 0.004552375365919434, 1.0339478370924484, 0.9046459819758956]),
        (RIDGE, json!({}), [0.41328380732957787, 0.004438072137176067, 0.8474404878462873, 0.8104239835914377]),
        (RIDGE, json!({"alpha": 50}), [0.22314757168732402, 0.0042088498357223565, 0.24568299676550112, 0.634240194446777]),
    ];
    for (algorithm, params, errors) in expected {
        let facts = fit_with(algorithm, &x, &y, &params).facts();
        for (ours, error) in facts.coefficients.iter().chain(&facts.intercept).zip(errors) {
            assert!((ours.standard_error.unwrap() - error).abs() <= 1e-9 * error, "{ours:?} {error}");
        }
    }
}

#[test]
fn columns_that_follow_from_each_other_share_their_weight() {
    let (x, y) = ten_rows();
    let twins: Vec<f64> = x.iter_rows().flat_map(|r| [r[0], r[1], r[2], 1.0 - r[2], 7.0]).collect();
    let twins = Matrix::from_rows(10, 5, twins).unwrap();
    let (with, without) =
        (fit_with(LINEAR_REGRESSION, &twins, &y, &json!({})), fit_with(LINEAR_REGRESSION, &x, &y, &json!({})));
    assert!(with.notices()[0].what.contains("not determined") && without.notices().is_empty());
    let facts = with.facts();
    let [a, b] = [2, 3].map(|j| facts.coefficients[j].value);
    assert!((a + b).abs() < 1e-4, "half each, with opposite signs: {a} {b}");
    assert_eq!(facts.coefficients[4].value, 0.0, "the constant one has none");
    for (a, b) in with.predict(&design(&twins), 1).column(0).iter().zip(without.predict(&design(&x), 1).column(0)) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
    assert!(fit_with(RIDGE, &twins, &y, &json!({})).notices().is_empty(), "a penalty decides");
}

#[test]
fn many_columns_are_left_out_and_the_optimum_is_reached() {
    let mut random = Random::new(4);
    let (rows, cols) = (60, 100);
    let x = Matrix::from_rows(rows, cols, (0..rows * cols).map(|_| random.normal()).collect()).unwrap();
    let y: Vec<f64> = x.iter_rows().map(|r| 3.0 * r[0] - 2.0 * r[1] + 0.1 * random.normal()).collect();
    let fitted = fit_with(LASSO, &x, &y, &json!({"alpha": 0.2}));
    let facts = fitted.facts();
    assert_eq!(facts.converged, Some(true));
    assert!(facts.coefficients.iter().filter(|w| w.value != 0.0).count() < 20);
    // Karush, Kuhn and Tucker: where a coefficient is not 0, its column pulls as hard as
    // the penalty, and elsewhere not harder.
    let p = fitted.predict(&design(&x), 1);
    for (j, coefficient) in facts.coefficients.iter().enumerate() {
        let pull: f64 = (0..rows).map(|i| x.row(i)[j] * (y[i] - p.row(i)[0])).sum::<f64>() / rows as f64;
        match coefficient.value {
            0.0 => assert!(pull.abs() <= 0.2 + 1e-9),
            value => assert!((pull - 0.2 * value.signum()).abs() < 1e-9, "{pull}"),
        }
    }
}

#[test]
fn what_deserves_attention_is_told() {
    let (x, y) = ten_rows();
    let cut = fit_with(LASSO, &x, &y, &json!({"alpha": 1e-3, "max_iter": 1}));
    assert_eq!(cut.facts().converged, Some(false));
    assert!(cut.notices()[0].what.contains("lasso has not converged after 1 sweep"));
    let empty = fit_with(ELASTIC_NET, &x, &y, &json!({"alpha": 1e4}));
    assert!(empty.notices()[0].what.contains("always predicts the mean"));
    assert!((empty.predict(&design(&x), 1).row(0)[0] - y.iter().sum::<f64>() / 10.0).abs() < 1e-12);
}

#[test]
fn scales_from_tiny_to_huge_are_solved_or_refused() {
    let (x, y) = ten_rows();
    for scale in [1e-99, 1e-8, 1e8, 1e99] {
        let scaled = Matrix::from_rows(10, 3, x.iter_rows().flat_map(|r| [r[0], r[1] / scale, r[2]]).collect());
        let scaled = scaled.filter(|x| x.as_slice().iter().all(|v| v.abs() < 1e100)).unwrap_or_else(|| x.clone());
        let y: Vec<f64> = y.iter().map(|v| v * scale.min(1e98)).collect();
        let fitted = fit_with(LINEAR_REGRESSION, &scaled, &y, &json!({}));
        let p = fitted.predict(&design(&scaled), 1);
        let error: f64 = p.column(0).iter().zip(&y).map(|(p, y)| (p / scale - y / scale).powi(2)).sum();
        assert!(error < 20.0, "{scale}: {error}");
    }
    let huge = Matrix::from_rows(2, 1, vec![1e200, 0.0]).unwrap();
    for (x, y) in [(&huge, [1.0, 2.0]), (&matrix(&[&[1.0], &[2.0]]), [1e200, 2.0])] {
        let params = Params::defaults(RIDGE.params());
        let error = RIDGE.fit(&design(x), &Target::Numbers(y.to_vec()), &params, 0, 1).unwrap_err();
        assert!(error.message().contains("beyond 1e100"));
    }
}
