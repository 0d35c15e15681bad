//! Naive Bayes against values computed elsewhere (scikit-learn 1.9.1).

use super::*;
use crate::models::naive_bayes::NaiveBayes;
use crate::table::Sparse;
use serde_json::{Value as Json, json};

const TWO: [u32; 10] = [1, 1, 1, 1, 1, 1, 0, 0, 1, 0];
const THREE: [u32; 10] = [0, 1, 2, 0, 1, 2, 2, 0, 1, 1];

fn fit_with(x: &Design, y: &Target, params: Json) -> Box<dyn Fitted> {
    let params = Params::check(NaiveBayes.params(), params.as_object().unwrap(), "").unwrap();
    NaiveBayes.fit(x, y, &params, 0, 2).unwrap()
}

fn near(p: &Matrix, expected: &[&[f64]]) {
    assert_eq!(p.rows(), expected.len());
    for (row, expected) in p.iter_rows().zip(expected) {
        assert!(row.iter().zip(*expected).all(|(a, b)| (a - b).abs() < 1e-10), "{row:?} {expected:?}");
    }
}

fn sparse(rows: &[[f64; 4]]) -> Sparse {
    let mut sparse = Sparse::new(4);
    for row in rows {
        sparse.push((0..4).zip(*row).filter(|(_, value)| *value != 0.0));
    }
    sparse
}

fn counts() -> Sparse {
    sparse(&[
        [2.0, 0.0, 1.0, 0.0],
        [0.0, 1.0, 0.0, 3.0],
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 4.0, 1.0],
        [0.0, 2.0, 0.0, 1.0],
        [3.0, 0.0, 0.0, 0.0],
    ])
}

fn asked() -> Sparse {
    sparse(&[[1.0, 0.0, 2.0, 0.0], [0.0; 4], [5.0, 1.0, 0.0, 7.0]])
}

#[test]
fn numbers_are_judged_as_gaussian_nb_does() {
    let x = matrix(&[
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
    ]);
    let asked = design(&matrix(&[&[0.3, 40.0], &[-1.2, 150.0], &[2.5, -200.0]]));
    let p = |y: &Target, params: Json| fit_with(&design(&x), y, params).predict(&asked, 1);
    near(
        &p(&target(&TWO, 2), json!({})),
        &[
            &[0.3081440350781296, 0.6918559649218702],
            &[0.4126061133522846, 0.5873938866477149],
            &[1.7342931462181376e-29, 1.0],
        ],
    );
    near(
        &p(&target(&THREE, 3), json!({})),
        &[
            &[0.1815244773781783, 0.6784391079365134, 0.140036414685308],
            &[0.7509090218435214, 0.016503273968612266, 0.23258770418786592],
            &[1.7937771711846313e-05, 0.035563965419212244, 0.9644180968090764],
        ],
    );
    near(
        &p(&target(&THREE, 3), json!({"variance_smoothing": 0.01})),
        &[
            &[0.11934745353113688, 0.6284619426279012, 0.25219060384096204],
            &[0.7224613002926218, 0.030925922321958205, 0.24661277738541992],
            &[0.0002686614475549235, 0.054999384257120025, 0.9447319542953255],
        ],
    );
}

#[test]
fn yes_and_no_are_judged_as_bernoulli_nb_does() {
    let rows: [&[f64]; 6] =
        [&[1.0, 0.0, 1.0], &[0.0, 0.0, 1.0], &[1.0, 1.0, 0.0], &[0.0, 1.0, 1.0], &[1.0, 0.0, 0.0], &[0.0, 0.0, 1.0]];
    let x = design(&matrix(&rows));
    let p = fit_with(&x, &target(&[0, 1, 2, 0, 1, 2], 3), json!({})).predict(&design(&matrix(&rows[..3])), 1);
    near(
        &p,
        &[
            &[0.39622641509433976, 0.3962264150943396, 0.20754716981132085],
            &[0.3962264150943396, 0.3962264150943396, 0.20754716981132076],
            &[0.07692307692307702, 0.07692307692307689, 0.8461538461538459],
        ],
    );
}

#[test]
fn counts_are_judged_as_multinomial_nb_does() {
    let x = Design::new(Matrix::zeros(6, 0), Some(counts())).unwrap();
    let asked = Design::new(Matrix::zeros(3, 0), Some(asked())).unwrap();
    near(
        &fit_with(&x, &target(&[0, 1, 2, 0, 1, 2], 3), json!({})).predict(&asked, 1),
        &[
            &[0.9971559279983163, 2.6702143621967722e-05, 0.0028173698580615165],
            &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0],
            &[0.7147380278102933, 0.2816882118116218, 0.0035737603780831985],
        ],
    );
    near(
        &fit_with(&x, &target(&[0, 1, 0, 0, 1, 0], 2), json!({"smoothing": 1})).predict(&asked, 1),
        &[
            &[0.9927294198778519, 0.007270580122148121],
            &[0.6666666666666666, 0.33333333333333337],
            &[0.0875742822120656, 0.9124257177879359],
        ],
    );
}

#[test]
fn dense_and_sparse_columns_speak_together() {
    let dense = matrix(&[&[0.1, 1.0], &[0.9, 0.0], &[0.2, 1.0], &[0.3, 0.0], &[1.4, 1.0], &[-0.2, 0.0]]);
    let x = Design::new(dense.clone(), Some(counts())).unwrap();
    for y in [target(&[0, 1, 2, 0, 1, 2], 3), target(&[0, 1, 0, 0, 1, 0], 2)] {
        let fitted = fit_with(&x, &y, json!({}));
        let (raw, parts) = (fitted.raw(&x, 1).unwrap(), fitted.contributions(&x, 1).unwrap());
        for (output, values) in parts.values.iter().enumerate() {
            assert_eq!(values.cols(), 6);
            for row in 0..6 {
                let sum = parts.base[output] + values.row(row).iter().sum::<f64>();
                assert!((sum - raw.row(row)[output]).abs() < 1e-12);
            }
        }
        let loaded = NaiveBayes.load(serde_json::from_str(&fitted.save().to_string()).unwrap()).unwrap();
        assert_eq!((loaded.predict(&x, 2), loaded.width()), (fitted.predict(&x, 1), 6));
    }
    let mut negative = Sparse::new(1);
    (0..6).for_each(|row| negative.push([(0, f64::from(row) - 3.0)]));
    let x = Design::new(dense, Some(negative)).unwrap();
    let params = Params::defaults(NaiveBayes.params());
    let error = NaiveBayes.fit(&x, &target(&[0, 1, 0, 0, 1, 0], 2), &params, 0, 1).unwrap_err();
    assert!(error.message().contains("which is no count"));
}

#[test]
fn a_class_without_rows_is_never_said() {
    let x = design(&matrix(&[&[0.1], &[0.9], &[0.2], &[1.0]]));
    let fitted = fit_with(&x, &target(&[0, 2, 0, 2], 3), json!({"class_weight": "balanced"}));
    assert!(fitted.predict(&x, 1).iter_rows().all(|p| p[1] == 0.0));
    assert!(fitted.raw(&x, 1).is_none() && fitted.contributions(&x, 1).is_none());
    let loaded = NaiveBayes.load(serde_json::from_str(&fitted.save().to_string()).unwrap()).unwrap();
    assert_eq!(loaded.predict(&x, 1), fitted.predict(&x, 1));
}
