//! k nearest neighbours against values computed elsewhere (scikit-learn 1.9.1).

use super::*;
use crate::models::k_nearest_neighbours::KNearestNeighbours;
use serde_json::{Value as Json, json};

fn fit_with(x: &Matrix, y: &Target, params: Json) -> Box<dyn Fitted> {
    let params = Params::check(KNearestNeighbours.params(), params.as_object().unwrap(), "").unwrap();
    KNearestNeighbours.fit(&design(x), y, &params, 0, 2).unwrap()
}

fn ten_rows() -> Matrix {
    matrix(&[
        &[0.5, 200.0],
        &[1.5, -100.0],
        &[2.0, 50.0],
        &[-1.0, 300.0],
        &[0.0, 0.0],
        &[3.0, -250.0],
        &[-2.5, 120.0],
        &[1.0, 80.0],
        &[2.2, -30.0],
        &[-0.7, 60.0],
    ])
}

#[test]
fn answers_are_those_of_scikit_learn() {
    let x = ten_rows();
    let asked = matrix(&[&[0.3, 40.0], &[-1.2, 150.0], &[2.5, -200.0], &[0.5, 200.0]]);
    let classes = target(&[0, 1, 2, 0, 1, 2, 2, 0, 1, 1], 3);
    let number = Target::Numbers(vec![12.5, 3.0, 9.1, 20.3, 7.7, -4.4, 8.25, 11.0, 5.5, 6.2]);
    let shares = |k: u64, weights: &str| {
        fit_with(&x, &classes, json!({"k": k, "weights": weights})).predict(&design(&asked), 1).as_slice().to_vec()
    };
    let means = |k: u64, weights: &str| {
        fit_with(&x, &number, json!({"k": k, "weights": weights})).predict(&design(&asked), 1).as_slice().to_vec()
    };
    for weights in ["uniform", "distance"] {
        assert_eq!(shares(1, weights), [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(means(1, weights), [9.1, 8.25, -4.4, 12.5]);
    }
    assert_eq!(shares(4, "uniform"), [0.25, 0.5, 0.25, 0.5, 0.25, 0.25, 0.0, 0.75, 0.25, 0.75, 0.0, 0.25]);
    let near = |ours: Vec<f64>, theirs: &[f64]| {
        assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-12), "{ours:?} {theirs:?}");
    };
    near(means(4, "uniform"), &[8.5, 9.4875, 2.95, 13.0125]);
    near(means(4, "distance"), &[8.433436115984138, 9.539268413516698, 0.31439923191222363, 12.5]);
    #[rustfmt::skip]
    near(shares(4, "distance"), &[
        0.12591345989871097, 0.37748043229037803, 0.4966061078109111,
        0.43552434431477516, 0.14121658119851005, 0.4232590744867147,
        0.0, 0.510793094175067, 0.489206905824933,
        1.0, 0.0, 0.0,
    ]);
}

#[test]
fn of_rows_as_near_the_earlier_is_asked() {
    let x = matrix(&[&[1.0], &[-1.0], &[1.0], &[-1.0], &[3.0]]);
    let y = Target::Numbers(vec![1.0, 2.0, 4.0, 8.0, 16.0]);
    for (k, mean) in [(1, 1.0), (2, 1.5), (3, 7.0 / 3.0), (9, 31.0 / 5.0)] {
        let p = fit_with(&x, &y, json!({"k": k})).predict(&design(&matrix(&[&[0.0]])), 1);
        assert!((p.row(0)[0] - mean).abs() < 1e-12, "{k}");
    }
}

#[test]
fn a_large_model_says_its_size_and_a_huge_one_is_refused() {
    let y = |rows: u32| target(&(0..rows).map(|row| row % 2).collect::<Vec<_>>(), 2);
    let notices = fit_with(&Matrix::zeros(10_001, 100), &y(10_001), json!({})).notices();
    assert!(notices[0].what.contains("1000100 cells"));
    let params = Params::defaults(KNearestNeighbours.params());
    let huge = Matrix::zeros(2_001, 10_000);
    let error = KNearestNeighbours.fit(&huge.into(), &y(2_001), &params, 0, 1).unwrap_err();
    assert!(error.message().contains("20010000 cells"));
}
